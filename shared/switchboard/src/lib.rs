//! The switchboard: pages for people about what happened, made from the ledger.
//!
//! ```text
//! Request --Guard: host, session, token--> Board::answer --ledger, network--> HTML (maud), SVG
//! ```
//!
//! The board is synchronous, without a socket; [`serve`] listens, and tells open pages when the ledger has changed. Nothing here changes Twilio, the network file or the ledger. No number is on a page, except what somebody
//! types into Explain, which only that answer shows.

mod board;
mod chart;
mod dots;
mod guard;
mod host;
mod layout;
mod pages;
mod public;
mod request;
mod view;

pub use board::Board;
pub use guard::{Guard, PasswordError, hash_password, read_hash};
pub use host::serve;
pub use public::{PublicPage, public_pages, write_public};
pub use request::{Answer, Request};
pub use view::{Beside, Drill};
