//! Files that survive a crash: replaced in one step, and locked against a second process. Secret ones stay with their owner, out of
//! git's sight.

pub mod git;
mod lock;
pub mod private;
mod replace;
mod secret_folder;
mod state;

pub use lock::{Lock, LockError};
pub use replace::{Access, folder_of, is_full, replace};
pub use secret_folder::{SecretFolder, SecretFolderError};
pub use state::{file_word, service_path, state_path};
