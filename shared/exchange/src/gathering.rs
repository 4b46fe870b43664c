//! A `<Gather>` under way.

use std::collections::VecDeque;

use crate::element::Element;
use crate::exchange::{Exchange, State};
use crate::fields::gathered;
use crate::io::{Output, PlaybackId, TimerId};
use crate::keys::Gathered;
use crate::place::resolve;
use crate::request::Method;
use crate::rules::Rule;

/// How long a `<Gather>` waits for a key, in seconds, unless it says otherwise.
const TIMEOUT: u32 = 5;

#[derive(Debug)]
pub(crate) struct Gathering {
    action: String,
    method: Method,
    timeout: u32,
    on_empty: bool,
    hears_keys: bool,
    keys: Gathered,
    /// The nested verbs that are not heard yet.
    prompts: VecDeque<Element>,
    playing: Option<PlaybackId>,
    timer: Option<TimerId>,
}

impl Exchange {
    pub(crate) fn begin_gather(&mut self, gather: &Element) {
        self.answer();
        let input = gather.attribute("input").unwrap_or("dtmf");
        if input.contains("speech") {
            self.assume(Rule::SpeechIgnored);
        }
        let gathering = Gathering {
            action: gather.attribute("action").unwrap_or_default().to_owned(),
            method: Method::of(gather.attribute("method")),
            timeout: gather.number("timeout").unwrap_or(TIMEOUT),
            on_empty: gather.is_set("actionOnEmptyResult"),
            hears_keys: input.split_whitespace().any(|word| word == "dtmf"),
            keys: Gathered::new(gather),
            prompts: gather.children.iter().cloned().collect(),
            playing: None,
            timer: None,
        };
        self.state = State::Gathering(gathering);
        self.push(Output::GatherStarts);
        self.next_prompt();
    }

    /// Plays what is nested next; the time runs when nothing is left.
    fn next_prompt(&mut self) {
        while let Some(prompt) = self.gathering().and_then(|gathering| gathering.prompts.pop_front()) {
            if !matches!(prompt.name.as_str(), "Say" | "Play" | "Pause") {
                self.skip(&prompt.name);
                continue;
            }
            let (sound, times) = self.sound(&prompt);
            let id = self.play(sound, times);
            if let Some(gathering) = self.gathering() {
                gathering.playing = Some(id);
            }
            return;
        }
        self.wait_for_key();
    }

    fn wait_for_key(&mut self) {
        let Some(timeout) = self.gathering().map(|gathering| gathering.timeout) else { return };
        let timer = self.set_timer(timeout);
        if let Some(gathering) = self.gathering() {
            gathering.playing = None;
            gathering.timer = Some(timer);
        }
    }

    pub(crate) fn gather_key(&mut self, key: char) {
        let Some(gathering) = self.gathering() else { return };
        if !gathering.hears_keys {
            return self.push(Output::KeyLost(key));
        }
        let playing = gathering.playing.take();
        gathering.prompts.clear();
        let is_finished = gathering.keys.press(key);
        let is_alone = is_finished && gathering.keys.digits.is_empty();
        if let Some(id) = playing {
            self.push(Output::Stop(id));
        }
        if is_alone {
            self.assume(Rule::FinishKeyAlone);
        }
        if is_finished { self.end_gather() } else { self.wait_for_key() }
    }

    pub(crate) fn gather_played(&mut self, id: PlaybackId) {
        if self.gathering().is_some_and(|gathering| gathering.playing == Some(id)) {
            self.next_prompt();
        }
    }

    pub(crate) fn gather_timer(&mut self, id: TimerId) {
        if self.gathering().is_some_and(|gathering| gathering.timer == Some(id)) {
            self.end_gather();
        }
    }

    /// Stops listening, and what is being heard.
    pub(crate) fn stop_gather(&mut self) {
        if let Some(id) = self.gathering().and_then(|gathering| gathering.playing.take()) {
            self.push(Output::Stop(id));
        }
        self.push(Output::GatherStops);
    }

    fn end_gather(&mut self) {
        self.stop_gather();
        let State::Gathering(gathering) = std::mem::replace(&mut self.state, State::Idle) else { return };
        if gathering.keys.digits.is_empty() && !gathering.on_empty {
            return self.run();
        }
        let url = resolve(&gathering.action, &self.here);
        self.fetch(gathering.method, url, gathered(gathering.keys));
    }

    fn gathering(&mut self) -> Option<&mut Gathering> {
        match &mut self.state {
            State::Gathering(gathering) => Some(gathering),
            _ => None,
        }
    }
}
