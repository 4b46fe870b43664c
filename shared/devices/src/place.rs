//! Where a device fetches its files.

use crate::file::DeviceFile;

/// A place that a device fetches its files from.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    base: &'a str,
    files: &'a [DeviceFile],
}

impl<'a> Place<'a> {
    /// The files of one device at `base`: `http://host:port/token`, without a slash at its end.
    #[must_use]
    pub fn new(base: &'a str, files: &'a [DeviceFile]) -> Self {
        Self { base, files }
    }

    /// The URL of the file that matters: the one with the password.
    #[must_use]
    pub fn url(&self) -> String {
        let file = self.files.iter().rev().find(|file| file.is_secret);
        format!("{}/{}", self.base, file.map(|file| file.name.as_str()).unwrap_or_default())
    }

    /// The place itself.
    pub(crate) fn base(&self) -> &'a str {
        self.base
    }

    /// The scheme in small letters, and the rest of the place.
    pub(crate) fn scheme_and_path(&self) -> (&'a str, &'a str) {
        self.base.split_once("://").unwrap_or(("http", self.base))
    }
}
