//! A phone as a row of the table.

use std::collections::{BTreeMap, BTreeSet};

use network::Mac;
use toml_edit::{Document, Item, TableLike};

use crate::Column;

/// A phone of the file: its name, and what its own section says, cell by cell. A key that it has not has no cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The user name.
    pub name: String,
    pub(crate) cells: BTreeMap<Column, String>,
}

/// The text is not TOML. `network` says where, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("the file is not TOML")]
pub struct NotToml(#[from] toml_edit::TomlError);

/// The phones of a network file, in its order.
///
/// # Errors
///
/// The text is not TOML.
pub fn entries(file: &str) -> Result<Vec<Entry>, NotToml> {
    let document = Document::parse(file)?;
    let root = document.as_table();
    let phones = root.get("extensions").and_then(Item::as_table_like);
    let read = |(name, item): (&str, &Item)| Some(Entry::of(name, item.as_table_like()?, root));
    Ok(phones.into_iter().flat_map(TableLike::iter).filter_map(read).collect())
}

impl Entry {
    /// What a cell says.
    #[must_use]
    pub fn cell(&self, column: Column) -> Option<&str> {
        match column {
            Column::Name => Some(&self.name),
            column => self.cells.get(&column).map(String::as_str),
        }
    }

    fn of(name: &str, phone: &dyn TableLike, root: &dyn TableLike) -> Self {
        let read = |column: &Column| Some((*column, cell_of(phone, *column)?));
        let mut cells: BTreeMap<_, _> = Column::ALL.iter().filter_map(read).collect();
        // `device = {}` has all from the group. No cell would say that there is a device at all.
        if phone.get("device").and_then(Item::as_table_like).is_some_and(TableLike::is_empty) {
            let group = cells.get(&Column::Group);
            let kind = group.and_then(|group| text_at(root, &["groups", group, "device", "kind"]));
            cells.extend(kind.map(|kind| (Column::Kind, kind)));
        }
        Self { name: name.to_owned(), cells }
    }
}

/// What a phone's section says, as a cell writes it.
fn cell_of(phone: &dyn TableLike, column: Column) -> Option<String> {
    match column {
        Column::Name => None,
        Column::Emergency => Some(phone.get("emergency")?.as_bool()?.to_string()),
        Column::Block => {
            let list = phone.get("block")?.as_array()?;
            normal(column, &list.iter().filter_map(|one| one.as_str()).collect::<Vec<_>>().join(" "))
        }
        Column::Codes => {
            let one = |(keys, target): (&str, &Item)| {
                let (way, to) = target.as_table_like()?.iter().next()?;
                Some(format!("{keys}={way}:{}", to.as_str()?))
            };
            let codes = phone.get("codes")?.as_table_like()?;
            normal(column, &codes.iter().filter_map(one).collect::<Vec<_>>().join(" "))
        }
        column => {
            let text = text_at(phone, &column.as_str().split('.').collect::<Vec<_>>())?;
            normal(column, &text)
        }
    }
}

fn text_at(table: &dyn TableLike, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let item = table.get(first)?;
    if rest.is_empty() { item.as_str().map(str::to_owned) } else { text_at(item.as_table_like()?, rest) }
}

/// A cell in the form in which cells are compared and written; none if it says nothing.
pub(crate) fn normal(column: Column, cell: &str) -> Option<String> {
    let normal = match column {
        Column::Block => sorted(words(cell)),
        // The context of an Asterisk server may have a comma.
        Column::Codes => sorted(cell.split_whitespace()),
        Column::Mac => Mac::parse(cell).map_or_else(|| cell.to_owned(), |mac| mac.to_string()),
        Column::Emergency => cell.to_lowercase(),
        _ => cell.to_owned(),
    };
    (!normal.is_empty()).then_some(normal)
}

fn sorted<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

/// The words of a list. People also put commas and semicolons between them.
pub(crate) fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty())
}
