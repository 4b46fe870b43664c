//! Hands files out over HTTP, each once: the configuration files of telephones, which hold passwords.
//!
//! ```text
//! Shelf::put --> Shelf <-- GET /token/file -- a telephone
//!                  |
//!                  +------> News: who fetched what
//! ```
//!
//! Each file lies behind a path that nobody can guess. [`serve`] gives a file to the first client that asks for it, and to no other:
//! a second client is told that it is gone, and so is the person who reads the [`News`]. A download that broke off may be begun
//! again for a minute. Files without a secret are handed out again and again.

mod body;
mod news;
mod server;
mod shelf;

pub use news::News;
pub use server::{End, serve};
pub use shelf::Shelf;
