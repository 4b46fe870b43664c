//! The answers at the URLs that Twilio is about to be told.

use std::thread;

use network::{Finding, Network};
use webhook::AuthToken;

use crate::rows::web::{other_file, refusal, trouble_of_fallback, unsaid};
use crate::sources::probe;
use crate::sources::waiting::{Watch, result};

/// The faults in the answers at `public_url` and `fallback_url`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reception {
    /// URLs that do not answer a signed request as Dialtone does: calls would fail there.
    pub strangers: Vec<Finding>,
    /// A function of Dialtone that runs another file.
    pub outdated: Option<Finding>,
}

impl Reception {
    /// Asks with signed requests. They take part in no call, and nothing is counted for them. `tell` gets a line when it
    /// takes longer than a second.
    #[must_use]
    pub fn at(network: &Network, token: &AuthToken, tell: &dyn Fn(&str)) -> Self {
        let stage = network.stage();
        let (functions, fallback) = thread::scope(|scope| {
            let mut watch = Watch::new();
            let fallback = watch.spawn(scope, "fallback_url", || probe::fallback(stage, Some(token)));
            let functions = watch.spawn(scope, "public_url", || probe::functions(stage, token));
            watch.wait(tell);
            (result(functions), result(fallback))
        });
        let at_public_url =
            |finding: Finding| Finding { about: format!("public_url {}", stage.public_url), ..finding };
        // One function is enough: three that cannot be reached say the same thrice.
        let stranger = functions
            .iter()
            .find_map(|told| refusal(stage.public_url.as_str(), told).or_else(|| unsaid(told)));
        let of_fallback =
            fallback.and_then(|answer| trouble_of_fallback(&answer, true)).map(|(_, finding)| finding);
        let outdated = functions.iter().find_map(|told| other_file(network, told));
        Self {
            strangers: stranger.map(at_public_url).into_iter().chain(of_fallback).collect(),
            outdated: outdated.map(at_public_url),
        }
    }
}
