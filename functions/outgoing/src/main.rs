//! The Lambda function behind `/outgoing`, `/outgoing/digits` and `/refer`: a phone makes a call.
//!
//! A caller waits for it, so its events stay in the log and it has no AWS SDK.

use std::future::ready;

use web::LogSink;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(web::OUTGOING, |_topic| ready(LogSink)).await
}
