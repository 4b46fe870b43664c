//! What a network file wants of Twilio, what is there, and the steps between.
//!
//! ```text
//! Network ──► Wishes ──┐
//!                      ├─► difference ──► Plan { changes, notes } ──► apply, phase by phase, until it is empty
//! Twilio  ──► Account ─┘
//! ```
//!
//! `difference` is pure. `apply` performs the changes of the first phase, looks at the account again and compares
//! anew. So each step knows what the one before has really made, a step whose answer was lost is found done or is done
//! again, and an `apply` that was interrupted anywhere is finished by the next.

mod account;
mod apply;
mod change;
mod difference;
mod emergency;
mod keyring;
mod names;
mod numbers_in_use;
mod perform;
mod place;
mod plan;
mod shop;
mod sip_domain;
mod warnings;
mod wishes;

pub use account::Account;
pub use apply::{Applied, Progress, apply};
pub use change::{Action, Change, FieldChange, Summary};
pub use difference::difference;
pub use emergency::Unregistered;
pub use keyring::{Keyring, KeyringError, Known};
pub use names::{Names, NumberOwner};
pub use perform::Trouble;
pub use plan::{Note, Plan};
pub use wishes::{NumberWish, Options, Purchase, Wishes};

#[cfg(test)]
mod tests;
