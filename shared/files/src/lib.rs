//! Files that survive a crash: replaced in one step, and locked against a second process.

mod lock;
mod replace;
mod state;

pub use lock::{Lock, LockError};
pub use replace::{Access, folder_of, replace};
pub use state::{file_word, service_path, state_path};
