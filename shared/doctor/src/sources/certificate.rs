//! When the certificate of a host expires.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};

const WAIT: Duration = Duration::from_secs(10);

/// The certificate of a host could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the certificate of {host}: {source}")]
pub(crate) struct CertificateError {
    host: String,
    source: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("the name has no address")]
    NoAddress,
    #[error("the server shows none")]
    NoCertificate,
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Name(#[from] rustls::pki_types::InvalidDnsNameError),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Format(x509_parser::nom::Err<x509_parser::error::X509Error>),
    #[error(transparent)]
    Date(#[from] jiff::Error),
}

/// When the certificate at an origin expires; none if the origin has no TLS.
///
/// # Errors
///
/// Why it could not be read.
pub(super) fn expiry(origin: &str) -> Option<Result<Timestamp, CertificateError>> {
    let authority = origin.strip_prefix("https://")?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(443)),
        _ => (authority, 443),
    };
    let host = host.trim_matches(['[', ']']);
    Some(read(host, port).map_err(|source| CertificateError { host: host.to_owned(), source }))
}

fn read(host: &str, port: u16) -> Result<Timestamp, Why> {
    let mut last = Why::NoAddress;
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, WAIT) {
            Ok(stream) => return shake_hands(host, stream),
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

/// Reads what the server says of itself, and hangs up.
fn shake_hands(host: &str, mut stream: TcpStream) -> Result<Timestamp, Why> {
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())?;
    let mut connection = ClientConnection::new(Arc::new(config), name)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let certificate =
        connection.peer_certificates().and_then(|chain| chain.first()).ok_or(Why::NoCertificate)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).map_err(Why::Format)?;
    Ok(Timestamp::from_second(certificate.validity().not_after.timestamp())?)
}

/// Accepts any certificate, because an expired one must be read too.
///
/// This is safe here and nowhere else: nothing is sent over the connection, only the date is taken from it, and the
/// requests of `probe` find out whether the certificate can be trusted; they verify it as usual. The signature of the
/// server is verified even here.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
impl CertificateError {
    /// The error of a name that has no address.
    pub(crate) fn without_address(host: &str) -> Self {
        Self { host: host.to_owned(), source: Why::NoAddress }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use rustls::pki_types::PrivateKeyDer;
    use rustls::{ServerConfig, ServerConnection};

    use super::*;
    use crate::report::Mark;
    use crate::rows::web::certificate;

    /// A server on this machine whose certificate expires on a day, and which shakes one hand.
    fn server(day: (i32, u8, u8)) -> String {
        let mut params = CertificateParams::new(vec!["prod.example.org".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2025, 1, 1);
        params.not_after = date_time_ymd(day.0, day.1, day.2);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
            while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
        });
        origin
    }

    #[test]
    fn the_date_is_read_from_any_certificate() {
        let now: Timestamp = "2026-11-08T00:00:00Z".parse().unwrap();
        for (day, mark, words) in [
            ((2026, 11, 11), Mark::Warn, "3 days left"),
            ((2026, 11, 1), Mark::Fail, "expired on 2026-11-01"),
            ((2027, 2, 6), Mark::Ok, "90 days left"),
        ] {
            let expires = expiry(&server(day)).unwrap();
            let row = certificate(Some(&expires), now);
            assert!(row.mark == mark && row.finding.what.contains(words), "{row:?}");
        }
    }

    #[test]
    fn where_there_is_no_tls_there_is_no_certificate() {
        assert!(expiry("http://127.0.0.1:1").is_none());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        let why = expiry(&origin).unwrap().unwrap_err().to_string();
        assert!(why.contains("certificate of 127.0.0.1"), "{why}");
    }
}
