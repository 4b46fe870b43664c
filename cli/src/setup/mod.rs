//! The commands that compare Twilio with the file and make it match: `plan`, `apply`, `destroy`, `rotate`.

mod apply;
mod connection;
mod destroy;
mod plan;
mod report;
mod rotate;
mod urls;
mod wanted;

pub(crate) use apply::Apply;
pub(crate) use connection::{Connection, Session, client_of_environment, wishes};
pub(crate) use destroy::Destroy;
pub(crate) use plan::Plan;
pub(crate) use rotate::Rotate;
pub(crate) use urls::token;
