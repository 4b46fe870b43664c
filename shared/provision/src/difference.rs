//! What is wanted, less what is there.

use twilio::{Gate, SipDomain};

use crate::account::{Account, Domain, List};
use crate::change::{Change, FieldChange};
use crate::keyring::{Keyring, Known};
use crate::plan::Plan;
use crate::wishes::{DomainWish, USERS_OF_A_LIST, Wishes};
use crate::{emergency, numbers_in_use};

/// The steps from an account as it is to what is wanted. Pure: nothing is asked, nothing is changed.
#[must_use]
pub fn difference(wishes: &Wishes, account: &Account, keyring: &dyn Keyring) -> Plan {
    let mut plan = Plan::default();
    let kept = credentials(wishes, account, keyring, &mut plan);
    domain(wishes, account, &kept, &mut plan);
    numbers_in_use::compare(wishes, account, &mut plan);
    emergency::compare(wishes, account, &mut plan);
    permissions(wishes, account, &mut plan);
    plan.sorted()
}

/// A list that phones use, there or not.
struct Kept {
    name: String,
    sid: Option<String>,
    users: usize,
}

fn credentials(wishes: &Wishes, account: &Account, keyring: &dyn Keyring, plan: &mut Plan) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::new();
    let mut lists: Vec<&List> = Vec::new();
    for list in &account.lists {
        let is_twin = kept.iter().any(|other| other.name == list.list.friendly_name);
        let is_wanted = list.credentials.iter().any(|credential| wishes.users.contains(&credential.username))
            || list.list.friendly_name == wishes.names.list(0) && !wishes.users.is_empty();
        if is_twin || !is_wanted {
            let (sid, friendly_name) = (list.list.sid.clone(), list.list.friendly_name.clone());
            plan.add(Change::DeleteList { sid, friendly_name });
        } else {
            let (name, sid) = (list.list.friendly_name.clone(), Some(list.list.sid.clone()));
            kept.push(Kept { name, sid, users: list.credentials.len() });
            lists.push(list);
        }
    }

    let mut strangers = Vec::new();
    for user in &wishes.users {
        let found = lists.iter().find_map(|list| {
            let credential = list.credentials.iter().find(|credential| credential.username == *user)?;
            Some((&list.list.sid, &credential.sid))
        });
        let Some((list_sid, sid)) = found else {
            let list = with_room(&mut kept, wishes, plan);
            let (list, list_sid) = (list.name.clone(), list.sid.clone());
            plan.add(Change::CreateCredential { list, list_sid, user: user.clone() });
            continue;
        };
        let is_set = match keyring.known(user) {
            Known::Nothing => {
                strangers.push(user.as_str());
                true
            }
            Known::Set { credential } => credential == *sid && !wishes.options.set_passwords,
            Known::Unset => false,
            Known::Given => !wishes.options.set_passwords,
        };
        if !is_set {
            let (list_sid, sid) = (list_sid.clone(), sid.clone());
            plan.add(Change::SetPassword { list_sid, sid, user: user.clone() });
        }
    }
    if !strangers.is_empty() {
        plan.note(
            some_of(&strangers),
            "has a password in Twilio that is not known here",
            "bring the passwords file from where it was made, or set new ones with `dialtone rotate`",
        );
    }
    for list in lists {
        for credential in &list.credentials {
            if !wishes.users.contains(&credential.username) {
                let (list_sid, sid) = (list.list.sid.clone(), credential.sid.clone());
                plan.add(Change::DeleteCredential { list_sid, sid, user: credential.username.clone() });
            }
        }
    }
    kept
}

/// A list that takes one more user.
fn with_room<'k>(kept: &'k mut Vec<Kept>, wishes: &Wishes, plan: &mut Plan) -> &'k Kept {
    let place = kept.iter().position(|list| list.users < USERS_OF_A_LIST).unwrap_or_else(|| {
        let free = (0..)
            .map(|index| wishes.names.list(index))
            .find(|name| kept.iter().all(|list| list.name != *name));
        let name = free.unwrap_or_default();
        plan.add(Change::CreateList { friendly_name: name.clone() });
        kept.push(Kept { name, sid: None, users: 0 });
        kept.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
    let list = &mut kept[place];
    list.users += 1;
    list
}

fn domain(wishes: &Wishes, account: &Account, kept: &[Kept], plan: &mut Plan) {
    let name = &wishes.domain_name;
    let ours = wishes.names.domain();
    match (&wishes.domain, &account.domain) {
        (None, None) => {}
        (None, Some(found)) => {
            unmap_ours(wishes, account, found, kept, plan);
            if found.domain.friendly_name == ours {
                plan.add(Change::DeleteDomain { sid: found.domain.sid.clone(), name: name.clone() });
            }
        }
        (Some(wish), None) => {
            let caller = emergency_caller(wish, account, plan);
            let fields = settings(wish, &caller)
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, to)| FieldChange { name, from: String::new(), to })
                .collect();
            plan.add(Change::CreateDomain { name: name.clone(), fields });
            map(None, kept, plan);
        }
        (Some(wish), Some(found)) => {
            let owner = &found.domain.friendly_name;
            if owner.starts_with("dialtone:") && *owner != ours && !wishes.options.take_over {
                plan.note(
                    name,
                    format!("is kept by another network of Dialtone ({owner})"),
                    "choose another sip_domain, or take it with --take-over",
                );
                return;
            }
            let caller = emergency_caller(wish, account, plan);
            let fields: Vec<_> = settings(wish, &caller)
                .into_iter()
                .map(|(name, to)| FieldChange { name, from: current(&found.domain, name), to })
                .filter(|change| change.from != change.to)
                // The caller is none of our business while Dialtone answers emergency calls itself.
                .filter(|change| change.name != "EmergencyCallerSid" || !change.to.is_empty())
                .collect();
            if !fields.is_empty() {
                plan.add(Change::UpdateDomain { sid: found.domain.sid.clone(), name: name.clone(), fields });
            }
            map(Some(found), kept, plan);
            unmap_ours(wishes, account, found, kept, plan);
            note_strangers(wishes, account, found, plan);
        }
    }
}

fn settings(wish: &DomainWish, emergency_caller: &str) -> Vec<(&'static str, String)> {
    let DomainWish { friendly_name, voice_url, fallback_url, status_url, emergency_calling, secure, .. } =
        wish;
    let text = |flag: bool| flag.to_string();
    vec![
        ("FriendlyName", friendly_name.clone()),
        ("SipRegistration", text(true)),
        ("VoiceUrl", voice_url.clone()),
        ("VoiceMethod", "POST".into()),
        ("VoiceFallbackUrl", fallback_url.clone()),
        ("VoiceFallbackMethod", "POST".into()),
        ("VoiceStatusCallbackUrl", status_url.clone()),
        ("VoiceStatusCallbackMethod", "POST".into()),
        ("EmergencyCallingEnabled", text(*emergency_calling)),
        ("EmergencyCallerSid", emergency_caller.to_owned()),
        ("Secure", text(*secure)),
    ]
}

fn current(domain: &SipDomain, field: &str) -> String {
    match field {
        "FriendlyName" => domain.friendly_name.clone(),
        "SipRegistration" => domain.sip_registration.to_string(),
        "VoiceUrl" => domain.voice_url.clone(),
        "VoiceMethod" => domain.voice_method.clone(),
        "VoiceFallbackUrl" => domain.voice_fallback_url.clone(),
        "VoiceFallbackMethod" => domain.voice_fallback_method.clone(),
        "VoiceStatusCallbackUrl" => domain.voice_status_callback_url.clone(),
        "VoiceStatusCallbackMethod" => domain.voice_status_callback_method.clone(),
        "EmergencyCallingEnabled" => domain.emergency_calling_enabled.to_string(),
        "EmergencyCallerSid" => domain.emergency_caller_sid.clone(),
        "Secure" => domain.secure.to_string(),
        _ => String::new(),
    }
}

/// The SID of the number that 911 sees, where Twilio answers emergency calls.
fn emergency_caller(wish: &DomainWish, account: &Account, plan: &mut Plan) -> String {
    let Some(number) = &wish.emergency_caller else { return String::new() };
    match account.number(number) {
        Some(found) => found.sid.clone(),
        None => {
            plan.note(
                "emergency_caller_id",
                "is not a number of this account, so 911 would be refused",
                "set it to a number that the account has",
            );
            String::new()
        }
    }
}

const GATES: [Gate; 2] = [Gate::Calls, Gate::Registrations];

fn map(domain: Option<&Domain>, kept: &[Kept], plan: &mut Plan) {
    for list in kept {
        for gate in GATES {
            let is_open = domain
                .zip(list.sid.as_ref())
                .is_some_and(|(domain, sid)| domain.gate(gate).iter().any(|mapping| mapping.sid == *sid));
            if !is_open {
                plan.add(Change::Map {
                    domain_sid: domain.map(|domain| domain.domain.sid.clone()),
                    gate,
                    list: list.name.clone(),
                    list_sid: list.sid.clone(),
                });
            }
        }
    }
}

/// Closes the gates to lists of ours that no phone uses.
fn unmap_ours(wishes: &Wishes, account: &Account, domain: &Domain, kept: &[Kept], plan: &mut Plan) {
    for list in &account.lists {
        let is_kept = kept.iter().any(|kept| kept.sid.as_ref() == Some(&list.list.sid));
        if is_kept && wishes.domain.is_some() {
            continue;
        }
        for gate in GATES {
            if domain.gate(gate).iter().any(|mapping| mapping.sid == list.list.sid) {
                plan.add(Change::Unmap {
                    domain_sid: domain.domain.sid.clone(),
                    gate,
                    list: list.list.friendly_name.clone(),
                    list_sid: list.list.sid.clone(),
                });
            }
        }
    }
}

/// Who else may pass the gates. Nobody but the user can say whether that is meant.
fn note_strangers(wishes: &Wishes, account: &Account, domain: &Domain, plan: &mut Plan) {
    let is_ours = |sid: &str| account.lists.iter().any(|list| list.list.sid == sid);
    let mut names: Vec<_> = GATES
        .iter()
        .flat_map(|&gate| domain.gate(gate))
        .filter(|mapping| !is_ours(&mapping.sid))
        .map(|mapping| mapping.friendly_name.as_str())
        .collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        plan.note(
            &wishes.domain_name,
            format!("also admits users of {}", names.join(", ")),
            "if no phone needs them any more, remove the mapping in Twilio's console",
        );
    }
    if !domain.addresses.is_empty() {
        plan.note(
            &wishes.domain_name,
            "also asks for certain IP addresses, so a phone elsewhere cannot call",
            "remove the IP access control list from the domain's voice authentication, unless it is meant",
        );
    }
}

/// Where the account may call against where the file allows it.
fn permissions(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let (Some(_), Some(permissions)) = (&wishes.domain, &account.permissions) else { return };
    let is_open = |code: &str| {
        permissions.iter().any(|country| country.iso_code == code && country.low_risk_numbers_enabled)
    };
    let is_known = |code: &str| permissions.iter().any(|country| country.iso_code == code);
    let closed: Vec<_> =
        wishes.allow.iter().map(String::as_str).filter(|code| is_known(code) && !is_open(code)).collect();
    if !closed.is_empty() {
        plan.note(
            "voice geographic permissions",
            format!("do not open {}, which the file allows", closed.join(", ")),
            "open them in Twilio's console (Voice, Settings, Geo permissions); until then calls there fail (13227)",
        );
    }
}

/// Names, but not two hundred of them.
fn some_of(names: &[&str]) -> String {
    match names {
        [first, second, third, _, rest @ ..] => {
            format!("{first}, {second}, {third} and {} more", rest.len() + 1)
        }
        few => few.join(", "),
    }
}
