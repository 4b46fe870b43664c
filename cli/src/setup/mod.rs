//! The commands that compare Twilio with the file and make it match: `plan`, `apply`, `destroy`, `rotate`.

mod apply;
mod connection;
mod destroy;
mod plan;
mod rotate;
mod urls;
mod wanted;

pub(crate) use apply::Apply;
pub(crate) use connection::{Connection, Session, client_of_environment, wishes};
pub(crate) use destroy::Destroy;
pub(crate) use plan::Plan;
pub(crate) use rotate::Rotate;
pub(crate) use urls::token;

use setup::{Ending, Turn};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};

/// Says how a run ended.
fn end(ending: Ending, is_json: bool) -> Result {
    let outcome = match ending.turn {
        Turn::Over => Outcome::Done,
        Turn::Open => Outcome::No,
        Turn::User => Outcome::Usage,
        Turn::Twilio => Outcome::OtherSide,
    };
    if !is_json {
        ending.tell();
    }
    match outcome {
        Outcome::Done if is_json => Ok(answer::print(outcome, ending.fields)),
        Outcome::Done => Ok(outcome),
        _ => Err(Failure::found(outcome, ending.errors).knowing(ending.fields)),
    }
}
