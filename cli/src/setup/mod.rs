//! The commands that compare Twilio with the file and make it match: `plan`, `apply`, `destroy`, `rotate`.

mod apply;
mod connection;
mod destroy;
mod plan;
mod purchase;
mod rotate;
mod show;

pub(crate) use apply::Apply;
pub(crate) use connection::{Connection, Session, wishes};
pub(crate) use destroy::Destroy;
pub(crate) use plan::Plan;
pub(crate) use rotate::Rotate;
