//! Changes of the network file that leave everything else as it is.

use std::collections::BTreeMap;

use toml_edit::{Array, Document, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::Column;
use crate::entry::words;
use crate::lines::{as_written, newline};
use crate::sheet::code;

/// What a phone's section is to say: a cell for each key that changes, none where the key goes away.
pub(crate) type Cells = BTreeMap<Column, Option<String>>;

/// The file with phones changed, each by its name as the file writes it. None if it is not TOML or has no such phone.
pub(crate) fn changed(text: &str, phones: &[(&str, &Cells)]) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    for (name, cells) in phones {
        let phone = document.get_mut("extensions")?.get_mut(name)?.as_table_like_mut()?;
        cells.iter().for_each(|(column, cell)| set(phone, *column, cell.as_deref()));
    }
    Some(as_written(text, &document.to_string()))
}

/// The file with a section more for each phone, after the last that it has. None if it is not TOML, or if its phones stand in
/// one inline table.
pub(crate) fn added(text: &str, phones: &[(&str, &Cells)]) -> Option<String> {
    let (mark, text) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let newline = newline(text);
    let (before, after) = text.split_at_checked(place(text)?)?;
    let mut new = format!("{mark}{before}");
    if !before.is_empty() && !before.ends_with('\n') {
        new.push_str(newline);
    }
    for (name, cells) in phones {
        if !new.trim_start_matches('\u{feff}').is_empty() {
            new.push_str(newline);
        }
        new.push_str(&section(name, cells).replace('\n', newline));
    }
    if !after.is_empty() && !after.starts_with(['\r', '\n']) {
        new.push_str(newline);
    }
    new.push_str(after);
    Some(new)
}

/// Where sections of phones are added: after the last one and the comments that follow it without a blank line.
fn place(text: &str) -> Option<usize> {
    let document = Document::parse(text).ok()?;
    let end = match document.as_table().get("extensions") {
        None => return Some(text.len()),
        // Its keys stand among those of the whole file, after which there can be others.
        Some(Item::Table(table)) if table.is_dotted() => return Some(text.len()),
        Some(Item::Table(table)) => end_of(table),
        Some(_) => return None,
    };
    let mut place = end;
    for (count, line) in text.get(end..)?.split_inclusive('\n').enumerate() {
        if count > 0 && !line.trim_start().starts_with('#') {
            break;
        }
        place += line.len();
    }
    Some(place)
}

/// Where the last thing in a table ends.
fn end_of(table: &Table) -> usize {
    let own = table.span().map_or(0, |span| span.end);
    let below = table.iter().map(|(_, item)| match item {
        Item::Table(table) => end_of(table),
        item => item.span().map_or(0, |span| span.end),
    });
    below.fold(own, usize::max)
}

/// The section of a new phone.
fn section(name: &str, cells: &Cells) -> String {
    let mut phone = Table::new();
    cells.iter().for_each(|(column, cell)| set(&mut phone, *column, cell.as_deref()));
    let mut phones = Table::new();
    phones.set_implicit(true);
    phones.insert(name, Item::Table(phone));
    let mut document = DocumentMut::new();
    document.insert("extensions", Item::Table(phones));
    document.to_string()
}

/// Writes what a cell says into a phone's section, or takes it away.
fn set(phone: &mut dyn TableLike, column: Column, cell: Option<&str>) {
    match column {
        Column::Name => {}
        Column::Number => match cell {
            None if phone.get("number").is_some_and(|item| item.as_str().is_none()) => {}
            cell => put(phone, "number", cell.map(Value::from)),
        },
        Column::Buy => match cell {
            // The number that it had been waiting for, perhaps.
            None if phone.get("number").is_some_and(Item::is_str) => {}
            cell => {
                let wish = |code: &str| Value::from(InlineTable::from_iter([("buy", code)]));
                put(phone, "number", cell.map(wish));
            }
        },
        Column::Emergency => put(phone, "emergency", cell.map(|cell| Value::from(cell == "true"))),
        Column::Block => {
            put(phone, "block", cell.map(|cell| Value::from(words(cell).collect::<Array>())));
        }
        Column::Codes => put(phone, "codes", cell.map(codes)),
        Column::Kind | Column::Mac | Column::Mode | Column::Edge => set_device(phone, column, cell),
        Column::CallerId
        | Column::Address
        | Column::Group
        | Column::Language
        | Column::AreaCode
        | Column::Label => put(phone, column.as_str(), cell.map(Value::from)),
    }
}

fn codes(cell: &str) -> Value {
    let one = |word| {
        let (keys, way, to) = code(word)?;
        Some((keys, Value::from(InlineTable::from_iter([(way, to)]))))
    };
    Value::from(cell.split_whitespace().filter_map(one).collect::<InlineTable>())
}

fn set_device(phone: &mut dyn TableLike, column: Column, cell: Option<&str>) {
    let key = column.as_str().trim_start_matches("device.");
    if cell.is_some() && phone.get("device").is_none() {
        phone.insert("device", Item::Value(InlineTable::new().into()));
    }
    let Some(item) = phone.get_mut("device") else { return };
    let Some(device) = item.as_table_like_mut() else { return };
    put(device, key, cell.map(Value::from));
    let is_empty = device.is_empty();
    if let Some(inline) = item.as_inline_table_mut() {
        inline.fmt();
    }
    if is_empty {
        phone.remove("device");
    }
}

/// Sets a key, with the blanks and the comment that it had, or takes it away.
fn put(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}
