//! Twilio's REST API: the resources that a phone network is made of.
//!
//! ```text
//! Client::sip_domains ... --Call--> transport --HTTPS--> Twilio
//!            ^                       | 429, 5xx, lost: what_next
//!            +------ Vec, Error -----+
//! ```
//!
//! * [`Client`]: one function for each thing that can be asked. Blocking, `Send` and `Sync`: threads share one.
//! * [`Account`], [`Secret`], [`Hosts`], [`Patience`]: the credentials, where Twilio is, and how long to keep trying.
//! * [`Fields`]: the fields of a request, by Twilio's names.
//! * [`codes`]: what a code of Twilio's debugger says of a network of phones, and what to do.
//! * [`Error`]: five ways to fail, told apart by what is known of Twilio's side afterwards. `Display` is one line; what
//!   to do about it is in [`Error::remedy`].
//!
//! Reading, deleting and changing a resource are repeated when Twilio is busy or the connection breaks. A creation is
//! not, because Twilio has no idempotency key: unless it surely was not carried out, it ends as [`Error::Uncertain`],
//! and the caller has to look first.
//!
//! Nothing private leaks: no secret is in any `Debug` or `Display` output, and types that hold a number, a user name or
//! an address print only their harmless fields.
//!
//! ```no_run
//! use twilio::{Account, Client, Fields, Hosts, Secret};
//!
//! let account = Account::with_token("AC00000000000000000000000000000000", Secret::new("token"))?;
//! let client = Client::new(account, Hosts::default());
//! for domain in client.sip_domains()? {
//!     let fields = Fields::new().with("VoiceUrl", "https://voice.example.org/outgoing");
//!     client.update_sip_domain(&domain.sid, &fields)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Implements `Debug` with the named fields only.
macro_rules! debug_shows {
    ($type:ident: $($field:ident),+) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))$(.field(stringify!($field), &self.$field))+.finish_non_exhaustive()
            }
        }
    };
}
use debug_shows;

mod account;
mod addresses;
mod calls;
mod client;
pub mod codes;
mod environment;
mod error;
mod failure;
mod fields;
mod hosts;
mod lenient;
mod messages;
mod monitor;
mod numbers;
mod paging;
mod patience;
mod remedy;
mod sip;
#[cfg(test)]
mod tests;
mod transport;
mod voice;

pub use account::{Account, AccountError};
pub use addresses::Address;
pub use calls::CallRecord;
pub use client::Client;
pub use environment::{EnvironmentError, account_of};
pub use error::{Error, Refusal, Result};
pub use fields::Fields;
pub use hosts::{Hosts, HostsError, RegionError};
pub use messages::Sent;
pub use monitor::Alert;
pub use numbers::{AvailableNumber, Capabilities, NumberKind, PhoneNumber};
pub use patience::{Patience, Wait};
pub use secret::Secret;
pub use sip::{Credential, CredentialList, Gate, Mapping, SipDomain, is_recent};
pub use voice::{CountryPermission, NumberPrice};
