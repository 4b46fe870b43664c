#![doc = include_str!("../README.md")]

mod challenge;
mod field;
mod hash;
mod inbox;
mod message;

pub use challenge::{Challenge, ChallengeError, Credentials};
pub use field::{address, digest_field, parameter};
pub use hash::md5;
pub use inbox::{Inbox, Next};
pub use message::{MAX_MESSAGE, Message, MessageError};
