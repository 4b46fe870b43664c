//! The configuration files of telephones: what a device needs to know to register with Twilio and to pass on what is
//! dialled.
//!
//! ```text
//! Network + Extension + Secret + Service -> render -> the files that the device asks for, by the names it asks with
//! ```
//!
//! * [`render`] writes the files of a phone's device, [`steps`] tells a person how they get into it.
//! * [`DialPlan`] is what the device does with keys. It is made of what the [`Service`] answers.
//! * All that is known of a kind of device is one value, a `Profile`, in a file of its own. A new kind is such a file, a
//!   line of `kinds!` in `network`, and an arm in `Profile::of`.
//!
//! Pure: no I/O, no clock, no randomness. `docs/devices.md` says where the values come from, and what is to be typed where.

mod baresip;
mod cisco_phone;
mod complete;
mod dial_plan;
mod dialect;
mod error;
mod file;
mod grandstream;
mod handytone;
mod help;
mod lab;
mod line;
mod linksys;
mod linphone;
mod pattern;
mod place;
mod polycom;
mod profile;
mod qr;
mod render;
mod server;
mod service;
mod snom;
mod xml;
mod yealink;
mod zoiper;

pub use dial_plan::{DialPlan, NO_KEY_TIMEOUT};
pub use error::DeviceError;
pub use file::DeviceFile;
pub use lab::Proxy;
pub use line::EXPIRY_SECONDS;
pub use place::{Place, steps};
pub use profile::{Camera, camera, sources};
pub use qr::{QrCode, QrError};
pub use render::{file_name, render};
pub use service::{Answer, Service};
