//! The observer of a run.

use crate::change::Summary;
use crate::registration::Unregistered;

/// Watches a run while it goes on. Changes are made side by side, so the calls come from several threads.
pub trait Observer: Sync {
    /// A change is about to be made.
    fn begun(&self, summary: &Summary);
    /// The request for that change is over, whether it succeeded or not.
    fn ended(&self, summary: &Summary);
    /// Change number `count` of `total` was made.
    fn made(&self, count: usize, total: usize, summary: &Summary);
    /// The account is being read: so many of its lists, of so many.
    fn reading(&self, _done: usize, _total: usize) {}
    /// The run waits for something.
    fn waiting(&self, what: &str);
    /// The numbers from which 911 does not work, as far as is known now. The last call holds, however the run ends.
    fn unregistered(&self, numbers: &[Unregistered]);
}
