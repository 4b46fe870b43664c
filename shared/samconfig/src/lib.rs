//! The parameters of a stage's stack in `samconfig.toml`: what they should be, compared and written.
//!
//! ```text
//! network file, AWS, --set --Wanted::of--> Wanted --Samconfig::apply--> Difference --Samconfig::write--> samconfig.toml
//! ```
//!
//! SAM's command line reads the parameters of `template.yaml` from this file. Most of them stand in the network file already, and
//! some only AWS knows: [`Wanted`] asks for those by way of AWS's own command, `aws`, with the deployer's credentials.
//! [`Samconfig`] changes one stage and leaves everything else in the file as it is, comments included.
//!
//! [`other_caller`] is for files that are written by hand: it says that the fallback would show another number than the functions.

mod aws;
mod caller;
mod error;
mod file;
mod wanted;
mod words;

pub use aws::{Aws, AwsError};
pub use caller::other_caller;
pub use error::SamconfigError;
pub use file::{Change, Difference, Samconfig, Stack};
pub use wanted::{Given, Wanted};
pub use words::pair;

/// The parameter of the template that says what a call for help shows when the functions fail and the fallback answers.
const EMERGENCY_CALLER_ID: &str = "EmergencyCallerId";
