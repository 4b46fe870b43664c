//! All that is known of a kind of device.

use crate::dialect::Dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::Line;
use crate::place::Place;

/// All that is known of a kind of device, but for its name in the network file and whether it is hardware, which the reader
/// of that file must know.
pub(crate) struct Profile {
    /// Whether it speaks TLS 1.2, and SRTP with keys in the SDP (RFC 4568), which is what Twilio takes.
    pub(crate) is_secure: bool,
    /// Whether a setting is known by which it dials when the handset is lifted. Programs have no handset.
    pub(crate) has_hot_line: bool,
    /// The language of its dial plan. Programs have none: they send what they are told to, at once.
    pub(crate) dialect: Option<&'static Dialect>,
    /// The camera that can read a QR code of its file's URL.
    pub(crate) camera: Camera,
    /// Where its settings come from: makers' documents, or templates that are in use.
    pub(crate) sources: &'static [&'static str],
    /// The steps by which a person makes it fetch its file.
    pub(crate) steps: fn(&Place<'_>) -> Vec<String>,
    /// Its files. The one with the password comes last.
    pub(crate) files: fn(&Line<'_>) -> Result<Vec<DeviceFile>, DeviceError>,
}

/// A camera that can read a QR code of the URL of a device's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Camera {
    /// Nothing.
    None,
    /// The camera of the smartphone that the program runs on; its browser then loads the file.
    OfTheTelephone,
    /// The program itself.
    OfTheProgram,
}
