//! Asks: the clock, the sockets and the randomness of a [`Round`].

use std::time::Instant;

use crate::answer::Registration;
use crate::authority::Authority;
use crate::connection::{Connection, Why};
use crate::registrar::Registrar;
use crate::round::{Phone, Round, Step};

/// There is no way to a registrar.
#[derive(Debug, thiserror::Error)]
#[error("cannot ask the registrar {registrar}: {source}")]
pub struct AskError {
    registrar: Registrar,
    source: Why,
}

/// Asks a registrar about every phone, and changes nothing there. The answers come in the order of the phones.
///
/// `authority` is that of a registrar of one's own. `tell` is
/// called with the number of answers so far, whenever there are more.
///
/// It blocks for as long as [`PHONES_PER_SECOND`](crate::PHONES_PER_SECOND) makes it, and up to 16 s more.
///
/// # Errors
///
/// The registrar cannot be connected to, or does not speak SIP. A registrar that does not answer is no error:
/// its phones are [`Registration::Silent`].
pub fn ask(
    registrar: &Registrar,
    domain: &str,
    phones: &[Phone],
    authority: Option<&Authority>,
    tell: &dyn Fn(usize),
) -> Result<Vec<Registration>, AskError> {
    let fail = |source| AskError { registrar: registrar.clone(), source };
    let mut seed = [0; 16];
    getrandom::fill(&mut seed).map_err(|error| fail(Why::Random(error)))?;
    let mut round = Round::new(domain, phones, seed, Instant::now());
    loop {
        let before = round.count();
        let mut connection = Connection::open(registrar, authority).map_err(fail)?;
        round.connected(registrar.transport, connection.local());
        match talk(&mut connection, &mut round, tell) {
            Ok(()) => return Ok(round.into_answers()),
            // Connections end. As long as each brings an answer, the next one is worth a try.
            Err(Why::Io(_)) if round.count() > before => {}
            Err(why) => return Err(fail(why)),
        }
    }
}

fn talk(connection: &mut Connection, round: &mut Round<'_>, tell: &dyn Fn(usize)) -> Result<(), Why> {
    let mut told = round.count();
    loop {
        let now = Instant::now();
        match round.step(now) {
            Step::Send(bytes) => connection.send(&bytes)?,
            Step::Listen(until) => {
                if let Some(message) = connection.receive(until.saturating_duration_since(now))? {
                    round.hear(&message, Instant::now());
                }
            }
            Step::Done => return Ok(()),
        }
        if round.count() > told {
            told = round.count();
            tell(told);
        }
    }
}
