//! The Lambda function behind the log subscription of the voice functions: brings their events to SNS.

use std::env;

use aws_lambda_events::event::cloudwatch_logs::LogsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use publish::Sns;
use telemetry::LogFormat;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start_logging(LogFormat::JsonToStdout);
    let topic = env::var("DIALTONE_TOPIC_ARN").map_err(|_| "DIALTONE_TOPIC_ARN is not set")?;
    let sns = &Sns::for_topic(Some(topic)).await;
    let relay = |event: LambdaEvent<LogsEvent>| async move {
        publish::relay(&event.payload, sns).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(relay)).await
}
