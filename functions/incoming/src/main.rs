//! The Lambda function behind `/incoming`: a number of the network is called.
//!
//! A caller waits for it, so its events stay in the log and it has no AWS SDK.

use std::future::ready;

use web::LogSink;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(web::INCOMING, |_topic| ready(LogSink)).await
}
