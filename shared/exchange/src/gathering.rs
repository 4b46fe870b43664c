//! Plays a `<Gather>`: prompts, keys and the time between them.

use crate::element::Element;
use crate::exchange::Exchange;
use crate::fields::gathered;
use crate::io::{Output, PlaybackId, TimerId};
use crate::place::resolve;
use crate::rules::Rule;
use crate::state::{Gathering, State};

impl Exchange {
    pub(crate) fn begin_gather(&mut self, gather: &Element) {
        self.answer();
        if gather.attribute("input").is_some_and(|input| input.contains("speech")) {
            self.assume(Rule::SpeechIgnored);
        }
        self.state = State::Gathering(Gathering::of(gather));
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
