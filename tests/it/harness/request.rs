//! A webhook, asked as Twilio asks.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use exchange::Element;
use sha2::{Digest as _, Sha256};
use ureq::http::HeaderMap;
use webhook::{AuthToken, Form, sign};

use super::line::twiml;
use super::service::{Service, TOKEN};

/// A request, to be sent: a form, signed with the service's token, unless it says otherwise.
#[must_use]
pub(crate) struct Request<'a> {
    service: &'a Service,
    method: &'static str,
    /// Path and query.
    target: String,
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    headers: Vec<(String, String)>,
    signatures: Signatures,
}

enum Signatures {
    Of(AuthToken),
    Given(Vec<String>),
}

impl<'a> Request<'a> {
    pub(super) fn new(service: &'a Service, method: &'static str, target: &str) -> Self {
        Self {
            service,
            method,
            target: target.to_owned(),
            fields: Vec::new(),
            body: None,
            headers: Vec::new(),
            signatures: Signatures::Of(AuthToken::parse(TOKEN).unwrap()),
        }
    }

    /// Another method.
    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// Another field.
    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Other fields.
    pub(crate) fn fields<'f>(self, fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        fields.into_iter().fold(self, |request, (name, value)| request.field(name, value))
    }

    /// Replaces a field.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.field(name, value)
    }

    /// Leaves a field out.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }

    /// The path, and the query that was given with it.
    pub(crate) fn path(&self) -> &str {
        &self.target
    }

    /// The value of a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// This body, in place of the fields.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A JSON body, bound to the signature by its hash in the query.
    pub(crate) fn json(mut self, body: &str) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        let _ = write!(self.target, "{separator}bodySHA256={}", sha256(body.as_bytes()));
        self.header("Content-Type", "application/json").body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn unsigned(mut self) -> Self {
        self.signatures = Signatures::Given(Vec::new());
        self
    }

    /// Signed with another token.
    pub(crate) fn signed_with(mut self, token: &str) -> Self {
        self.signatures = Signatures::Of(AuthToken::parse(token).unwrap());
        self
    }

    /// With this signature, and every other that was given before.
    pub(crate) fn signature(mut self, signature: &str) -> Self {
        match &mut self.signatures {
            Signatures::Given(given) => given.push(signature.to_owned()),
            Signatures::Of(_) => self.signatures = Signatures::Given(vec![signature.to_owned()]),
        }
        self
    }

    /// The signature that Twilio would send.
    pub(crate) fn right_signature(&self) -> String {
        self.prepare().2
    }

    /// The body that would be posted.
    pub(crate) fn encoded(&self) -> String {
        String::from_utf8(self.prepare().1).unwrap()
    }

    /// Path and query, body, signature.
    fn prepare(&self) -> (String, Vec<u8>, String) {
        let form = Form::from_pairs(self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let encoded = form.encode();
        let mut target = self.target.clone();
        let is_get = self.method == "GET";
        if is_get && !encoded.is_empty() {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(&encoded);
        }
        let body = match &self.body {
            Some(body) => body.clone(),
            None if is_get => Vec::new(),
            None => encoded.into_bytes(),
        };
        let is_form = !is_get && self.content_type().starts_with("application/x-www-form-urlencoded");
        // What no parser takes is signed as if it were empty.
        let form = is_form.then(|| Form::parse(&body).unwrap_or_default());
        let token = match &self.signatures {
            Signatures::Of(token) => token.clone(),
            Signatures::Given(_) => AuthToken::parse(TOKEN).unwrap(),
        };
        let url = format!("{}{target}", self.service.public_url);
        let signature = sign(&token, &url, form.as_ref());
        (target, body, signature)
    }

    fn content_type(&self) -> &str {
        let given = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        given.map_or("application/x-www-form-urlencoded; charset=UTF-8", |(_, value)| value)
    }

    /// Sends it.
    pub(crate) fn send(self) -> Answer {
        let (target, body, right) = self.prepare();
        let mut request = ureq::http::Request::builder()
            .method(self.method)
            .uri(format!("http://{}{target}", self.service.address));
        for (name, value) in
            self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
        {
            request = request.header(name, value);
        }
        let signatures = match &self.signatures {
            Signatures::Of(_) => std::slice::from_ref(&right),
            Signatures::Given(given) => given.as_slice(),
        };
        for signature in signatures {
            request = request.header("X-Twilio-Signature", signature);
        }
        let started = Instant::now();
        let answer = if self.method == "GET" || self.method == "HEAD" {
            self.service.agent.run(request.body(()).unwrap())
        } else {
            let request = request.header("Content-Type", self.content_type());
            self.service.agent.run(request.body(body).unwrap())
        };
        let mut answer =
            answer.unwrap_or_else(|error| panic!("no answer to {} {target}: {error}", self.method));
        let body = answer.body_mut().read_to_string().unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body,
            took: started.elapsed(),
        }
    }

    /// Sends it, and takes the TwiML of a good answer.
    #[track_caller]
    pub(crate) fn hears(self) -> Element {
        self.send().twiml()
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Answer {
    /// The TwiML of a good answer.
    #[track_caller]
    pub(crate) fn twiml(&self) -> Element {
        assert_eq!(self.status, 200, "{}", self.body);
        // https://www.twilio.com/docs/voice/twiml: other types are spoken, or end the call.
        assert_eq!(self.header("content-type"), "text/xml; charset=utf-8");
        twiml(&self.body).unwrap_or_else(|error| panic!("{error}:\n{}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(body: &[u8]) -> String {
    webhook::lower_hex(&Sha256::digest(body))
}
