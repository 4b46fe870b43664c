//! The Lambda function behind the topic and the retry queue: a person hears of calls for help.
//!
//! It answers no webhook, so no caller waits for it.

mod courier;
mod settings;

use courier::Courier;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use telemetry::LogFormat;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start_logging(LogFormat::JsonToStdout);
    let courier = &Courier::new(settings::read().await?);
    let deliver = |event: LambdaEvent<courier::Event>| async move {
        courier.deliver(event.payload).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(deliver)).await
}
