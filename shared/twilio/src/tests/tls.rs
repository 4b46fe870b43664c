//! Servers whose TLS fails, for real: the request is never sent, and the client does not try again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use ureq::tls::{Certificate, RootCerts};

use super::{AC, TOKEN, patience};
use crate::transport::Transport;
use crate::{Account, Client, Error, Fields, Hosts, Secret};

/// A server with a certificate for `name` that ends in `year`, and the authority that signed it.
struct Server {
    address: SocketAddr,
    authority: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn new(name: &str, year: i32) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_certificate = authority.self_signed(&authority_key).unwrap().der().clone();
        let key = KeyPair::generate().unwrap();
        let mut own = CertificateParams::new([name.to_owned()]).unwrap();
        own.not_before = date_time_ymd(2001, 1, 1);
        own.not_after = date_time_ymd(year, 1, 1);
        let own = own.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            authority: authority_certificate,
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&server.connections), Arc::clone(&server.requests));
        thread::spawn(move || {
            let config = Arc::new(config);
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                if answer(Arc::clone(&config), stream.unwrap()).is_some() {
                    requests.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        server
    }

    fn client(&self, roots: RootCerts) -> Client {
        let account = Account::with_token(AC, Secret::new(TOKEN)).unwrap();
        let hosts = Hosts::all_at(&format!("https://{}", self.address)).unwrap();
        Client::over(Transport::trusting(roots, account, hosts, patience()))
    }

    fn trusted(&self) -> RootCerts {
        RootCerts::new_with_certs(&[Certificate::from_der(&self.authority).to_owned()])
    }

    /// Asks for a creation, which may not be repeated unless it surely was not sent.
    fn fails(&self, roots: RootCerts) -> Error {
        let error = self.client(roots).create_address(&Fields::new()).unwrap_err();
        assert_eq!(self.connections.load(Ordering::SeqCst), 1, "a certificate does not get better: {error}");
        assert_eq!(self.requests.load(Ordering::SeqCst), 0, "nothing was sent");
        error
    }
}

/// Answers one request with an empty address; none if there was no request.
fn answer(config: Arc<ServerConfig>, mut socket: TcpStream) -> Option<()> {
    let mut connection = ServerConnection::new(config).ok()?;
    let mut reader = BufReader::new(Stream::new(&mut connection, &mut socket));
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let body = r#"{"sid":"AD1"}"#;
    let head = format!("HTTP/1.1 201 X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    reader.get_mut().write_all(format!("{head}{body}").as_bytes()).ok()
}

#[test]
fn a_good_certificate_is_taken() {
    let server = Server::new("127.0.0.1", 2999);
    let made = server.client(server.trusted()).create_address(&Fields::new()).unwrap();
    assert_eq!(made.sid, "AD1");
}

#[test]
fn an_expired_certificate_ends_it_before_the_request() {
    let server = Server::new("127.0.0.1", 2002);
    let error = server.fails(server.trusted());
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[test]
fn an_unknown_issuer_ends_it_before_the_request() {
    let error = Server::new("127.0.0.1", 2999).fails(RootCerts::WebPki);
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_certificate_of_another_name_ends_it_before_the_request() {
    let server = Server::new("elsewhere.example.org", 2999);
    let error = server.fails(server.trusted());
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_host_without_an_address_is_known_not_to_have_been_asked() {
    // RFC 6761, 6.4: names below .invalid never have an address.
    let client = super::client_at("http://twilio.invalid");
    let error = client.create_address(&Fields::new()).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}
