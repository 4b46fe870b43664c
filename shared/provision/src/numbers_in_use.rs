//! Telephone numbers: which are there, who answers them, which are to be bought.

use twilio::PhoneNumber;

use crate::account::Account;
use crate::change::{Change, FieldChange};
use crate::names::{NumberOwner, owner_of};
use crate::plan::{Plan, some_of};
use crate::wishes::{NumberSettings, NumberWish, Wishes};

pub(crate) fn compare(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    for wish in &wishes.numbers {
        match account.number(&wish.number) {
            None => plan.note(
                &wish.number,
                "is not a number of this Twilio account: it does not ring, and calls that show it fail",
                "buy or port it, or correct the file",
            ),
            Some(number) => adopt(wishes, wish, number, plan),
        }
    }
    if wishes.domain.is_none() {
        note_others(wishes, account, plan);
    }
    for purchase in &wishes.purchases {
        let name = &purchase.settings.friendly_name;
        let bought = account.numbers.iter().find(|number| {
            number.friendly_name == *name
                && wishes.numbers.iter().all(|wish| wish.number != number.phone_number)
        });
        match bought {
            // It was bought, but the run ended before the file said so.
            Some(number) => plan
                .add(Change::Record { phone: purchase.phone.clone(), number: number.phone_number.clone() }),
            None if wishes.options.buy => plan.add(Change::Buy(purchase.clone())),
            None => plan.note(
                &purchase.phone,
                format!("has no number yet; one in area code {} is wanted", purchase.area_code),
                "`dialtone apply --buy` buys one",
            ),
        }
    }
    for number in &account.numbers {
        let NumberOwner::Ours(phone) = wishes.names.owner_of_number(&number.friendly_name) else { continue };
        let is_wanted = wishes.numbers.iter().any(|wish| wish.number == number.phone_number)
            || wishes.purchases.iter().any(|purchase| purchase.phone == phone);
        if is_wanted {
            continue;
        }
        match missing(wishes, account) {
            Some(missing) => plan.note(
                &number.phone_number,
                format!(
                    "is not in the file, but rings as before: {missing} of the file is not in the account, so one may \
                     be meant for the other"
                ),
                "correct the number in the file, or buy or port the new one; then the old one is given up",
            ),
            None => give_up(wishes, number, plan),
        }
    }
}

/// Numbers of the file that stay when this stage goes, since they have another's name. A mistyped network owns nothing.
fn note_others(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let mut others: Vec<(String, Vec<&str>)> = Vec::new();
    for number in wishes.named.iter().filter_map(|number| account.number(number)) {
        let owner = owner_of(&number.friendly_name).filter(|owner| *owner != wishes.names.owner());
        let Some(owner) = owner else { continue };
        match others.iter_mut().find(|(known, _)| known == owner) {
            Some((_, numbers)) => numbers.push(&number.phone_number),
            None => others.push((owner.to_owned(), vec![&number.phone_number])),
        }
    }
    for (owner, numbers) in others {
        let (belongs, stays) = if numbers.len() == 1 { ("belongs", "stays") } else { ("belong", "stay") };
        plan.note(
            some_of(&numbers),
            format!("{belongs} to {owner}, not to {}, and {stays}", wishes.names.owner()),
            "look at the network's name in the file, and at --stage",
        );
    }
}

/// A number of the file that the account does not have: mistyped, or not ported yet. While there is one, a number that
/// still works is not given up for it.
pub(crate) fn missing<'w>(wishes: &'w Wishes, account: &Account) -> Option<&'w str> {
    wishes.numbers.iter().map(|wish| wish.number.as_str()).find(|number| account.number(number).is_none())
}

/// Whether somebody else answers a number: another stage, or another network of Dialtone.
pub(crate) fn keeper(wishes: &Wishes, number: &PhoneNumber) -> Option<String> {
    if wishes.options.take_over {
        return None;
    }
    match wishes.names.owner_of_number(&number.friendly_name) {
        NumberOwner::Ours(_) => return None,
        NumberOwner::OtherStage(stage) => return Some(format!("stage {stage}")),
        NumberOwner::OtherNetwork => return Some("another network of Dialtone".into()),
        NumberOwner::Nobody => {}
    }
    let answers = |origin: &str| {
        number.voice_url.strip_prefix(origin).is_some_and(|path| path.is_empty() || path.starts_with('/'))
    };
    wishes.others.iter().find(|(_, origin)| answers(origin)).map(|(stage, _)| format!("stage {stage}"))
}

fn adopt(wishes: &Wishes, wish: &NumberWish, number: &PhoneNumber, plan: &mut Plan) {
    if let Some(keeper) = keeper(wishes, number) {
        plan.note(
            &wish.number,
            format!("is answered by {keeper}, and stays there"),
            "a number has one voice URL; take it with --take-over, or give this stage numbers of its own",
        );
        return;
    }
    if !number.capabilities.voice {
        plan.note(&wish.number, "cannot take voice calls", "use another number");
    }
    let fields: Vec<_> = settings(&wish.settings)
        .into_iter()
        .map(|(name, to)| FieldChange::new(name, current(number, name), to))
        .filter(|change| change.from != change.to)
        .collect();
    if !fields.is_empty() {
        plan.add(Change::UpdateNumber {
            sid: number.sid.clone(),
            number: wish.number.clone(),
            fields,
            gives_up: false,
        });
    }
}

/// A number of ours that no phone has any more answers nobody, and is kept: a released number is gone for good.
fn give_up(wishes: &Wishes, number: &PhoneNumber, plan: &mut Plan) {
    let (sid, text) = (number.sid.clone(), number.phone_number.clone());
    if wishes.options.release_numbers {
        plan.add(Change::Release { sid, number: text });
        return;
    }
    let nothing = NumberSettings {
        friendly_name: number.phone_number.clone(),
        voice_url: String::new(),
        fallback_url: String::new(),
        status_url: String::new(),
    };
    let fields = settings(&nothing)
        .into_iter()
        .map(|(name, to)| FieldChange::new(name, current(number, name), to))
        .filter(|change| change.from != change.to)
        .collect();
    plan.add(Change::UpdateNumber { sid, number: text.clone(), fields, gives_up: true });
    plan.note(
        text,
        "is no longer wanted; the account keeps it, and pays for it",
        "use it for another phone, or release it in Twilio's console",
    );
}

/// What a number does with a call: it takes it, rather than a fax.
const VOICE: &str = "voice";

/// Twilio's parameters. An application or a trunk would win over the voice URL, so there is none.
pub(crate) fn settings(settings: &NumberSettings) -> Vec<(&'static str, String)> {
    let NumberSettings { friendly_name, voice_url, fallback_url, status_url } = settings;
    vec![
        ("FriendlyName", friendly_name.clone()),
        ("VoiceUrl", voice_url.clone()),
        ("VoiceMethod", "POST".into()),
        ("VoiceFallbackUrl", fallback_url.clone()),
        ("VoiceFallbackMethod", "POST".into()),
        ("StatusCallback", status_url.clone()),
        ("StatusCallbackMethod", "POST".into()),
        ("VoiceApplicationSid", String::new()),
        ("TrunkSid", String::new()),
        ("VoiceReceiveMode", VOICE.into()),
    ]
}

fn current(number: &PhoneNumber, field: &str) -> String {
    match field {
        "FriendlyName" => number.friendly_name.clone(),
        "VoiceUrl" => number.voice_url.clone(),
        "VoiceMethod" => number.voice_method.clone(),
        "VoiceFallbackUrl" => number.voice_fallback_url.clone(),
        "VoiceFallbackMethod" => number.voice_fallback_method.clone(),
        "StatusCallback" => number.status_callback.clone(),
        "StatusCallbackMethod" => number.status_callback_method.clone(),
        "VoiceApplicationSid" => number.voice_application_sid.clone(),
        "TrunkSid" => number.trunk_sid.clone(),
        // Twilio takes calls unless it is told to take faxes, also where it does not say so.
        "VoiceReceiveMode" if number.voice_receive_mode.is_empty() => VOICE.into(),
        "VoiceReceiveMode" => number.voice_receive_mode.clone(),
        _ => String::new(),
    }
}
