//! A process's reports: log lines, the metrics that CloudWatch reads from them, and the clock that stamps both.
//!
//! Knows nothing of calls. Every write is one piece, and one that fails stops nobody.

mod clock;
mod event;
mod json_line;
mod lines;
mod logging;
mod metrics;

pub use clock::unique_timestamp;
pub use event::{Delivery, count_unpublished, log_event, unpublished};
pub use lines::{Together, together};
pub use logging::{LogFormat, start_logging, start_logging_to};
pub use metrics::{Metrics, metrics_are_read};
pub use tracing_subscriber::fmt::MakeWriter;
