//! Baseline: hello world with `lambda_http`, on the fastest runtime for it.

use lambda_http::{Body, Error, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(|_request| async {
        Ok::<_, Error>(
            Response::builder().header("content-type", "text/xml").body(Body::from("<Response/>"))?,
        )
    }))
    .await
}
