//! Events to Amazon SNS. The only crate that links the AWS SDK.
//!
//! [`Sns`] publishes; [`Entry`] reads back from a log what was written there instead; [`relay`] does the one with
//! the other for the functions that callers wait for.

mod journal;
mod letters;
mod relay;
mod roots;
mod sns;

pub use journal::Entry;
pub use letters::{Letters, LettersError};
pub use relay::{NothingPublished, relay};
pub use sns::Sns;
