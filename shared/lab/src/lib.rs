#![doc = include_str!("../README.md")]

mod digest;
mod edge;
mod message;
mod registrar;

pub use digest::{Challenges, Verdict};
pub use edge::{Edge, Flow, Noticed};
pub use message::{MAX_MESSAGE, Message, MessageError, address, parameter};
pub use registrar::{Binding, Registered, Registrar};
