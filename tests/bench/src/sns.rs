//! A double of SNS that takes every message at once: plain, or behind TLS with a certificate of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::{Result, build};

/// When requests were taken.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<Instant>>>);

impl Taken {
    fn times(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It lives as long as the process.
pub(crate) struct Sns {
    address: SocketAddr,
    certificate: Option<PathBuf>,
    taken: Taken,
}

impl Sns {
    /// Starts to listen.
    pub(crate) fn start(is_tls: bool, folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let certificate = is_tls.then(|| certificate(folder)).transpose()?;
        let tls = certificate.as_deref().map(|path| server(path, folder)).transpose()?;
        let taken = Taken::default();
        let counter = taken.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(std::result::Result::ok) {
                let _ = stream.set_nodelay(true);
                let (tls, counter) = (tls.clone(), counter.clone());
                // A client that goes away in the middle is no concern of anybody's.
                thread::spawn(move || match tls {
                    None => converse(stream, &counter),
                    Some(tls) => converse(StreamOwned::new(ServerConnection::new(tls)?, stream), &counter),
                });
            }
        });
        Ok(Self { address, certificate, taken })
    }

    /// The value of `AWS_ENDPOINT_URL_SNS`.
    pub(crate) fn endpoint(&self) -> String {
        match self.certificate {
            Some(_) => format!("https://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// What a client must trust.
    pub(crate) fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// When the first request was taken after some moment.
    pub(crate) fn first_after(&self, moment: Instant) -> Option<Instant> {
        self.taken.times().iter().copied().find(|taken| *taken > moment)
    }
}

fn certificate(folder: &Path) -> Result<PathBuf> {
    let (certificate, key) = (folder.join("sns.pem"), folder.join("sns.key"));
    build::run(
        Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
            ])
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-addext",
                "basicConstraints=CA:FALSE",
            ])
            .arg("-keyout")
            .arg(key)
            .arg("-out")
            .arg(&certificate)
            .stderr(std::process::Stdio::null()),
    )?;
    Ok(certificate)
}

fn server(certificate: &Path, folder: &Path) -> Result<Arc<ServerConfig>> {
    let chain = vec![CertificateDer::from_pem_file(certificate)?];
    let key = PrivateKeyDer::from_pem_file(folder.join("sns.key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

fn converse(stream: impl Read + Write, taken: &Taken) -> Result<()> {
    const ID: &str = "00000000-0000-0000-0000-000000000000";
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse()?;
                }
                None if line == "\r\n" => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        taken.times().push(Instant::now());
        let answer = if body.windows(12).any(|word| word == b"PublishBatch") {
            format!(
                "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult><Failed/>\
                 <Successful><member><Id>0</Id><MessageId>{ID}</MessageId></member></Successful></PublishBatchResult>\
                 <ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></PublishBatchResponse>"
            )
        } else {
            format!(
                "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{ID}\
                 </MessageId></PublishResult><ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></PublishResponse>"
            )
        };
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n", answer.len());
        let stream = reader.get_mut();
        stream.write_all((head + &answer).as_bytes())?;
        stream.flush()?;
    }
}
