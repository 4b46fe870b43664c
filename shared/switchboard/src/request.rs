//! Requests and answers, without a socket.

use maud::Markup;

/// A request as far as pages need it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Whether it is a POST. Everything else that is let through is a GET.
    pub is_post: bool,
    /// The path, percent-decoded.
    pub path: String,
    /// The query, as it came.
    pub query: String,
    /// `Host`.
    pub host: String,
    /// `Cookie`.
    pub cookies: String,
    /// The body of a form.
    pub body: String,
}

impl Request {
    /// A value of the query; empty values are none.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        value(&self.query, name)
    }

    /// A value of the form; empty values are none.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        value(&self.body, name)
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))
    }
}

fn value(form: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(form.as_bytes())
        .find_map(|(known, value)| (known == name && !value.is_empty()).then(|| value.into_owned()))
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub kind: &'static str,
    /// `Location`, of a redirect.
    pub location: Option<String>,
    /// `Set-Cookie`.
    pub cookie: Option<String>,
    /// Whether a browser may keep it: a style or a script, not what happened.
    pub is_lasting: bool,
    /// The content.
    pub body: String,
}

/// The media type of pages.
const HTML: &str = "text/html; charset=utf-8";

impl Answer {
    pub(crate) fn page(status: u16, page: Markup) -> Self {
        Self { status, kind: HTML, location: None, cookie: None, is_lasting: false, body: page.into_string() }
    }

    pub(crate) fn file(kind: &'static str, content: &str) -> Self {
        Self { kind, is_lasting: true, body: content.to_owned(), ..Self::page(200, maud::html!()) }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self { location: Some(location.to_owned()), ..Self::page(303, maud::html!()) }
    }
}
