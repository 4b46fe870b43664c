//! The Lambda function behind `/outgoing`, `/outgoing/digits` and `/refer`: a phone makes a call.
//!
//! A caller waits for it, so its events stay in the log and it has no AWS SDK, and nothing to wait for.

use std::future::ready;

use edge::LogSink;

fn main() -> Result<(), lambda::Error> {
    lambda::block_on(lambda::serve(edge::OUTGOING, |_topic| ready(LogSink)))
}
