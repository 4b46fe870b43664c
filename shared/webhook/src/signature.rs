//! `X-Twilio-Signature`: proof that Twilio asks (<https://www.twilio.com/docs/usage/security>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use sha2::{Digest as _, Sha256};

use crate::form::Form;
use crate::origin::PublicUrl;
use crate::token::{AuthToken, AuthTokens, Mac};

/// The length of a SHA-1 HMAC, and of its base64.
const TAG_BYTES: usize = 20;
const TAG_CHARS: usize = 28;

/// A request as it arrived, undecoded: any rewriting of path or query would break the signature.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The raw path, as the public saw it.
    pub path: &'a str,
    /// The raw query, without its `?`. A blank one counts as none.
    pub query: Option<&'a str>,
    /// The value of the signature header.
    pub signature: Option<&'a [u8]>,
    /// The other signed content.
    pub content: Content<'a>,
}

/// The content that a request carries besides its URL.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// A GET: the parameters are in the URL. A body, if any, is not covered and must be ignored.
    Query,
    /// A form that was posted. All of it is signed.
    Form(&'a Form),
    /// Any other body, such as JSON: signed through its SHA-256 in the query (`bodySHA256`).
    Raw(&'a [u8]),
}

/// Checks signatures against the tokens that are valid now and the one public origin.
#[derive(Clone, Debug)]
pub struct Verifier {
    tokens: AuthTokens,
    origins: Vec<String>,
}

impl Verifier {
    /// A verifier for webhooks below the public origin.
    #[must_use]
    pub fn new(tokens: AuthTokens, public_url: &PublicUrl) -> Self {
        Self { tokens, origins: public_url.candidates() }
    }

    /// Proves that one of the tokens signed this request.
    ///
    /// # Errors
    ///
    /// See [`Rejection`]. Tags are compared in constant time.
    pub fn verify(&self, request: &Signed<'_>) -> Result<(), Rejection> {
        let tag = decode(request.signature.ok_or(Rejection::Missing)?).ok_or(Rejection::Malformed)?;
        let query = request.query.filter(|query| !query.is_empty());
        let params = match request.content {
            Content::Query => Vec::new(),
            Content::Form(form) => signed_params(form),
            Content::Raw(body) => {
                check_body(body, query)?;
                Vec::new()
            }
        };
        let is_signed = |query: Option<&str>| {
            self.tokens.iter().any(|token| {
                self.origins.iter().any(|origin| {
                    let mut mac = token.mac();
                    mac.update(origin.as_bytes());
                    mac.update(request.path.as_bytes());
                    if let Some(query) = query {
                        mac.update(b"?");
                        mac.update(query.as_bytes());
                    }
                    append(&mut mac, &params);
                    mac.verify_slice(&tag).is_ok()
                })
            })
        };
        if is_signed(query) {
            return Ok(());
        }
        // Twilio has signed `sip:a@b` where the GET said `sip%3Aa%40b` (twilio-node, pull request 621).
        match (request.content, query.and_then(unescaped)) {
            (Content::Query, Some(query)) if is_signed(Some(&query)) => Ok(()),
            _ => Err(Rejection::Mismatch),
        }
    }
}

/// The signature Twilio would send for `url`, whose fragment is dropped, and a posted form.
#[must_use]
pub fn sign(token: &AuthToken, url: &str, form: Option<&Form>) -> String {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let mut mac = token.mac();
    mac.update(url.as_bytes());
    append(&mut mac, &form.map(signed_params).unwrap_or_default());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// There is no signature.
    #[error("signature is missing")]
    Missing,
    /// The signature is not the base64 (RFC 4648, section 4) of a SHA-1 HMAC.
    #[error("signature is malformed")]
    Malformed,
    /// No token signed this: a forgery, a wrong token, or a base that is not the public one.
    #[error("signature does not match")]
    Mismatch,
    /// There is a body that neither is a form nor has its hash in the query: the signature does not cover it.
    #[error("body is not covered by the signature")]
    UnboundBody,
    /// The body is not the one whose hash is in the query.
    #[error("body does not match its hash")]
    BodyHash,
}

impl Rejection {
    /// A short word for logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::UnboundBody => "unbound_body",
            Self::BodyHash => "body_hash",
        }
    }
}

fn decode(signature: &[u8]) -> Option<[u8; TAG_BYTES]> {
    let mut buffer = [0; TAG_BYTES];
    if signature.len() != TAG_CHARS {
        return None;
    }
    let length = STANDARD.decode_slice(signature, &mut buffer).ok()?;
    buffer.get(..length)?.try_into().ok()
}

/// Sorted by name, then by value, equal pairs once. A blank value stays: it contributes its name.
fn signed_params(form: &Form) -> Vec<(&str, &str)> {
    let mut params: Vec<_> = form.iter().collect();
    params.sort_unstable();
    params.dedup();
    params
}

fn append(mac: &mut Mac, params: &[(&str, &str)]) {
    for (name, value) in params {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
}

fn check_body(body: &[u8], query: Option<&str>) -> Result<(), Rejection> {
    // Blank values are skipped, as the official library's `parse_qs` does.
    let claimed = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "bodySHA256" && !value.is_empty()).then_some(value));
    match claimed {
        Some(claimed) if claimed == lower_hex(&Sha256::digest(body)) => Ok(()),
        Some(_) => Err(Rejection::BodyHash),
        None if body.is_empty() => Ok(()),
        None => Err(Rejection::UnboundBody),
    }
}

/// Bytes as hexadecimal digits in small letters, two for each byte.
#[must_use]
pub fn lower_hex(bytes: &[u8]) -> String {
    let digit = |nibble| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The query with `@`, `:` and `'` written plainly, if that makes a difference.
fn unescaped(query: &str) -> Option<String> {
    let plain = query.replace("%40", "@").replace("%3A", ":").replace("%3a", ":").replace("%27", "'");
    (plain != query).then_some(plain)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
