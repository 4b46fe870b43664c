//! The dial plan of a device: the keys that it waits for, and when it sends them.
//!
//! The server reads what was dialled, and says why when it refuses. So a device keeps nothing back: it sends the keys
//! as they were pressed, once no key has come for a while. What is complete it sends at once.

use network::{Extension, Network};

use crate::complete::{Complete, complete};
use crate::help;
use crate::pattern::{Others, Pattern};
use crate::server::Server;
use crate::service::Service;

/// How long a device waits for another key, in seconds. The makers' 3 or 4 cut off callers who dial slowly.
pub const NO_KEY_TIMEOUT: u8 = 7;

/// The dial plan of a phone, to be written in the language of its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialPlan {
    /// The emergency numbers of the countries that the phone belongs to, complete or not.
    pub(crate) own_help: Vec<&'static str>,
    /// The emergency numbers that are complete.
    help: Vec<&'static str>,
    /// Beginnings of these that lead somewhere themselves, as codes or names.
    places: Vec<String>,
    /// Other patterns that are sent with their last key, most important first. Nothing longer that the server accepts begins with it.
    complete: Vec<Pattern>,
}

impl DialPlan {
    /// The plan for a phone: what the server accepts is asked of the server's own code.
    #[must_use]
    pub fn of(network: &Network, phone: &Extension, service: &dyn Service) -> Self {
        let server = Server { network, phone, service, help: &help::spellings(network, phone) };
        let Complete { help, others } = complete(server);
        let beginnings = help.iter().flat_map(|number| beginnings(number));
        let places = beginnings.filter(|keys| server.accepts(keys)).map(str::to_owned).collect();
        Self { own_help: help::own(network, phone), help, places, complete: others }
    }

    /// The emergency numbers that nothing keeps from being sent at once. `holds_back` says whether a beginning that leads somewhere
    /// itself does.
    pub(crate) fn help_at_once(
        &self,
        holds_back: fn(&str, &str) -> bool,
    ) -> impl Iterator<Item = &'static str> {
        let is_held = move |number: &str| self.places.iter().any(|place| holds_back(place, number));
        self.help.iter().copied().filter(move |number| !is_held(number))
    }

    /// Everything but these emergency numbers.
    pub(crate) fn others(help: &[&'static str]) -> Others {
        let help: Vec<_> = help.iter().filter_map(|number| Pattern::exactly(number)).collect();
        Others::than(&help)
    }

    /// A plan with as much of what is complete as its device can hold, emergency numbers first. What it cannot hold goes out
    /// after the timeout.
    pub(crate) fn longest(
        &self,
        help: &[&'static str],
        write: impl Fn(&[Pattern]) -> Option<String>,
    ) -> String {
        let mut held: Vec<Pattern> = Vec::new();
        let mut plan = write(&held).unwrap_or_default();
        let help = help.iter().filter_map(|number| Pattern::exactly(number));
        for pattern in help.chain(self.complete.iter().cloned()) {
            held.push(pattern);
            match write(&held) {
                Some(longer) => plan = longer,
                None => drop(held.pop()),
            }
        }
        plan
    }
}

/// The beginnings of a number: 9 and 91 of 911.
pub(crate) fn beginnings(number: &str) -> impl Iterator<Item = &str> {
    (1..number.len()).filter_map(|end| number.get(..end))
}
