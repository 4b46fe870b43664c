//! The configuration files of telephones: what a device needs to know to register with Twilio and to pass on what is
//! dialled.
//!
//! ```text
//! Network + Extension + Secret + Service -> render -> the files that the device asks for, by the names it asks with
//! ```
//!
//! * [`render`] writes the files of a phone's device, [`steps`] tells a person how they get into it.
//! * [`DialPlan`] is what the device does with keys. It is made of what the [`Service`] answers.
//! * All that is known of a kind of device is one value, a `Profile`, in a file of `kinds/`. A new kind is such a file, its
//!   line and its arm in `kinds.rs`, and a line of `kinds!` in `shared/network/src/device.rs`.
//!
//! Pure: no I/O, no clock, no randomness. `docs/devices.md` says where the values come from, and what is to be typed where.

mod complete;
mod dial_plan;
mod dialect;
mod error;
mod file;
mod help;
mod hosts;
mod kinds;
mod lab;
mod late;
mod line;
mod pattern;
mod place;
mod profile;
mod qr;
mod render;
mod server;
mod service;
mod xml;

pub use dial_plan::{DialPlan, NO_KEY_TIMEOUT};
pub use error::DeviceError;
pub use file::{DeviceFile, file_name};
pub use hosts::{base_url, host};
pub use kinds::{camera, sources, steps};
pub use lab::linphone_in_lab;
pub use late::late_help;
pub use line::{EXPIRY_SECONDS, Proxy};
pub use place::Place;
pub use profile::Camera;
pub use qr::{QrCode, QrError};
pub use render::render;
pub use service::{Answer, Service};
