//! What answers at the URLs, asked before Twilio is pointed at them.

use doctor::Reception;
use network::{Finding, Network};
use webhook::{AuthToken, AuthTokens};

use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Signs requests to the service: the first of `TWILIO_AUTH_TOKEN`, as for `dialtone serve`.
pub(crate) fn token() -> Option<AuthToken> {
    let text = std::env::var("TWILIO_AUTH_TOKEN").ok()?;
    AuthTokens::parse(&text).ok().map(|tokens| tokens.first().clone())
}

/// Whether the URLs of the file are asked, and what signs that.
pub(super) enum Urls {
    /// The person said not to.
    Unchecked,
    /// They are asked.
    Checked(AuthToken),
}

impl Urls {
    /// # Errors
    ///
    /// They are to be asked, and nothing can sign that.
    pub(super) fn new(is_skipped: bool) -> Result<Self> {
        if is_skipped {
            return Ok(Self::Unchecked);
        }
        token().map(Self::Checked).ok_or_else(|| {
            Failure::usage(
                "",
                "TWILIO_AUTH_TOKEN is not set, so nothing can ask public_url as Twilio does",
                "set it beside the API key, or give --skip-url-check",
            )
        })
    }

    /// What is wrong with what answers there; nothing if nobody asks.
    pub(super) fn ask(&self, network: &Network) -> Reception {
        match self {
            Self::Unchecked => Reception::default(),
            Self::Checked(token) => Reception::at(network, token, &output::aside),
        }
    }
}

/// Keeps Twilio from being pointed at something else than Dialtone.
///
/// # Errors
///
/// Something else answers at one of the URLs, or nothing does.
pub(super) fn refuse_strangers(reception: &Reception) -> Result<()> {
    if reception.strangers.is_empty() {
        return Ok(());
    }
    let strangers = reception.strangers.iter().cloned();
    let why = Finding::new(
        "",
        "nothing was changed: Twilio is only pointed at what answers as Dialtone does",
        "where something else is meant, give --skip-url-check",
    );
    Err(Failure::found(Outcome::No, strangers.chain([why])))
}

/// Why the file is not in force, if it is not.
pub(super) fn not_in_force(reception: Reception) -> Option<Finding> {
    reception.outdated.or_else(|| reception.strangers.into_iter().next())
}
