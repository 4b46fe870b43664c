//! News of the files, for the person who watches.

use std::fmt::{self, Display};
use std::net::IpAddr;

/// Something that happened to a file. The path is left out: it is a secret as long as its file waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A file goes to a client.
    Leaves {
        /// The phone's name.
        phone: String,
        /// The file's name.
        file: String,
        /// Where it goes.
        to: IpAddr,
    },
    /// A download broke off.
    BrokeOff {
        /// The phone's name.
        phone: String,
        /// The file's name.
        file: String,
    },
    /// A phone has all of its files.
    Complete {
        /// The phone's name.
        phone: String,
    },
    /// Somebody asked for a file that was handed out already.
    Refused {
        /// The phone's name.
        phone: String,
        /// The file's name.
        file: String,
        /// The client that asked.
        by: IpAddr,
    },
}

/// One line for a person.
impl Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaves { phone, file, to } => write!(f, "{phone}: {file} goes to {to}"),
            Self::BrokeOff { phone, file } => {
                write!(f, "{phone}: {file} may not have arrived; it can be fetched again for a minute")
            }
            Self::Complete { phone } => write!(f, "{phone}: has all of its files"),
            Self::Refused { phone, file, by } => write!(
                f,
                "{phone}: {file} was asked for again by {by}, and refused; if the device has none, start again"
            ),
        }
    }
}
