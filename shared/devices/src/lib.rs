//! The configuration files of telephones: what a device needs to know to register with Twilio and to pass on what is
//! dialled.
//!
//! ```text
//! Network + Extension + Password -> render -> the files that the device asks for, by the names it asks with
//! ```
//!
//! Pure: no I/O, no clock, no randomness. Where the values come from, and what is to be typed where, is told in
//! `docs/devices.md`.

mod baresip;
mod complete;
mod dial_plan;
mod error;
mod file;
mod grandstream;
mod line;
mod linksys;
mod linphone;
mod password;
mod pattern;
mod polycom;
mod qr;
mod render;
mod server;
mod uri;
mod xml;
mod zoiper;

pub use dial_plan::{DialPlan, NO_KEY_TIMEOUT};
pub use error::DeviceError;
pub use file::DeviceFile;
pub use password::Password;
pub use qr::{QrCode, QrError};
pub use render::{file_name, render};
