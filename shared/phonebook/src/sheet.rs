//! A table, as a spreadsheet or a program wrote it.

use std::collections::{BTreeMap, HashMap};

use csv::{ReaderBuilder, StringRecord, Trim};
use network::Finding;

use crate::Column;
use crate::cell::{is_scientific, mangled, unguarded};
use crate::entry::{normal, words};

/// The rows of a CSV file, and what is wrong with it.
#[derive(Debug)]
pub struct Sheet {
    /// What it is called in findings.
    pub(crate) name: String,
    /// The columns that it has, `name` among them unless there are findings.
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Each with its line.
    pub(crate) findings: Vec<(u64, Finding)>,
}

/// A phone of the sheet.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its line in the file, from 1.
    pub(crate) line: u64,
    pub(crate) name: String,
    /// The cells that are not empty, in normal form.
    pub(crate) cells: BTreeMap<Column, String>,
    /// Whether nothing is wrong with it. What is, has a finding and no cell.
    pub(crate) is_good: bool,
}

const SAVE_AS_UTF8: &str = "save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8)";

impl Sheet {
    /// Reads a CSV file in UTF-8. Commas, semicolons or tabs separate its cells, as its heading shows; it may begin with a byte
    /// order mark or Excel's `sep=;`. All that is wrong with its form is found; [`merge`](crate::merge()) reports it with the rest.
    #[must_use]
    pub fn read(name: &str, bytes: &[u8]) -> Self {
        let mut sheet =
            Self { name: name.to_owned(), columns: Vec::new(), rows: Vec::new(), findings: Vec::new() };
        match std::str::from_utf8(bytes) {
            Ok(text) => sheet.read_text(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Err(_) if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) => {
                sheet.findings.push((1, Finding::new(name, "is UTF-16", SAVE_AS_UTF8)));
            }
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let breaks = before.iter().filter(|byte| **byte == b'\n').count();
                let line = u64::try_from(breaks).unwrap_or_default() + 1;
                let finding = Finding::new(format!("{name}: line {line}"), "is not UTF-8", SAVE_AS_UTF8);
                sheet.findings.push((line, finding));
            }
        }
        sheet
    }

    fn read_text(&mut self, text: &str) {
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("sep=").and_then(|rest| rest.trim_end().bytes().next());
        let (text, skipped) = match named {
            Some(_) => (text.split_once('\n').map_or("", |(_, rest)| rest), 1),
            None => (text, 0),
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(named.unwrap_or_else(|| separator(text)))
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records().filter_map(Result::ok).filter(|record| !is_empty(record));
        let lines = Lines::of(text);
        let line_of = |record: &StringRecord| {
            skipped + lines.of_record(record.position().map_or(0, csv::Position::byte))
        };
        let Some(heading) = records.next() else {
            self.findings.push((1, Finding::new(&self.name, "is empty", HEADING)));
            return;
        };
        let Some(columns) = self.read_heading(&heading, line_of(&heading)) else { return };
        self.columns = columns.iter().flatten().copied().collect();
        let mut lines_of = HashMap::new();
        for record in records {
            let line = line_of(&record);
            let Some(row) = self.read_row(&columns, &record, line) else { continue };
            match lines_of.insert(row.name.to_lowercase(), line) {
                Some(other) => {
                    let what = format!("is the phone of line {other} once more");
                    self.report(line, Column::Name, what, "take one of the lines away");
                }
                None => self.rows.push(row),
            }
        }
    }

    /// The columns by their places; none if the table cannot be read.
    fn read_heading(&mut self, record: &StringRecord, line: u64) -> Option<Vec<Option<Column>>> {
        let mut columns = Vec::new();
        let before = self.findings.len();
        for (place, heading) in record.iter().enumerate() {
            let about = format!("{}: line {line}, column {}", self.name, place + 1);
            let column = Column::parse(unguarded(heading));
            let wrong = match column {
                Some(column) if columns.contains(&Some(column)) => {
                    Some((format!("{} is there twice", column.as_str()), "take one of them away".to_owned()))
                }
                // A spreadsheet leaves such columns behind. One with cells is told row by row.
                None if heading.is_empty() => None,
                None => Some((
                    format!("there is no column {heading:?}"),
                    match Column::meant(heading) {
                        Some(column) => format!("did you mean {}?", column.as_str()),
                        None => format!("take it away, or write one of {}", Column::list()),
                    },
                )),
                Some(_) => None,
            };
            self.findings.extend(wrong.map(|(what, remedy)| (line, Finding::new(about, what, remedy))));
            columns.push(column);
        }
        let has_all = self.findings.len() == before;
        if has_all && !columns.contains(&Some(Column::Name)) {
            let about = format!("{}: line {line}", self.name);
            self.findings.push((line, Finding::new(about, "has no column name", HEADING)));
        }
        (self.findings.len() == before).then_some(columns)
    }

    /// A row, unless it names no phone.
    fn read_row(&mut self, columns: &[Option<Column>], record: &StringRecord, line: u64) -> Option<Row> {
        let before = self.findings.len();
        let mut row = Row { line, name: String::new(), cells: BTreeMap::new(), is_good: false };
        for (place, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let Some(column) = columns.get(place).copied().flatten() else {
                let about = format!("{}: line {line}, column {}", self.name, place + 1);
                let remedy = "write one, or put a cell that has the separator in it in double quotes";
                self.findings.push((line, Finding::new(about, "has no heading", remedy)));
                continue;
            };
            let text = unguarded(cell).trim();
            if let Some((what, remedy)) = wrong(column, text) {
                self.report(line, column, what, remedy);
            } else if column == Column::Name {
                text.clone_into(&mut row.name);
            } else {
                row.cells.extend(normal(column, text).map(|text| (column, text)));
            }
        }
        if row.cells.contains_key(&Column::Number) && row.cells.contains_key(&Column::Buy) {
            let what = "wants to buy a number for a phone that has one";
            self.report(line, Column::Buy, what, "empty one of the two cells");
        }
        row.is_good = self.findings.len() == before;
        if row.is_good && row.name.is_empty() {
            self.report(line, Column::Name, "is empty", "name the phone");
        }
        (!row.name.is_empty()).then_some(row)
    }

    fn report(&mut self, line: u64, column: Column, what: impl Into<String>, remedy: &str) {
        self.findings.push((line, Finding::new(self.about(line, column), what, remedy)));
    }

    /// What a finding on a cell is about.
    pub(crate) fn about(&self, line: u64, column: Column) -> String {
        format!("{}: line {line}: {}", self.name, column.as_str())
    }
}

const HEADING: &str = "begin with a line that names the columns, such as name,number,address";

/// What is wrong with a cell that the network file could not even hold, or that a spreadsheet has changed.
fn wrong(column: Column, text: &str) -> Option<(&'static str, &'static str)> {
    if text.contains(['\n', '\r']) {
        return Some(("goes over several lines", "close its double quote where it ends"));
    }
    match column {
        Column::Emergency if !matches!(text.to_lowercase().as_str(), "true" | "false") => {
            Some(("is not true or false", "write one of them"))
        }
        Column::Mac if is_scientific(text) => Some((
            "was shortened by a spreadsheet, and its last digits are lost",
            "write it again, with colons, such as 00:0b:82:12:34:56",
        )),
        Column::Codes if text.split_whitespace().any(|word| code(word).is_none()) => Some((
            "is not a list of codes",
            "write KEYS=dial:NUMBER, KEYS=asterisk:CONTEXT or KEYS=extension:PHONE, with spaces between them",
        )),
        column if column.is_number() => words(text).find_map(mangled),
        _ => None,
    }
}

/// A code of a list: its keys, the way and the place.
pub(crate) fn code(word: &str) -> Option<(&str, &str, &str)> {
    let (keys, target) = word.split_once('=')?;
    let (way, to) = target.split_once(':')?;
    (!keys.is_empty() && !to.is_empty()).then_some((keys, way, to))
}

/// The separator: what there is most of in the heading.
fn separator(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| heading.bytes().filter(|byte| *byte == separator).count();
    // Of several that are as frequent the first wins, and `max_by_key` takes the last.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// Where the lines of a text begin. The reader counts the empty lines before a record as part of it.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.bytes().zip(text.bytes().skip(1).chain([0])).enumerate();
        let is_end = |&(_, (byte, next)): &(usize, (u8, u8))| byte == b'\n' || byte == b'\r' && next != b'\n';
        let starts = std::iter::once(0).chain(ends.filter(is_end).map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line, from 1, of the record that is read from this byte on.
    fn of_record(&self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or_default();
        let rest = self.text.get(byte..).unwrap_or_default();
        let first = byte + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        u64::try_from(self.starts.partition_point(|start| *start <= first)).unwrap_or_default()
    }
}

fn is_empty(record: &StringRecord) -> bool {
    record.iter().all(str::is_empty)
}
