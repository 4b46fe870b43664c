//! What a person reads and decides while a network is set up: the first network file, what a plan changes and costs, how
//! far a run is, and what was bought.

mod cost;
mod ending;
mod first;
mod line;
mod money;
mod page;
mod purchase;
pub mod rotation;
mod show;
mod waits;
mod watch;

use provision::{Account, Plan, Wishes};

pub use cost::Cost;
pub use ending::{Ending, Report, Turn};
pub use first::{Question, Sketch};
pub use page::together;
pub use purchase::Purchases;
pub use show::{NOTHING_CHANGED, count, help, json_of, left, notes, print};
pub use waits::tell_waits;
pub use watch::Watcher;

/// What is wanted, what is there, and what lies between.
pub struct Compared {
    /// What the file wants.
    pub wishes: Wishes,
    /// What is there.
    pub account: Account,
    /// What lies between.
    pub plan: Plan,
}
