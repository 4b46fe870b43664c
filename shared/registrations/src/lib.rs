#![doc = include_str!("../README.md")]

mod answer;
mod ask;
mod authority;
mod connection;
mod registrar;
mod round;
mod transaction;

pub use answer::{Binding, Registration};
pub use ask::{AskError, ask};
pub use authority::{Authority, AuthorityError};
pub use registrar::{Registrar, RegistrarError, Transport};
pub use round::{PHONES_PER_SECOND, Phone, Round, Step};
