//! A certificate authority of the lab's own: Twilio's keys are Twilio's.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use files::{Access, folder_of, private, replace};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};

/// The name of its certificate, as telephones show it.
const NAME: &str = "Dialtone lab (reaches no emergency service)";

/// A certificate and its key. Telephones that trust it connect over TLS.
#[derive(Clone)]
pub struct Authority {
    certificate: String,
    key: String,
}

/// Why there is no authority, or no certificate of its.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A certificate cannot be made, or the key is not a key.
    #[error("the certificate cannot be made")]
    Make(#[from] rcgen::Error),
    /// The file is not what it was written as.
    #[error("there is no certificate with its key")]
    Read(#[from] pem::Error),
    /// The key and the certificate do not fit.
    #[error("the certificate cannot be used")]
    Use(#[from] tokio_rustls::rustls::Error),
}

/// Why an authority cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// What is kept is no authority, or none can be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl Authority {
    /// The authority that is kept at `path`, so that telephones trust it once and for all; a new one if there is none. Its
    /// certificate is written to `shown`, for everyone.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written, or holds something else.
    pub fn keep(path: &Path, shown: &Path) -> Result<Self, KeepError> {
        let authority = match fs::read_to_string(path) {
            Ok(kept) => Self::read(&kept)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let authority = Self::create()?;
                let folder = folder_of(path);
                private::make_folder(folder)?;
                private::keep_out_of_git(folder)?;
                replace(path, authority.kept().as_bytes(), Access::Owner)?;
                authority
            }
            Err(error) => return Err(error.into()),
        };
        replace(shown, authority.certificate().as_bytes(), Access::Everyone)?;
        Ok(authority)
    }

    /// A new one.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn create() -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let certificate = parameters()?.self_signed(&key)?;
        Ok(Self { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// Reads an authority that was kept: certificate and key, one after the other.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub fn read(kept: &str) -> Result<Self, AuthorityError> {
        let certificate = CertificateDer::from_pem_slice(kept.as_bytes())?;
        let at = kept.find("-----BEGIN PRIVATE KEY").ok_or(pem::Error::NoItemsFound)?;
        let (before, key) = kept.split_at(at);
        let authority = Self { certificate: before.to_owned(), key: key.to_owned() };
        drop((certificate, KeyPair::from_pem(&authority.key)?));
        Ok(authority)
    }

    /// The text to keep, where nobody else reads it.
    #[must_use]
    pub fn kept(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }

    /// The certificate that telephones trust, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The same, as DER.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn certificate_der(&self) -> Result<Vec<u8>, AuthorityError> {
        Ok(CertificateDer::from_pem_slice(self.certificate.as_bytes())?.to_vec())
    }

    /// Takes connections over TLS, under any of these names and addresses.
    pub(crate) fn acceptor(&self, names: &[String]) -> Result<TlsAcceptor, AuthorityError> {
        let issuer = Issuer::new(parameters()?, KeyPair::from_pem(&self.key)?);
        let key = KeyPair::generate()?;
        let mut own = CertificateParams::new(names)?;
        own.distinguished_name.push(DnType::CommonName, names.first().map_or("lab", String::as_str));
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // The longest that Apple's devices take is 825 days (support.apple.com/103769).
        limit(&mut own, 1);
        let own = own.signed_by(&key, &issuer)?;
        let chain = vec![own.der().clone(), CertificateDer::from_pem_slice(self.certificate.as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())?;
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// From yesterday, since the clocks of telephones are wrong, for so many years.
fn limit(parameters: &mut CertificateParams, years: i64) {
    let today = Timestamp::now().to_zoned(tz::TimeZone::UTC).date();
    let of = |date: Date| {
        let number = |part: i8| u8::try_from(part).unwrap_or(1);
        date_time_ymd(date.year().into(), number(date.month()), number(date.day()))
    };
    parameters.not_before = of(today.saturating_sub(1.day()));
    parameters.not_after = of(today.saturating_add(years.years()));
}

fn parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.distinguished_name.push(DnType::CommonName, NAME);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    limit(&mut parameters, 5);
    Ok(parameters)
}

/// Shows no key.
impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_kept_for_its_owner_and_shows_its_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let (path, shown) = (folder.path().join("state/authority.pem"), folder.path().join("state/ca.pem"));
        let authority = Authority::keep(&path, &shown).unwrap();
        assert_eq!(fs::read_to_string(&shown).unwrap(), authority.certificate());
        assert!(!authority.certificate().contains("PRIVATE"));
        assert_eq!(Authority::keep(&path, &shown).unwrap().kept(), authority.kept(), "it stays the same");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        }
        fs::write(&path, "something else").unwrap();
        assert!(matches!(Authority::keep(&path, &shown), Err(KeepError::Authority(_))));
    }

    #[test]
    fn an_authority_is_kept_and_read_and_signs() {
        let authority = Authority::create().unwrap();
        let again = Authority::read(&authority.kept()).unwrap();
        assert_eq!(again.kept(), authority.kept());
        assert!(!again.certificate().contains("PRIVATE"));
        assert!(again.acceptor(&["demo.sip.twilio.com".into(), "127.0.0.1".into()]).is_ok());
        assert!(Authority::read(authority.certificate()).is_err(), "no key");
        assert!(Authority::read("").is_err());
    }
}
