//! From what was found to the report.

use std::collections::BTreeMap;

use jiff::Timestamp;
use network::Network;

use crate::day::day_of;
use crate::drill::Book;
use crate::report::{Report, Sign};
use crate::rows;
use crate::sources::Sources;

/// Judges what was found. Pure: `now` decides what is old, and nothing is asked. `signs` is what a ledger knows of phones, by
/// their names in the file.
#[must_use]
pub fn examine(
    network: &Network,
    sources: &Sources,
    book: &Book,
    signs: &BTreeMap<String, Sign>,
    now: Timestamp,
) -> Report {
    let stage = network.stage();
    let (alerts, sightings) = (sources.alerts.as_ref(), sources.sightings.as_ref());
    let phones = rows::phones::phones(network, signs, alerts, sightings);
    let mut rows = rows::account::rows(sources.plan.as_ref());
    let numbers = sources.numbers.as_deref();
    let domain = sources.domain.as_ref().map(Option::as_ref);
    rows.extend(rows::emergency::rows(network, numbers, domain));
    rows.extend(rows::help::rows(sightings));
    rows.extend(rows::drill::rows(network, book, day_of(now)));
    rows.extend(rows::numbers::rows(network, numbers));
    rows.extend(rows::phones::rows(&phones, alerts, sightings));
    rows.extend(rows::alerts::rows(alerts));
    rows.extend(rows::web::rows(network, &sources.probe));
    rows.push(rows::events::row(&sources.delivery, sightings.ok()));
    rows.push(rows::web::certificate(sources.certificate.as_ref(), now));
    rows.extend(rows::countries::rows(network, sources.permissions.as_deref()));
    rows.push(rows::web::debugger(stage));
    let has_asked = sources.silence().is_none();
    Report { network: network.name().to_owned(), stage: stage.name.clone(), rows, phones, has_asked }
}
