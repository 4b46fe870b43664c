//! Events to Amazon SNS, and how a client of the AWS SDK is set up ([`aws_config()`]; `feed` reads CloudWatch Logs with it).
//!
//! [`Sns`] publishes; [`Entry`] reads events back from wherever they were written; [`relay`] does the one with the
//! other for the functions that callers wait for. [`Journal`] keeps the events of `dialtone serve` on its disk, and a
//! [`Reader`] with a [`Cursor`] takes them from there.

mod aws;
mod entry;
mod gather;
mod journal;
mod letters;
mod relay;
mod roots;
mod sns;

pub use aws::{Patience, aws_config};
pub use entry::{Entry, Found, Origin};
pub use gather::{Gathered, Which};
pub use journal::{Batch, Cursor, Journal, Limits, Position, Reader, TOPIC, Unkept, adopt, slots};
pub use letters::{Letters, LettersError};
pub use relay::{NothingPublished, relay};
pub use sns::{Sns, Unpublished};
