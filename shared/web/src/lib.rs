//! The web service around the decisions.
//!
//! ```text
//! http::Request -> verify (signature, form) -> decide (pure) -> answer -> perform (hand on the events, log)
//! ```
//!
//! [`Web`] is a `tower::Service` over `http` types, so AWS Lambda and a plain HTTP server host the same thing.
//! Nothing here waits for a network: the [`Sink`] decides where events go.

mod identity;
mod measures;
mod recent;
mod route;
mod service;
mod settings;
mod sink;

pub use identity::{IDENTITY_HEADER, Identity, NoIdentity};
pub use route::{INCOMING, OUTGOING, Route, STATUS};
pub use service::{Answer, RawTarget, RequestId, Rest, Web};
pub use settings::{Settings, SettingsError, topic_problem};
pub use sink::{LogSink, Sink};
