//! The commands that compare Twilio with the file and make it match: `plan`, `apply`, `destroy`, `rotate`.

mod apply;
mod connection;
mod cost;
mod destroy;
mod money;
mod page;
mod plan;
mod purchase;
mod report;
mod rotate;
mod show;
mod urls;
mod wanted;
mod watch;

pub(crate) use apply::Apply;
pub(crate) use connection::{Connection, Session, client_of_environment, wishes};
pub(crate) use destroy::Destroy;
pub(crate) use plan::Plan;
pub(crate) use rotate::Rotate;
pub(crate) use urls::token;
