//! An account that was set up by hand, as a network file.
//!
//! ```text
//! Twilio ──► Found ──► draft ──► Draft { text of the file, decisions, left_over, renames }
//!                └───► Before: how domain, lists and numbers were, for `destroy --restore`
//! ```
//!
//! Pure but for [`Found::read`]. What the account does not say is never guessed in silence: it stands in the file as a
//! comment that begins with `DECIDE`, and in [`Draft::decisions`].

mod before;
mod draft;
mod found;
mod guess;
mod left_over;
mod parts;
mod places;
#[cfg(test)]
mod tests;
mod text;

pub use self::before::Before;
pub(crate) use self::before::{DomainBefore, NumberBefore};
pub use self::draft::{Draft, DraftError, draft};
pub use self::found::Found;
pub use self::parts::{Choice, Rename};
