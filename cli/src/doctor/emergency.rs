//! `dialtone doctor --emergency`

use std::collections::BTreeMap;

use doctor::drill::Book;
use doctor::{Drill, Readiness, Registration};
use jiff::Timestamp;
use network::PostalAddress;
use numbers::emergency::ADDRESS_TEST;
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
        phones.iter().flat_map(lines).for_each(|line| output::line(&line));
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

/// The phone in a few lines, each for one fact.
fn lines(phone: &Readiness) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: {}",
        phone.phone,
        if phone.may_call { "may call for help" } else { "may NOT call for help" }
    )];
    let mut add = |name: &str, value: String| lines.push(format!("  {name:<10} {value}"));
    if phone.may_call {
        let dials = phone.dials.iter().map(|(pressed, dialled)| match pressed == dialled {
            true => pressed.clone(),
            false => format!("{pressed} (dials {dialled})"),
        });
        add("dials", dials.collect::<Vec<_>>().join(", "));
        add("shows", phone.caller_id.map_or_else(|| "no number".into(), |number| number.as_str().to_owned()));
        add("address", phone.address.as_ref().map_or_else(|| "none in the file".into(), place));
        add("Twilio", registration(&phone.registration));
        // Other countries have no test.
        let has_test = phone.dials.iter().any(|(pressed, _)| pressed == ADDRESS_TEST);
        let none = if has_test { "never" } else { "none: 933 is North America's" };
        add("last drill", phone.drill.as_ref().map_or_else(|| none.into(), drill));
    }
    let told: Vec<_> =
        phone.told.iter().map(|(recipient, way)| format!("{way} (notify {recipient})")).collect();
    add("told", if told.is_empty() { "NOBODY".into() } else { told.join(", ") });
    lines
}

fn place(PostalAddress { name, street, unit, city, region, .. }: &PostalAddress) -> String {
    let unit = unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    format!("{street}{unit}, {city}, {region} ({name})")
}

fn registration(registration: &Registration) -> String {
    match registration {
        Registration::NotThere => "registers no addresses in this country".to_owned(),
        Registration::Unknown(why) => (*why).to_owned(),
        Registration::Known { status, unchanged_since: None } => status.clone(),
        Registration::Known { status, unchanged_since: Some(time) } => {
            format!("{status}; the number is unchanged since {}", time.strftime("%Y-%m-%d"))
        }
    }
}

fn drill(Drill { date, passed }: &Drill) -> String {
    let result = match passed {
        Some(true) => "passed",
        Some(false) => "FAILED",
        None => "933 was dialled, nobody wrote down the result",
    };
    format!("{date}, {result}")
}
