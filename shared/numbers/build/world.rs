//! One table for all countries.
//!
//! For each calling code, the patterns of its regions are walked side by side, digit by digit. Where no pattern is
//! open any more, only the length of the number decides: that is a *verdict*. Before that there are rows: the state
//! after each further digit, and what the number is if it ends here. Built from the leaves up, with equal rows and
//! equal verdicts shared by all countries, the result is minimal.

use std::collections::HashMap;
use std::hash::Hash;

use phonenumber::Metadata;
use phonenumber::metadata::{DATABASE, Descriptor};

use crate::automaton::{Patterns, Progress};
use crate::kind::Kind;
use crate::rules;

/// The most digits of a number, country code included (ITU-T E.164, 6.1).
const MOST_DIGITS: usize = 15;

const DIGITS: [u8; 10] = *b"0123456789";

/// The index of a region and kind.
pub(crate) type Class = usize;

/// The class of a number by its count of digits after the country code; lengths of no number are left out.
pub(crate) type Verdict = Vec<(usize, Class)>;

/// The table, and where each calling code begins.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) starts: Vec<(u16, State)>,
    pub(crate) classes: Numbered<(String, Kind)>,
    pub(crate) verdicts: Numbered<Verdict>,
    pub(crate) rows: Numbered<Row>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum State {
    Verdict(usize),
    Row(usize),
}

/// The next state by digit, or, in the eleventh place, if the number ends.
pub(crate) type Row = [State; 11];

/// Values in the order of their first appearance, each once.
pub(crate) struct Numbered<T> {
    pub(crate) all: Vec<T>,
    index: HashMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, value: T) -> usize {
        let all = &mut self.all;
        *self.index.entry(value).or_insert_with_key(|value| {
            all.push(value.clone());
            all.len() - 1
        })
    }
}

/// All calling codes of countries, in order; North America is the first.
pub(crate) fn build() -> World {
    let mut world = World::default();
    for code in 1..=999_u16 {
        let regions = DATABASE.by_code(&code).unwrap_or_default();
        if regions.iter().any(|region| region.id().len() == 2) {
            let start = Country::new(code, regions, &mut world).start();
            world.starts.push((code, start));
        }
    }
    world
}

/// The regions of one calling code while they are put into the table.
struct Country<'m, 'w> {
    regions: Vec<&'m Metadata>,
    patterns: Patterns,
    most_digits: usize,
    world: &'w mut World,
    seen: HashMap<(usize, Vec<Progress>), State>,
}

impl<'m, 'w> Country<'m, 'w> {
    fn new(code: u16, regions: Vec<&'m Metadata>, world: &'w mut World) -> Self {
        let mut patterns = Patterns::default();
        for region in &regions {
            region.leading_digits().iter().for_each(|pattern| patterns.add(pattern.as_str()));
            descriptors(region).for_each(|descriptor| patterns.add(descriptor.national_number().as_str()));
        }
        let most_digits = MOST_DIGITS - code.to_string().len();
        Self { regions, patterns, most_digits, world, seen: HashMap::new() }
    }

    fn start(&mut self) -> State {
        let start = self.patterns.start();
        self.state(start, 0)
    }

    /// The state of the table for these patterns' states after `depth` digits.
    fn state(&mut self, progress: Vec<Progress>, depth: usize) -> State {
        let key = (depth, progress);
        if let Some(&state) = self.seen.get(&key) {
            return state;
        }
        let end = self.class(&key.1, depth);
        let state = if depth == self.most_digits {
            self.verdict(depth, end, Vec::new())
        } else {
            let [a, b, c, d, e, f, g, h, i, j] = DIGITS.map(|digit| {
                let progress = self.patterns.step(&key.1, digit);
                self.state(progress, depth + 1)
            });
            match a {
                // Whatever digit follows, the same lengths decide: nothing is left to read.
                State::Verdict(longer) if [b, c, d, e, f, g, h, i, j].iter().all(|state| *state == a) => {
                    let longer = self.world.verdicts.all.get(longer).cloned();
                    self.verdict(depth, end, longer.expect("every verdict was numbered"))
                }
                _ => {
                    let end = self.verdict(depth, end, Vec::new());
                    State::Row(self.world.rows.number([a, b, c, d, e, f, g, h, i, j, end]))
                }
            }
        };
        self.seen.insert(key, state);
        state
    }

    fn verdict(&mut self, depth: usize, end: Option<Class>, longer: Verdict) -> State {
        let here = end.map(|class| (depth, class));
        State::Verdict(self.world.verdicts.number(here.into_iter().chain(longer).collect()))
    }

    /// The class of a number that ends after `depth` digits.
    fn class(&mut self, progress: &[Progress], depth: usize) -> Option<Class> {
        let has_matched = |text: &str| self.patterns.has_matched(text, progress);
        let is_match = |descriptor: &Descriptor| {
            let lengths = descriptor.possible_length();
            let fits = lengths.is_empty() || lengths.iter().any(|length| usize::from(*length) == depth);
            fits && has_matched(descriptor.national_number().as_str())
        };
        let leads = |region: &Metadata| region.leading_digits().map(|pattern| has_matched(pattern.as_str()));
        let (region, kind) = rules::classify(&self.regions, leads, is_match)?;
        Some(self.world.classes.number((region.id().to_owned(), kind)))
    }
}

/// Every descriptor that [`rules::classify`] may ask about.
fn descriptors(region: &Metadata) -> impl Iterator<Item = &Descriptor> {
    let all = region.descriptors();
    let lines = [all.fixed_line(), all.mobile()];
    let services = rules::services(all).map(|(descriptor, _)| descriptor);
    std::iter::once(all.general()).chain(lines.into_iter().chain(services).flatten())
}
