//! The edge: one HTTP service around the decisions.
//!
//! ```text
//! http::Request -> verify (signature, form) -> decide (pure) -> answer -> perform (hand on the events, log)
//! ```
//!
//! [`Edge`] is a `tower::Service` over `http` types, so AWS Lambda and a plain HTTP server host the same thing.
//! Nothing here waits for a network: where events go is the business of the [`Sink`].

mod clock;
mod gauges;
mod json_line;
mod lines;
mod logging;
mod route;
mod service;
mod settings;
mod sink;

pub use clock::unique_timestamp;
pub use logging::{LogFormat, start_logging};
pub use route::{INCOMING, OUTGOING, Route, STATUS};
pub use service::{Answer, Edge, RequestId, Rest};
pub use settings::{Settings, SettingsError, topic_problem};
pub use sink::{Delivery, LogSink, Sink, count_unpublished, log_message};
