//! The way back: what `apply` took over becomes what it was before the import.
//!
//! `destroy --restore` is a `destroy` whose plan is amended. Nothing that was there before the import is deleted: its
//! former settings come back first, and only then goes what Dialtone added. Passwords stay as they are.

use twilio::{PhoneNumber, SipDomain};

use crate::account::Account;
use crate::change::{Change, Destination, EmergencyMove, Field, differences, field};
use crate::import::{Before, DomainBefore, NumberBefore};
use crate::keyring::{Keyring, Known};
use crate::names::NumberOwner;
use crate::plan::Plan;
use crate::registration::Registration;
use crate::wishes::Wishes;

/// Changes a plan that takes everything away, so that what was there before comes back.
pub(crate) fn amend(wishes: &Wishes, account: &Account, keyring: &dyn Keyring, plan: &mut Plan) {
    let Some(before) = &wishes.before else { return };
    restore_domain(before, wishes, account, plan);
    restore_lists(before, account, keyring, plan);
    for number in &account.numbers {
        if let Some(was) = before.numbers.iter().find(|was| was.sid == number.sid) {
            restore_number(was, wishes, number, plan);
            restore_address(was, wishes, account, number, plan);
        }
    }
}

fn restore_domain(before: &Before, wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let Some(found) = account.domain.as_ref().map(|known| &known.domain) else { return };
    let Some(was) = before.domains.iter().find(|was| was.sid == found.sid) else { return };
    plan.changes.retain(|change| !matches!(change, Change::DeleteDomain { sid, .. } if *sid == was.sid));
    if found.friendly_name != wishes.names.domain() {
        return;
    }
    let fields = differences(DOMAIN, was, found);
    let name = found.domain_name.clone();
    plan.add(Change::UpdateDomain { sid: found.sid.clone(), name, fields });
}

/// Lists of the old system keep their mappings, and lose only their new name and the users that `apply` added.
fn restore_lists(before: &Before, account: &Account, keyring: &dyn Keyring, plan: &mut Plan) {
    let mut changed = Vec::new();
    for known in &account.lists {
        let Some(was) = before.lists.iter().find(|was| was.sid == known.list.sid) else { continue };
        plan.changes.retain(|change| match change {
            Change::DeleteList { sid, .. } => *sid != was.sid,
            Change::Unmap { list_sid, .. } => *list_sid != was.sid,
            _ => true,
        });
        let (sid, from, to) = (was.sid.clone(), known.list.friendly_name.clone(), was.friendly_name.clone());
        plan.add(Change::RenameList { sid, from, to, is_ours: false });
        for credential in &known.credentials {
            let user = credential.username.clone();
            if !was.users.contains(&user) {
                let (list_sid, sid) = (was.sid.clone(), credential.sid.clone());
                plan.add(Change::DeleteCredential { list_sid, sid, user, makes_way: false });
            } else if matches!(keyring.known(&user), Known::Set { credential: own, .. } if own == credential.sid)
            {
                changed.push(user);
            }
        }
        let is_there = |user: &&String| known.credentials.iter().any(|one| one.username == **user);
        let gone: Vec<_> = was.users.iter().filter(|user| !is_there(user)).collect();
        if !gone.is_empty() {
            plan.note(
                &was.friendly_name,
                format!(
                    "had users that are gone, and their passwords with them: {}",
                    network::some_of(&gone, 3)
                ),
                "add them again in Twilio's console, with passwords of your own",
            );
        }
    }
    if !changed.is_empty() {
        plan.note(
            network::some_of(&changed, 3),
            "got a new password since the import, and keeps it: Twilio never showed the old one",
            "leave the device as it is, or set the old password in Twilio's console",
        );
    }
}

fn restore_number(was: &NumberBefore, wishes: &Wishes, number: &PhoneNumber, plan: &mut Plan) {
    if !matches!(wishes.names.owner_of_number(&number.friendly_name), NumberOwner::Ours(_)) {
        return;
    }
    plan.changes.retain(|change| match change {
        Change::UpdateNumber { sid, .. } | Change::Release { sid, .. } => *sid != was.sid,
        _ => true,
    });
    plan.notes.retain(|note| note.about != number.phone_number);
    plan.add(Change::UpdateNumber {
        sid: number.sid.clone(),
        number: number.phone_number.clone(),
        fields: differences(NUMBER, was, number),
        phones: Vec::new(),
        gives_up: false,
    });
}

/// The number's own address comes back, if the account still has it.
fn restore_address(
    was: &NumberBefore,
    wishes: &Wishes,
    account: &Account,
    number: &PhoneNumber,
    plan: &mut Plan,
) {
    let mut known = account.other_addresses.iter().chain(&account.addresses);
    let Some(address) = known.find(|known| known.sid == was.emergency_address_sid) else { return };
    if number.emergency_address_sid == was.emergency_address_sid {
        return;
    }
    plan.changes.retain(|change| !matches!(change, Change::Emergency(step) if step.number_sid == number.sid));
    let from = account.addresses.iter().find(|known| known.sid == number.emergency_address_sid);
    plan.add(Change::Emergency(EmergencyMove {
        number_sid: number.sid.clone(),
        number: number.phone_number.clone(),
        from_sid: number.emergency_address_sid.clone(),
        from: from.map_or_else(|| number.emergency_address_sid.clone(), |from| from.friendly_name.clone()),
        to: Some(Destination {
            shown: format!("{} ({})", address.street, address.friendly_name),
            friendly_name: address.friendly_name.clone(),
            sid: Some(address.sid.clone()),
        }),
        phones: Vec::new(),
        status: Registration::of(number),
        is_again: false,
        is_named: wishes.named.iter().any(|named| named.as_str() == number.phone_number),
    }));
}

/// A field that is kept under the name that it has at Twilio.
macro_rules! kept {
    ($name:literal, $field:ident) => {
        field($name, |was| was.$field.to_string(), |now| now.$field.to_string())
    };
}

/// Everything of a SIP domain that `apply` sets.
const DOMAIN: &[Field<DomainBefore, SipDomain>] = &[
    kept!("FriendlyName", friendly_name),
    kept!("SipRegistration", sip_registration),
    kept!("VoiceUrl", voice_url),
    kept!("VoiceMethod", voice_method),
    kept!("VoiceFallbackUrl", voice_fallback_url),
    kept!("VoiceFallbackMethod", voice_fallback_method),
    kept!("VoiceStatusCallbackUrl", voice_status_callback_url),
    kept!("VoiceStatusCallbackMethod", voice_status_callback_method),
    kept!("EmergencyCallingEnabled", emergency_calling_enabled),
    kept!("EmergencyCallerSid", emergency_caller_sid),
    kept!("Secure", secure),
];

/// Everything of a number that `apply` sets, but for its emergency address.
const NUMBER: &[Field<NumberBefore, PhoneNumber>] = &[
    kept!("FriendlyName", friendly_name),
    kept!("VoiceUrl", voice_url),
    kept!("VoiceMethod", voice_method),
    kept!("VoiceFallbackUrl", voice_fallback_url),
    kept!("VoiceFallbackMethod", voice_fallback_method),
    kept!("StatusCallback", status_callback),
    kept!("StatusCallbackMethod", status_callback_method),
    kept!("VoiceApplicationSid", voice_application_sid),
    kept!("TrunkSid", trunk_sid),
    kept!("VoiceReceiveMode", voice_receive_mode),
];
