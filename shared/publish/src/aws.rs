//! How every client of the AWS SDK is set up here: one TLS, one chain of credentials.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::roots;

/// How long a client of AWS waits, and how often it tries.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a request with all its attempts.
    pub operation: Duration,
    /// How many attempts a request has. Throttling is tried again, too.
    pub attempts: u32,
    /// About how long to wait before the second attempt; before each further one, twice as long.
    pub first_wait: Duration,
}

/// The configuration of a client. Credentials and endpoint are the environment's, as everywhere with the AWS SDK, and so is the
/// region unless one is given.
pub async fn aws_config(region: Option<&str>, patience: Patience) -> SdkConfig {
    // ring: the first random number of aws-lc alone costs 24 ms (docs/decisions.md).
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let http = match roots::trusted() {
        Some(context) => http.tls_context(context).build_https(),
        None => http.build_https(),
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1).max(patience.operation / 10))
        .operation_timeout(patience.operation)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(patience.attempts)
        .with_initial_backoff(patience.first_wait);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries);
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    loader.load().await
}
