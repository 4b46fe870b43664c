//! Reads TOML by hand, so that every problem is found at once and each has its line.
//!
//! A derived deserialiser stops at the first problem. Here a value that is missing or wrong is noted, and
//! reading goes on. Every cold start reads the whole file, so what is only said of a problem (lines, paths in words)
//! is only made for one.

use std::cell::OnceCell;
use std::fmt::{self, Display};
use std::ops::Range;

use toml_spanner::{Item, Table};

use crate::nearest::nearest;
use crate::problem::{Problem, Problems};

/// Collects problems while a file is read.
pub(crate) struct Reader<'a> {
    text: &'a str,
    /// The byte offset at which each line begins.
    lines: OnceCell<Vec<usize>>,
    problems: Vec<Problem>,
    /// Whether the TOML itself is broken. Then what seems to be missing may only not have been read.
    is_broken: bool,
    /// From each place where its grammar is broken to the next header: there a key may stand in another table than the
    /// one that was meant.
    torn: Vec<Range<usize>>,
}

/// Why a value was not taken: what is wrong, and the remedy.
pub(crate) type Wrong = (String, String);

const BROKEN_REMEDY: &str = "mend the TOML here";

/// Shorthand for a [`Wrong`].
pub(crate) fn wrong(what: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    (what.into(), remedy.into())
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, lines: OnceCell::new(), problems: Vec::new(), is_broken: false, torn: Vec::new() }
    }

    pub(crate) fn line(&self, offset: usize) -> usize {
        let lines = self.lines.get_or_init(|| {
            let starts = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(i, _)| i + 1);
            std::iter::once(0).chain(starts).collect()
        });
        lines.partition_point(|&start| start <= offset)
    }

    /// Notes a problem, unless it follows from a broken line above.
    pub(crate) fn report(&mut self, offset: usize, key: impl Display, problem: Wrong) {
        if !self.torn.iter().any(|torn| torn.contains(&offset)) {
            self.note(offset, key, problem);
        }
    }

    fn note(&mut self, offset: usize, key: impl Display, (what, remedy): Wrong) {
        let line = self.line(offset);
        self.problems.push(Problem { line, key: key.to_string(), what, remedy });
    }

    /// Notes that something is not there.
    pub(crate) fn report_missing(&mut self, offset: usize, key: impl Display, remedy: impl Into<String>) {
        if !self.is_broken {
            self.report(offset, key, wrong("is missing", remedy));
        }
    }

    /// Notes that a key is there twice.
    pub(crate) fn report_duplicate(&mut self, offset: usize, key: &str) {
        self.is_broken = true;
        self.report(offset, key, wrong("is a duplicate", BROKEN_REMEDY));
    }

    /// Notes that the grammar of TOML is broken.
    pub(crate) fn report_torn(&mut self, offset: usize, what: String) {
        self.note(offset, "", wrong(what, BROKEN_REMEDY));
        self.is_broken = true;
        let header = self.text.get(offset..).and_then(|rest| rest.find("\n["));
        self.torn.push(offset..header.map_or(self.text.len(), |length| offset + length));
    }

    /// Whether a table may lack what it was given, or have what another was given.
    pub(crate) fn is_torn(&self) -> bool {
        !self.torn.is_empty()
    }

    /// The value, unless a problem was noted.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        self.problems.sort();
        self.problems.dedup();
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(Problems(self.problems)),
        }
    }
}

/// One more than the deepest key that Dialtone knows has (`extensions.NAME.codes.KEY.dial`).
const DEPTH: usize = 6;

/// The dotted path of a key. It becomes text only where there is something to say.
#[derive(Clone, Copy, Default)]
pub(crate) struct Path<'a> {
    keys: [&'a str; DEPTH],
    length: usize,
}

impl<'a> Path<'a> {
    fn join(mut self, key: &'a str) -> Self {
        if let Some(place) = self.keys.get_mut(self.length) {
            *place = key;
            self.length += 1;
        }
        self
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.keys.iter().take(self.length).enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            if is_bare(key) { f.write_str(key)? } else { write!(f, "{key:?}")? }
        }
        Ok(())
    }
}

/// One table of the file, and which of its keys are known.
pub(crate) struct Section<'a> {
    place: Place<'a>,
    known: Vec<&'static str>,
}

/// Where one table of the file stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    table: &'a Table<'a>,
    path: Path<'a>,
    offset: usize,
}

impl<'a> Place<'a> {
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Where a key's value stands, or the table if it has no such key.
    pub(crate) fn offset_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.offset, start)
    }

    /// The string that a key has.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.table.get(key)?.as_str()
    }

    /// Whether the table has a key, with whatever value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    pub(crate) fn path(&self, key: &'a str) -> Path<'a> {
        self.path.join(key)
    }

    /// The path of the table itself.
    pub(crate) fn own_path(&self) -> Path<'a> {
        self.path
    }
}

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) offset: usize,
}

impl<'a> Section<'a> {
    /// The file as a whole.
    pub(crate) fn root(table: &'a Table<'a>) -> Self {
        Self::new(table, Path::default(), 0)
    }

    fn new(table: &'a Table<'a>, path: Path<'a>, offset: usize) -> Self {
        Self { place: Place { table, path, offset }, known: Vec::with_capacity(16) }
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Place<'a> {
        self.place
    }

    pub(crate) fn offset(&self) -> usize {
        self.place.offset()
    }

    /// Where a key's value stands, or the table if it has no such key.
    pub(crate) fn offset_of(&self, key: &str) -> usize {
        self.place.offset_of(key)
    }

    pub(crate) fn path(&self, key: &'a str) -> Path<'a> {
        self.place.path(key)
    }

    /// The path of the table itself.
    pub(crate) fn own_path(&self) -> Path<'a> {
        self.place.own_path()
    }

    /// Every key of the table with its value, in the order of the file; for tables whose keys the user chooses.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (At<&'a str>, &'a Item<'a>)> + use<'a> {
        self.place.table.entries().iter().map(|(key, value)| {
            (At { value: key.name, offset: usize::try_from(key.span.start).unwrap_or_default() }, value)
        })
    }

    pub(crate) fn value(&mut self, key: &'static str) -> Option<&'a Item<'a>> {
        self.known.push(key);
        self.place.table.get(key)
    }

    /// A string that `parse` accepts.
    pub(crate) fn text<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<At<T>> {
        let value = self.value(key)?;
        text(reader, self.path(key), value, parse)
    }

    /// A string that `parse` accepts and that must be there.
    pub(crate) fn required<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<At<T>> {
        if self.value(key).is_none() {
            reader.report_missing(
                self.place.offset,
                self.path(key),
                format!("add it, such as {key} = {example:?}"),
            );
            return None;
        }
        self.text(reader, key, parse)
    }

    pub(crate) fn flag(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<bool>> {
        let value = self.value(key)?;
        let offset = start(value);
        match value.as_bool() {
            Some(value) => Some(At { value, offset }),
            None => {
                reader.report(offset, self.path(key), wrong("is not true or false", "write one of them"));
                None
            }
        }
    }

    /// An array of strings, each of which `parse` accepts.
    pub(crate) fn list<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let value = self.value(key)?;
        let Some(array) = value.as_array() else {
            let problem = wrong("is not a list", "write strings in brackets, separated by commas");
            reader.report(start(value), self.path(key), problem);
            return None;
        };
        let path = self.path(key);
        Some(array.iter().filter_map(|item| text(reader, path, item, &parse)).map(|at| at.value).collect())
    }

    /// A table below this one.
    pub(crate) fn section(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Section<'a>> {
        let value = self.value(key)?;
        table(reader, self.path(key), value)
    }

    /// Notes the keys that nothing has asked for.
    pub(crate) fn refuse_unknown(&self, reader: &mut Reader<'_>) {
        if reader.is_torn() {
            return;
        }
        for (key, _) in self.entries().filter(|(key, _)| !self.known.contains(&key.value)) {
            let remedy = match nearest(key.value, &self.known) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the keys here are {}", each_once(&self.known).join(", ")),
            };
            reader.report(
                key.offset,
                self.path(key.value),
                wrong("is not a key that Dialtone knows", remedy),
            );
        }
    }
}

/// A value that must be a table.
pub(crate) fn table<'a>(reader: &mut Reader<'_>, path: Path<'a>, value: &'a Item<'a>) -> Option<Section<'a>> {
    match value.as_table() {
        Some(table) => Some(Section::new(table, path, start(value))),
        None => {
            reader.report(
                start(value),
                path,
                wrong("is not a table", "write { key = \"value\" } or a [section]"),
            );
            None
        }
    }
}

fn text<T>(
    reader: &mut Reader<'_>,
    path: Path<'_>,
    value: &Item<'_>,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Option<At<T>> {
    let offset = start(value);
    let parsed = match value.as_str() {
        Some(text) => parse(text),
        None => Err(wrong("is not a string", "put it in double quotes")),
    };
    match parsed {
        Ok(value) => Some(At { value, offset }),
        Err(problem) => {
            reader.report(offset, path, problem);
            None
        }
    }
}

/// Where a value begins.
fn start(value: &Item<'_>) -> usize {
    usize::try_from(value.span().start).unwrap_or_default()
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Keys may be asked for more than once.
fn each_once<'k>(keys: &[&'k str]) -> Vec<&'k str> {
    let mut once = Vec::new();
    for key in keys {
        if !once.contains(key) {
            once.push(*key);
        }
    }
    once
}

#[cfg(test)]
mod tests;
