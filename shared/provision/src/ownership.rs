//! Whose numbers are: this stage's, another stage's, another network's, or nobody's.

use twilio::PhoneNumber;

use crate::names::{NumberOwner, owner_of};
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

/// The network or stage that has a number and that the file does not have: it was renamed, or it is somebody else's.
pub(crate) fn stranger<'a>(wishes: &Wishes, number: &'a PhoneNumber) -> Option<&'a str> {
    let owner = match wishes.names.owner_of_number(&number.friendly_name) {
        NumberOwner::OtherStage(_) | NumberOwner::OtherNetwork => owner_of(&number.friendly_name)?,
        NumberOwner::Ours(_) | NumberOwner::Nobody => return None,
    };
    let is_of_file = wishes.others.iter().any(|(stage, _)| wishes.names.of_stage(stage) == owner);
    (!is_of_file).then_some(owner)
}
