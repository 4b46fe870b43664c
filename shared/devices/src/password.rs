//! A password on its way into a file.

use std::fmt;

/// The SIP password of a phone. It is in files only: it has no `Display`, and `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct Password<'a>(&'a str);

impl<'a> Password<'a> {
    /// The password as Twilio knows it.
    #[must_use]
    pub fn new(password: &'a str) -> Self {
        Self(password)
    }

    /// For those who write files.
    pub(crate) fn reveal(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}
