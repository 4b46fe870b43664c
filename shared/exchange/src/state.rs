//! What a call is in the middle of. `exchange`, `gathering` and `dialling` move it on.

use std::collections::VecDeque;

use webhook::CallStatus;

use crate::element::Element;
use crate::io::{PlaybackId, TimerId};
use crate::keys::Gathered;
use crate::leg::{LegId, LegState, Placed, Stop};
use crate::request::Method;

/// What a call is in the middle of.
#[derive(Debug)]
pub(crate) enum State {
    /// A document is on its way from this URL; whether the caller is gone, so that it does not matter.
    Fetching {
        url: String,
        is_last: bool,
    },
    /// Something is heard; whether the call ends after it.
    Playing {
        id: PlaybackId,
        is_last: bool,
    },
    Gathering(Gathering),
    Dialling(Dialling),
    /// Between two verbs, and when the call is over.
    Idle,
    Over,
}

/// What a `<Gather>` hears unless it says otherwise: keys.
const DTMF: &str = "dtmf";

/// How long a `<Gather>` waits for a key, in seconds, unless it says otherwise.
const KEY_TIMEOUT: u32 = 5;

/// A `<Gather>` under way.
#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) action: String,
    pub(crate) method: Method,
    pub(crate) timeout: u32,
    pub(crate) on_empty: bool,
    pub(crate) hears_keys: bool,
    pub(crate) keys: Gathered,
    /// The nested verbs that are not heard yet.
    pub(crate) prompts: VecDeque<Element>,
    pub(crate) playing: Option<PlaybackId>,
    pub(crate) timer: Option<TimerId>,
}

impl Gathering {
    pub(crate) fn of(gather: &Element) -> Self {
        let input = gather.attribute("input").unwrap_or(DTMF);
        Self {
            action: gather.attribute("action").unwrap_or_default().to_owned(),
            method: Method::of(gather.attribute("method")),
            timeout: gather.number("timeout").unwrap_or(KEY_TIMEOUT),
            on_empty: gather.is_set("actionOnEmptyResult"),
            hears_keys: input.split_whitespace().any(|word| word == DTMF),
            keys: Gathered::new(gather),
            prompts: gather.children.iter().cloned().collect(),
            playing: None,
            timer: None,
        }
    }
}

/// A `<Dial>` under way.
#[derive(Debug)]
pub(crate) struct Dialling {
    pub(crate) action: Option<(Method, String)>,
    pub(crate) refer: Option<(Method, String)>,
    pub(crate) answers_on_bridge: bool,
    pub(crate) hangup_on_star: bool,
    pub(crate) caller_id: Option<String>,
    pub(crate) timeout: Option<u32>,
    pub(crate) time_limit: Option<u32>,
    pub(crate) legs: Vec<Placed>,
    /// With `sequential`, the nouns that have not rung yet.
    pub(crate) waiting: VecDeque<Placed>,
    pub(crate) winner: Option<LegId>,
    pub(crate) ringing: Option<TimerId>,
    pub(crate) talking: Option<TimerId>,
    /// Where the other side sends the caller.
    pub(crate) referred: Option<String>,
    pub(crate) has_callback: bool,
}

impl Dialling {
    pub(crate) fn of(dial: &Element, legs: Vec<Placed>) -> Self {
        let target = |url: &str, method: &str| {
            dial.attribute(url).map(|url| (Method::of(dial.attribute(method)), url.to_owned()))
        };
        let has_callback = legs.iter().any(|placed| placed.callback.is_some());
        let is_sequential = dial.is_set("sequential");
        let (legs, waiting) = if is_sequential { (Vec::new(), legs) } else { (legs, Vec::new()) };
        Self {
            action: target("action", "method"),
            refer: target("referUrl", "referMethod"),
            answers_on_bridge: dial.is_set("answerOnBridge"),
            hangup_on_star: dial.is_set("hangupOnStar"),
            caller_id: dial.attribute("callerId").map(str::to_owned),
            timeout: dial.number("timeout"),
            time_limit: dial.number("timeLimit"),
            legs,
            waiting: waiting.into(),
            winner: None,
            ringing: None,
            talking: None,
            referred: None,
            has_callback,
        }
    }

    /// Whether this key ends the conversation.
    pub(crate) fn hangs_up_on(&self, key: char) -> bool {
        key == '*' && self.hangup_on_star && self.winner.is_some()
    }

    pub(crate) fn leg(&mut self, id: LegId) -> Option<&mut Placed> {
        self.legs.iter_mut().find(|placed| placed.leg.id == id)
    }

    /// Whether every leg is over.
    pub(crate) fn is_quiet(&self) -> bool {
        self.legs.iter().all(|placed| matches!(placed.state, LegState::Ended(_)))
    }

    /// Whether a leg ended so.
    pub(crate) fn ended_as(&self, status: CallStatus) -> bool {
        self.legs.iter().any(|placed| placed.state == LegState::Ended(status))
    }

    /// Stops those of the chosen legs that ring or talk, and returns them.
    pub(crate) fn stop(&mut self, why: Stop, chosen: impl Fn(&Placed) -> bool) -> Vec<LegId> {
        let alive = |placed: &&mut Placed| matches!(placed.state, LegState::Calling | LegState::Talking);
        let mut stopped = Vec::new();
        for placed in self.legs.iter_mut().filter(alive).filter(|placed| chosen(placed)) {
            placed.state = LegState::Stopping(why);
            stopped.push(placed.leg.id);
        }
        stopped
    }
}
