//! Files that survive a crash: replaced in one step, and locked against a second process.

mod lock;
mod replace;

pub use lock::{Lock, LockError};
pub use replace::{Access, folder_of, replace};
