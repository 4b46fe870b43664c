//! The outcome of a request that got no answer. Decided by the type of the error, never by its words.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::time::Duration;

use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver as Resolve};
use ureq::unversioned::transport::NextTimeout;

use crate::patience::Outcome;

/// Looks names up as the library does. Every failure is [`ureq::Error::HostNotFound`]: the standard library has no
/// [`ErrorKind`] for a name without an address, so its error could not be told from that of a broken connection.
#[derive(Debug, Default)]
pub(crate) struct Resolver(DefaultResolver);

impl Resolve for Resolver {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match self.0.resolve(uri, config, timeout) {
            Err(ureq::Error::Io(_)) => Err(ureq::Error::HostNotFound),
            resolved => resolved,
        }
    }
}

/// The outcome of a request that failed. Unless it surely failed before it was sent, it counts as sent.
pub(crate) fn outcome_of(error: &ureq::Error) -> Outcome {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => Outcome::NotSent,
        ureq::Error::Http(_)
        | ureq::Error::BadUri(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::TlsRequired
        | ureq::Error::Tls(_)
        | ureq::Error::Pem(_) => Outcome::Hopeless,
        ureq::Error::Rustls(error) if is_of_handshake(error) => Outcome::Hopeless,
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => Outcome::NotSent,
        ureq::Error::Io(error) if tls_error(error).is_some_and(is_of_handshake) => Outcome::Hopeless,
        _ => Outcome::Lost,
    }
}

/// An error in words for a person.
pub(crate) fn words(error: &ureq::Error, request_timeout: Duration) -> String {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            "no connection in time".to_owned()
        }
        ureq::Error::Timeout(_) => format!("no answer within {} s", request_timeout.as_secs_f32()),
        ureq::Error::HostNotFound => "the name of the host is not known".to_owned(),
        // Without the library's own prefix.
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// The error of TLS that an error of input and output wraps, at any depth.
fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn StdError + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        cause = match error.downcast_ref::<io::Error>() {
            // The source of such an error is the source of what it wraps, so what it wraps would be skipped.
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    None
}

/// Whether an error can only come from the handshake, which is over before the request is sent. A broken record or an
/// alert can come later, too.
fn is_of_handshake(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::UnsupportedNameType
            | rustls::Error::PeerIncompatible(_)
            | rustls::Error::NoApplicationProtocol
    )
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, CertificateError};

    use super::*;

    #[test]
    fn what_surely_came_before_the_request_is_known() {
        let refused = io::Error::from(ErrorKind::ConnectionRefused);
        let tls = |error: rustls::Error| ureq::Error::Io(io::Error::new(ErrorKind::InvalidData, error));
        let expired = || rustls::Error::InvalidCertificate(CertificateError::Expired);
        let deep = io::Error::other(io::Error::new(ErrorKind::InvalidData, expired()));
        for (error, expected) in [
            (ureq::Error::Io(refused), Outcome::NotSent),
            (ureq::Error::HostNotFound, Outcome::NotSent),
            (ureq::Error::Timeout(ureq::Timeout::Connect), Outcome::NotSent),
            (ureq::Error::BadUri(String::new()), Outcome::Hopeless),
            (ureq::Error::Rustls(expired()), Outcome::Hopeless),
            (tls(expired()), Outcome::Hopeless),
            (ureq::Error::Io(deep), Outcome::Hopeless),
            (tls(rustls::Error::AlertReceived(AlertDescription::InternalError)), Outcome::Lost),
            (tls(rustls::Error::DecryptError), Outcome::Lost),
            // Words decide nothing.
            (ureq::Error::Io(io::Error::other("invalid peer certificate: Expired")), Outcome::Lost),
            (ureq::Error::Io(io::Error::other("failed to lookup address information")), Outcome::Lost),
            (ureq::Error::Timeout(ureq::Timeout::Global), Outcome::Lost),
            (ureq::Error::Timeout(ureq::Timeout::RecvResponse), Outcome::Lost),
            (ureq::Error::Io(ErrorKind::ConnectionReset.into()), Outcome::Lost),
            (ureq::Error::Io(ErrorKind::HostUnreachable.into()), Outcome::Lost),
            (ureq::Error::Io(ErrorKind::UnexpectedEof.into()), Outcome::Lost),
        ] {
            assert_eq!(outcome_of(&error), expected, "{error}");
        }
    }
}
