//! Whose numbers are: this stage's, another stage's, another network's, or nobody's.

use twilio::PhoneNumber;

use crate::names::NumberOwner;
use crate::wishes::Wishes;

/// Whether another stage, or another network of Dialtone, answers a number.
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
