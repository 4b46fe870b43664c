#![doc = include_str!("../README.md")]

mod digest;
mod edge;
mod registrar;

// Messages are read and written by a crate of their own.
use sip as message;

pub use digest::{Challenges, Verdict};
pub use edge::{Edge, Flow, Noticed};
pub use registrar::{Binding, Registered, Registrar};
pub use sip::{MAX_MESSAGE, Message, MessageError, address, parameter};
