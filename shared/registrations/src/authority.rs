//! The certificate authority of a registrar of one's own.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error, PemObject as _};

/// A certificate authority that is trusted besides Mozilla's.
#[derive(Debug, Clone)]
pub struct Authority(CertificateDer<'static>);

/// A file is no certificate.
#[derive(Debug, thiserror::Error)]
#[error("{path}: no certificate in PEM: {source}")]
pub struct AuthorityError {
    path: PathBuf,
    source: Error,
}

impl Authority {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has no certificate.
    pub fn open(path: &Path) -> Result<Self, AuthorityError> {
        let read = CertificateDer::from_pem_file(path);
        read.map(Self).map_err(|source| AuthorityError { path: path.to_owned(), source })
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.0
    }
}
