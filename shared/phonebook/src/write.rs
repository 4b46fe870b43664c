//! The table as CSV.

use std::io::{self, Write};

use crate::cell::guarded;
use crate::{Column, Entry};

/// Writes the phones as CSV (RFC 4180, with line feeds): a heading and a line for each. Columns in which no phone has a cell are
/// left out, but for name, number and address, so that there is something to fill in.
///
/// Cells that a spreadsheet would take for a formula, E.164 numbers among them, begin with an apostrophe. If a cell is not ASCII,
/// the file begins with a byte order mark, without which Excel does not read it as UTF-8.
///
/// # Errors
///
/// Whatever is written to cannot be written.
pub fn write_csv(entries: &[Entry], mut to: impl Write) -> io::Result<()> {
    let is_always = |column: Column| matches!(column, Column::Name | Column::Number | Column::Address);
    let is_used =
        |column: &&Column| is_always(**column) || entries.iter().any(|entry| entry.cell(**column).is_some());
    let columns: Vec<Column> = Column::ALL.iter().filter(is_used).copied().collect();
    let is_ascii = entries
        .iter()
        .all(|entry| columns.iter().all(|column| entry.cell(*column).is_none_or(str::is_ascii)));
    if !is_ascii {
        to.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(columns.iter().map(|column| column.as_str()))?;
    for entry in entries {
        let cell = |column: &Column| guarded(entry.cell(*column).unwrap_or_default()).into_owned();
        writer.write_record(columns.iter().map(cell))?;
    }
    writer.flush()
}
