//! Events of an HTTP API (payload version 2.0) as requests, and responses as what API Gateway takes.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use edge::RequestId;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::Error;

/// What is read of an event. All else, Twilio does not sign and nobody needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'e> {
    #[serde(borrow)]
    raw_path: Cow<'e, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'e, str>,
    #[serde(default, deserialize_with = "headers")]
    headers: HeaderMap,
    #[serde(borrow)]
    request_context: Context<'e>,
    #[serde(borrow)]
    body: Option<Cow<'e, str>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct Context<'e> {
    #[serde(borrow)]
    http: Http<'e>,
}

#[derive(Deserialize)]
struct Http<'e> {
    #[serde(borrow)]
    method: Cow<'e, str>,
}

/// The request that an event tells of, named by its id.
///
/// # Errors
///
/// The event is not of this version, or its body is not what it says.
pub(crate) fn request(event: &[u8], id: &str) -> Result<Request<Bytes>, Error> {
    let event: Event<'_> = serde_json::from_slice(event)?;
    let body = match event.body {
        None => Bytes::new(),
        Some(text) if event.is_base64_encoded => STANDARD.decode(text.as_bytes())?.into(),
        Some(text) => text.into_owned().into(),
    };
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(event.request_context.http.method.as_bytes())?;
    // A path that is no URI cannot be a route, and nobody can have signed it.
    *request.uri_mut() = uri(&event.raw_path, &event.raw_query_string).unwrap_or_default();
    *request.headers_mut() = event.headers;
    request.extensions_mut().insert(RequestId(id.to_owned()));
    Ok(request)
}

fn uri(path: &str, query: &str) -> Option<Uri> {
    if query.is_empty() { path.parse().ok() } else { format!("{path}?{query}").parse().ok() }
}

/// Reads headers; API Gateway has joined those of the same name. What cannot be a header is none.
fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
    struct Headers;

    impl<'de> Visitor<'de> for Headers {
        type Value = HeaderMap;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of strings")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HeaderMap, A::Error> {
            let mut headers = HeaderMap::with_capacity(16);
            while let Some((Text(name), Text(value))) = map.next_entry()? {
                let name = HeaderName::from_bytes(name.as_bytes());
                if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                    headers.append(name, value);
                }
            }
            Ok(headers)
        }

        fn visit_unit<E: de::Error>(self) -> Result<HeaderMap, E> {
            Ok(HeaderMap::new())
        }
    }

    deserializer.deserialize_any(Headers)
}

/// Serde borrows a `Cow` only as the field of something.
#[derive(Deserialize)]
struct Text<'e>(#[serde(borrow)] Cow<'e, str>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    status_code: u16,
    #[serde(serialize_with = "object")]
    headers: &'a HeaderMap,
    body: Cow<'a, str>,
    is_base64_encoded: bool,
}

/// A response as JSON. Text needs no base64 on its way through API Gateway, and everything that the edge answers is
/// text.
pub(crate) fn answer(response: &Response<Bytes>) -> Vec<u8> {
    let (body, is_base64_encoded) = match str::from_utf8(response.body()) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (Cow::Owned(STANDARD.encode(response.body())), true),
    };
    let (status_code, headers) = (response.status().as_u16(), response.headers());
    // A map with text keys cannot fail to be JSON.
    serde_json::to_vec(&Answer { status_code, headers, body, is_base64_encoded }).unwrap_or_default()
}

fn object<S: Serializer>(headers: &&HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in *headers {
        map.serialize_entry(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    map.end()
}
