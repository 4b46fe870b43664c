//! The Lambda function behind `/status/dial`, `/status/call` and `/status/error`: what became of calls.
//!
//! It publishes its events to SNS itself.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(web::STATUS, publish::Sns::for_topic).await
}
