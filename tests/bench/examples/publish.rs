//! Baseline: the least that answers a request and publishes one message with the AWS SDK.

use aws_config::BehaviorVersion;
use aws_sdk_sns::Client;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_http::{Body, Error, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let topic = &std::env::var("DIALTONE_TOPIC_ARN")?;
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let client = &Client::new(&config);
    run(service_fn(|_request| async move {
        client.publish().topic_arn(topic).message("{}").send().await?;
        Ok::<_, Error>(
            Response::builder().header("content-type", "text/xml").body(Body::from("<Response/>"))?,
        )
    }))
    .await
}
