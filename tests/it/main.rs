//! Tests of the whole: `dialtone serve` as a process, asked as Twilio asks, beside the peers it must agree with.
//!
//! ```text
//! Service::on("vectors/network.toml").start()            the process, on a free port
//!     .phone("alpha").dials("5035550123")                a request, signed as Twilio signs
//!     .hears()                                           the TwiML, as a tree
//! ```
//!
//! Peers (the official `twilio` library and the SNS double `moto` for Python; for Node, Prism with Twilio's own OpenAPI)
//! are installed at their pinned versions when
//! they are first needed. Golden files are written anew with `DIALTONE_OVERWRITE=1`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a test that cannot go on says so and stops"
)]

mod harness;

mod activation;
mod caller;
mod cli;
mod contract;
mod devices;
mod doctor;
mod documents;
mod emergency;
mod endurance;
mod events;
mod explained;
mod house;
mod import;
mod init;
mod lab;
mod ledger;
mod network_file;
mod north_america;
mod notices;
mod odd_requests;
mod privacy;
mod registrations;
mod remedies;
mod routes;
mod samconfig;
mod serve;
mod setup;
mod signatures;
mod sns;
mod switchboard;
mod tidy;
mod twilio_account;
mod vectors;
