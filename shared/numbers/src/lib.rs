//! Telephone numbers: what they are, where they are, and whether they can exist.
//!
//! Pure, and blind to any network's rules. Whether a number can exist is decided from one table, made from Google's
//! metadata when the workspace is built: 140 KiB for all countries, no regular expression, nothing to load.
//!
//! ```
//! use numbers::{E164, Kind, Region};
//!
//! let number = E164::parse("+15035550123")?;
//! let found = numbers::look_up(&number)?;
//! assert_eq!(Some(found.region), Region::parse("US"));
//! assert_eq!(found.kind, Kind::FixedLineOrMobile);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The digits that are looked up are the digits that are dialled: nothing here changes, adds or drops one, but for
//! [`national`], which says so. Numbers are personal, so no `Debug` output or error of this crate has their digits,
//! and [`E164`] is not `Display`: [`E164::as_str`] is the one way out.

mod countries;
mod digits;
mod e164;
pub mod emergency;
mod found;
mod keys;
mod kind;
mod lookup;
mod nanp;
mod privacy;
mod showing;
mod world;

pub use countries::{Region, calling_code, calling_code_of};
pub use digits::{decimal, keypad};
pub use e164::{E164, E164Error, Prefix};
pub use found::Found;
pub use keys::Keys;
pub use kind::Kind;
pub use lookup::{LookupError, look_up, national};
pub use nanp::{Nanp, classify, is_area_code, is_n11, is_non_geographic, npa_region};
pub use privacy::has_number;
pub use showing::{SHOWING_CODES, Showing, ShowingCode};
