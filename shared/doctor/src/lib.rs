//! Whether a network is healthy: what is looked at, the report, and the guided drill with 933.
//!
//! ```text
//! Twilio, the service, the logs --Sources::ask--> Sources --examine--> Report
//! ```
//!
//! [`Sources::ask`] sends every request, and but for [`RollCall`] and [`send_trial`] nothing else in this crate sends one. None of them
//! changes anything or takes part in a call. [`examine`] is pure. The command line prints the [`Report`].
//!
//! [`RollCall`] asks Twilio's registrar where each phone is registered. It is asked for apart, because it takes its time.
//!
//! [`send_trial`] tells the people who hear of calls for help that this is a trial, and sees whether it arrives. [`Known`] is what the
//! ledger knows.
//!
//! [`Dossier`] is everything that is known of one phone.
//!
//! [`drill`] guides a person through the drill: dial 933, listen, answer questions. It talks to a [`drill::Person`].
//!
//! No telephone number of a caller or callee is in a report or in the file of results.

mod day;
mod debugger;
mod dossier;
pub mod drill;
mod examine;
mod faults;
mod known;
mod readiness;
mod reception;
mod report;
mod roll_call;
mod rows;
#[cfg(test)]
mod samples;
mod sources;
mod trial;
mod words;

pub use debugger::{DEBUGGER_HOW, debugger_url};
pub use dossier::{Dossier, Service};
pub use examine::examine;
pub use known::Known;
pub use readiness::{Drill, Readiness, Registration};
pub use reception::Reception;
pub use report::{Check, Mark, Phone, Report, Row, Sign, Verdict};
pub use roll_call::{Attendance, Place, Presence, RollCall, Way};
pub use sources::Sources;
pub use trial::{Arrival, send_trial};
