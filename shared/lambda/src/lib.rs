//! AWS Lambda as a host: API Gateway HTTP API events (payload version 2.0) in and out of an [`Edge`].
//!
//! The event's raw path and raw query go to the edge untouched, since Twilio's signature covers them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use edge::{Edge, LogFormat, RequestId, Route, Settings, Sink};
use http::{Request, Response, Uri};
use lambda_http::{Body, RequestExt};
use tower::Service;

pub use lambda_http::Error;

/// Reads the settings, builds the sink from them and serves some routes until Lambda ends the process.
///
/// # Errors
///
/// The settings are not complete: each problem is logged, and the function does not start.
pub async fn serve<S: Sink, F: Future<Output = S>>(
    routes: &'static [Route],
    sink: impl FnOnce(Option<String>) -> F,
) -> Result<(), Error> {
    edge::start_logging(LogFormat::JsonToStdout);
    let Settings { network, tokens, topic } = Settings::from_env().inspect_err(|error| {
        for problem in &error.0 {
            tracing::error!(problem, "cannot start");
        }
    })?;
    let edge = Edge::new(network, tokens, routes, sink(topic).await)?;
    lambda_http::run(Host(edge)).await
}

/// Turns Lambda's requests and responses into plain ones.
#[derive(Debug, Clone)]
struct Host<S>(Edge<S>);

impl<S: Sink> Service<lambda_http::Request> for Host<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: lambda_http::Request) -> Self::Future {
        let answer = self.0.call(plain(request));
        Box::pin(async move { answer.await.map(|response| response.map(body)) })
    }
}

fn plain(request: lambda_http::Request) -> Request<Bytes> {
    let raw = raw_uri(request.raw_http_path(), request.uri().query());
    let id = request.lambda_context_ref().map(|context| RequestId(context.request_id.clone()));
    let (mut parts, body) = request.into_parts();
    // A path that is no URI cannot be a route; the URL parser's reading of it stays, and the signature fails.
    parts.uri = raw.unwrap_or(parts.uri);
    parts.extensions.clear();
    if let Some(id) = id {
        parts.extensions.insert(id);
    }
    let bytes = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    Request::from_parts(parts, bytes)
}

fn raw_uri(path: &str, query: Option<&str>) -> Option<Uri> {
    match query {
        Some(query) => format!("{path}?{query}").parse().ok(),
        None => path.parse().ok(),
    }
}

/// Everything that the edge answers is text; as text it needs no base64 on its way through API Gateway.
fn body(bytes: Bytes) -> Body {
    match String::from_utf8(bytes.into()) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_path_and_query_stay_as_they_are() {
        let uri = raw_uri("/outgoing", Some("a=%3a&b=it's&From=sip:x@y")).unwrap();
        assert_eq!((uri.path(), uri.query()), ("/outgoing", Some("a=%3a&b=it's&From=sip:x@y")));
        assert_eq!(raw_uri("/status/dial", None).unwrap().path(), "/status/dial");
    }

    /// An event as API Gateway sends it, body in base64 and headers in small letters.
    #[tokio::test]
    async fn an_api_gateway_event_is_answered() {
        let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
        let network = dialplan::NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap();
        let tokens = webhook::AuthTokens::parse("secret").unwrap();
        let form = webhook::Form::parse(b"From=%2B15035550199&To=%2B15035550110&FromZip=").unwrap();
        let signature =
            webhook::sign(tokens.first(), "https://n.example.org/incoming?a=%3a&b=it's", Some(&form));
        let event = format!(
            r#"{{"version":"2.0","routeKey":"$default","rawPath":"/incoming","rawQueryString":"a=%3a&b=it's",
                "headers":{{"host":"abc.execute-api.us-west-2.amazonaws.com","x-forwarded-proto":"https",
                "content-type":"application/x-www-form-urlencoded; charset=UTF-8","x-twilio-signature":"{signature}"}},
                "requestContext":{{"http":{{"method":"POST","path":"/incoming","protocol":"HTTP/1.1","sourceIp":"192.0.2.1",
                "userAgent":"TwilioProxy/1.1"}},"stage":"$default","timeEpoch":1781978645000}},
                "body":"RnJvbT0lMkIxNTAzNTU1MDE5OSZUbz0lMkIxNTAzNTU1MDExMCZGcm9tWmlwPQ==","isBase64Encoded":true}}"#
        );
        let mut host = Host(Edge::new(network, tokens, edge::INCOMING, edge::LogSink).unwrap());
        let response = host.call(lambda_http::request::from_str(&event).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(matches!(response.body(), Body::Text(text) if text.contains("sip:lobby@n.sip.twilio.com")));

        let unsigned = event.replace(&signature, "");
        let response = host.call(lambda_http::request::from_str(&unsigned).unwrap()).await.unwrap();
        assert_eq!(response.status(), 403);
    }

    #[test]
    fn answers_are_text() {
        assert!(
            matches!(body(Bytes::from_static(b"<Response/>")), Body::Text(text) if text == "<Response/>")
        );
        assert!(matches!(body(Bytes::new()), Body::Empty));
    }
}
