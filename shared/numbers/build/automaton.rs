//! Regular expressions over digits, as automata that can be walked side by side.

use std::collections::HashMap;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;

/// Where one pattern stands after some digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Progress {
    /// It may still match.
    Open(StateID),
    /// It matches some beginning of the digits, which is all that `phonenumber` asks of it.
    Matched,
    /// It cannot match any more.
    Dead,
}

/// Patterns, each compiled once.
#[derive(Default)]
pub(crate) struct Patterns {
    automata: Vec<dense::DFA<Vec<u32>>>,
    by_text: HashMap<String, usize>,
}

impl Patterns {
    /// Adds a pattern, unless it is there already.
    pub(crate) fn add(&mut self, text: &str) {
        if !self.by_text.contains_key(text) {
            self.by_text.insert(text.to_owned(), self.automata.len());
            self.automata.push(compile(text));
        }
    }

    /// Before the first digit.
    pub(crate) fn start(&self) -> Vec<Progress> {
        let config = start::Config::new().anchored(Anchored::Yes);
        let start = |dfa: &dense::DFA<_>| dfa.start_state(&config).expect("anchored automata have a start");
        self.automata.iter().map(|dfa| progress(dfa, start(dfa))).collect()
    }

    /// After one more digit, `b'0'..=b'9'`.
    pub(crate) fn step(&self, from: &[Progress], digit: u8) -> Vec<Progress> {
        let step = |(dfa, from): (&dense::DFA<_>, &Progress)| match *from {
            Progress::Open(state) => progress(dfa, dfa.next_state(state, digit)),
            ended => ended,
        };
        self.automata.iter().zip(from).map(step).collect()
    }

    /// Whether a pattern that was added has matched.
    pub(crate) fn has_matched(&self, text: &str, progress: &[Progress]) -> bool {
        let index = *self.by_text.get(text).expect("every pattern was added");
        progress.get(index) == Some(&Progress::Matched)
    }
}

fn compile(text: &str) -> dense::DFA<Vec<u32>> {
    // `progress` looks at what would follow each digit, which an assertion about the text's end would falsify.
    assert!(!text.replace("\\d", "").contains(['^', '$', '\\']), "a pattern with an assertion: {text}");
    dense::Builder::new()
        .configure(dense::Config::new().start_kind(StartKind::Anchored))
        // As `phonenumber` compiles them, but for Unicode: what is walked is only ever ASCII digits.
        .syntax(syntax::Config::new().ignore_whitespace(true).unicode(false).utf8(false))
        .build(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn progress(dfa: &dense::DFA<Vec<u32>>, state: StateID) -> Progress {
    // Automata report a match one byte late, so ask what the end of the text would bring.
    if dfa.is_match_state(state) || dfa.is_match_state(dfa.next_eoi_state(state)) {
        Progress::Matched
    } else if dfa.is_dead_state(state) {
        Progress::Dead
    } else {
        Progress::Open(state)
    }
}
