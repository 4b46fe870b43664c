//! One table for all of North America.
//!
//! All patterns are walked side by side over ten digits; what they say together after the tenth is a class: a region
//! and a kind, or nothing. Built from the leaves up, with equal rows shared and rows that decide nothing left out, the
//! result is minimal.

use std::collections::HashMap;
use std::fmt::Write as _;

use phonenumber::Metadata;
use phonenumber::metadata::{DATABASE, Descriptor};

use crate::automaton::{Patterns, Progress};
use crate::rules::{self, Kind};

/// Digits after the country code.
const DIGITS: usize = 10;

type Class = Option<(String, Kind)>;

/// The text of `nanp.rs`.
pub(crate) fn generate() -> String {
    let regions = DATABASE.by_code(&1).expect("the metadata has North America");
    let mut patterns = Patterns::default();
    for region in &regions {
        region.leading_digits().iter().for_each(|pattern| patterns.add(pattern.as_str()));
        descriptors(region).for_each(|descriptor| patterns.add(descriptor.national_number().as_str()));
    }
    let mut table = Table::new(regions, patterns);
    let start = table.patterns.start();
    let start = table.state(start, 0);
    table.render(start)
}

/// Every descriptor that [`rules::classify`] may ask about.
fn descriptors(region: &Metadata) -> impl Iterator<Item = &Descriptor> {
    let all = region.descriptors();
    let lines = [all.fixed_line(), all.mobile()];
    let services = rules::services(all).map(|(descriptor, _)| descriptor);
    std::iter::once(all.general()).chain(lines.into_iter().chain(services).flatten())
}

/// States 0.. are classes, and the rows' states follow them: a class ends the walk.
struct Table<'m> {
    regions: Vec<&'m Metadata>,
    patterns: Patterns,
    classes: Vec<Class>,
    rows: Vec<[State; 10]>,
    known_rows: HashMap<[State; 10], State>,
    seen: HashMap<(usize, Vec<Progress>), State>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    Class(usize),
    Row(usize),
}

impl<'m> Table<'m> {
    fn new(regions: Vec<&'m Metadata>, patterns: Patterns) -> Self {
        let (classes, rows) = (vec![None], Vec::new());
        Self { regions, patterns, classes, rows, known_rows: HashMap::new(), seen: HashMap::new() }
    }

    /// The state of the table for these patterns' states after `depth` digits.
    fn state(&mut self, progress: Vec<Progress>, depth: usize) -> State {
        if depth == DIGITS {
            return self.class(&progress);
        }
        let key = (depth, progress);
        if let Some(&state) = self.seen.get(&key) {
            return state;
        }
        let row = [b'0', b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'8', b'9'].map(|digit| {
            let progress = self.patterns.step(&key.1, digit);
            self.state(progress, depth + 1)
        });
        let state = self.row(row);
        self.seen.insert(key, state);
        state
    }

    fn row(&mut self, row: [State; 10]) -> State {
        // Whatever digit follows, the class is the same: nothing is left to read.
        if let [first @ State::Class(_), rest @ ..] = &row
            && rest.iter().all(|next| next == first)
        {
            return *first;
        }
        let rows = &mut self.rows;
        *self.known_rows.entry(row).or_insert_with(|| {
            rows.push(row);
            State::Row(rows.len() - 1)
        })
    }

    fn class(&mut self, progress: &[Progress]) -> State {
        let has_matched = |text: &str| self.patterns.has_matched(text, progress);
        let is_match = |descriptor: &Descriptor| {
            let lengths = descriptor.possible_length();
            let fits = lengths.is_empty() || lengths.iter().any(|length| usize::from(*length) == DIGITS);
            fits && has_matched(descriptor.national_number().as_str())
        };
        let leads = |region: &Metadata| region.leading_digits().map(|pattern| has_matched(pattern.as_str()));
        let class =
            rules::classify(&self.regions, leads, is_match).map(|(region, kind)| (region.id().into(), kind));
        State::Class(self.classes.iter().position(|known| *known == class).unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        }))
    }

    fn render(&self, start: State) -> String {
        let number = |state: State| match state {
            State::Class(class) => class,
            State::Row(row) => self.classes.len() + row,
        };
        let (classes, rows) = (self.classes.len(), self.rows.len());
        assert!(classes + rows <= usize::from(u16::MAX), "states are u16");
        let mut text = format!(
            "/// The state after the country code.\n\
             pub(crate) const START: u16 = {};\n\n\
             /// States below this one are classes.\n\
             pub(crate) const FIRST_ROW: u16 = {classes};\n\n\
             /// {classes} classes, the first for numbers that cannot exist.\n\
             pub(crate) static CLASSES: [Option<Found>; {classes}] = [\n",
            number(start)
        );
        for class in &self.classes {
            match class {
                None => text.push_str("    None,\n"),
                Some((region, kind)) => {
                    let _ = writeln!(
                        text,
                        "    Some(Found {{ region: Region::new(*b\"{region}\"), kind: Kind::{kind:?} }}),"
                    );
                }
            }
        }
        let _ = write!(
            text,
            "];\n\n/// The next state by digit: {rows} rows, {} bytes.\n\
             pub(crate) static NEXT: [[u16; 10]; {rows}] = [\n",
            rows * 20
        );
        for row in &self.rows {
            let _ = writeln!(text, "    {:?},", row.map(number));
        }
        text.push_str("];\n");
        text
    }
}
