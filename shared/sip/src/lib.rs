#![doc = include_str!("../README.md")]

mod challenge;
mod field;
mod inbox;
mod message;

pub use challenge::{Challenge, ChallengeError, Credentials, md5};
pub use field::{address, digest_field, parameter};
pub use inbox::{Inbox, Next};
pub use message::{MAX_MESSAGE, Message, MessageError};
