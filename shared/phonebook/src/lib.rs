//! The phones of a network file as a table: to CSV, and from CSV into the file.
//!
//! ```text
//! dialtone.toml --entries--> [Entry] --write_csv--> phones.csv --Sheet::read--> Sheet --merge--> dialtone.toml
//! ```
//!
//! A column is a key of a phone's section ([`Column`]), so that a phone says in the table what it says in the file: what it has
//! from its group or the network stands there and not here. [`merge`] touches nothing of the file but the phones that the sheet
//! names, and gives no text that the network's own checks refuse. Pure: texts in, texts out.

mod cell;
mod column;
mod edit;
mod entry;
mod lines;
mod merge;
mod places;
mod sheet;
mod write;

pub use column::Column;
pub use entry::{Entry, NotToml, entries};
pub use merge::{Changed, Field, IfThere, Merged, merge};
pub use sheet::Sheet;
pub use write::write_csv;
