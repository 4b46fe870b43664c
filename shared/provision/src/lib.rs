//! Compares what a network file wants of Twilio with what is there, and makes the changes.
//!
//! ```text
//! Network ──► Wishes ──┐
//!                      ├─► difference ──► Plan { changes, acquisitions, notes } ──► Applier, phase by phase
//! Twilio  ──► Account ─┘
//! ```
//!
//! `difference` is pure. A change that fails holds back only what needs it (`graph.rs`). [`Applier::apply`] makes the changes of the first phase, reads the account again and compares
//! anew. So each phase knows what the one before really made; a change whose answer was lost is found done or is done
//! again; and an `apply` that was interrupted anywhere is finished by the next one.

mod account;
mod another;
mod apply;
mod chain;
mod change;
mod cost;
mod crew;
mod difference;
mod effect;
mod error;
mod failures;
mod graph;
mod import;
mod index;
mod keyring;
mod names;
mod observer;
mod ownership;
mod perform;
mod place;
mod plan;
mod purchase_log;
mod registration;
mod rename;
mod restore;
mod run;
mod settling;
mod shop;
mod turn;
mod wishes;

pub use account::Account;
pub use apply::{Applied, Applier};
pub use change::{Action, Change, FieldChange, Summary};
pub use cost::{Charge, Charged, charges};
pub use difference::difference;
pub use error::{ApplyError, finding_of};
pub use import::{Before, Choice, Draft, DraftError, Found, Rename, draft};
pub use keyring::{Keyring, KeyringError, Known};
pub use names::{Names, NumberOwner};
pub use observer::Observer;
pub use plan::{Acquisition, Plan};
pub use purchase_log::{LogError, PurchaseLog};
pub use registration::{Registration, Unregistered};
pub use rename::former_owners;
pub use settling::settled;
pub use wishes::{NumberWish, Options, Purchase, Wishes};

#[cfg(test)]
mod tests;
