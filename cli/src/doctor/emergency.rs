//! `dialtone doctor --emergency`

use std::collections::BTreeMap;

use doctor::Readiness;
use doctor::drill::Book;
use jiff::Timestamp;
use provision::finding_of;
use serde_json::json;

use crate::exit::{Failure, Outcome, Result};
use crate::setup::Session;
use crate::{answer, output};

/// Prints what happens when each phone calls for help, and says whether all that may will be found.
pub(super) fn show(
    session: &Session,
    book: &Book,
    dialled: &BTreeMap<String, Timestamp>,
    is_json: bool,
) -> Result {
    let Session { network, client, .. } = session;
    let numbers = client.numbers().map_err(|error| finding_of("Twilio", &error));
    let phones = Readiness::of_all(network, numbers.as_deref(), book, dialled);
    let errors: Vec<_> =
        numbers.as_ref().err().cloned().into_iter().chain(Readiness::faults(network, &phones)).collect();
    if !is_json {
        phones.iter().flat_map(Readiness::in_words).for_each(|line| output::line(&line));
    }
    let fields = json!({
        "network": network.name(), "stage": network.stage().name,
        "phones": phones.iter().map(Readiness::as_json).collect::<Vec<_>>(),
    });
    if !errors.is_empty() {
        let outcome = if numbers.is_err() { Outcome::OtherSide } else { Outcome::No };
        return Err(Failure::found(outcome, errors).knowing(fields));
    }
    Ok(if is_json { answer::print(Outcome::Done, fields) } else { Outcome::Done })
}
