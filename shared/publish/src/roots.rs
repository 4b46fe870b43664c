//! Whom TLS trusts.

use aws_smithy_http_client::tls::{TlsContext, TrustStore};

/// The roots of Amazon Trust Services, all five that AWS asks its callers to trust:
/// <https://www.amazontrust.com/repository/>. The first ends in December 2037.
const AMAZON: &[u8] = include_bytes!("amazon.pem");

/// The certificates that a client trusts here; nothing if the system decides.
pub(crate) fn trusted() -> Option<TlsContext> {
    if !is_only_amazon(|name| std::env::var(name).ok()) {
        return None;
    }
    TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON)).build().ok()
}

/// Whether a function talks to Amazon's own hosts and nothing else, so that it needs none of the system's other roots, more
/// than a hundred. Reading them takes longer than everything else in a start.
fn is_only_amazon(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let endpoint = ["AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL"].into_iter().find_map(&variable);
    let is_amazons = endpoint.is_none_or(|url| {
        let host = url.trim_start_matches("https://").split(['/', ':']).next().unwrap_or_default();
        url.starts_with("http://") || host.ends_with(".amazonaws.com")
    });
    // Hosts in China have certificates of other authorities.
    let is_in_china = variable("AWS_REGION").is_some_and(|region| region.starts_with("cn-"));
    is_set("AWS_LAMBDA_FUNCTION_NAME")
        && !is_set("SSL_CERT_FILE")
        && !is_set("SSL_CERT_DIR")
        && is_amazons
        && !is_in_china
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_function_that_talks_to_amazon_trusts_nobody_else() {
        let is_only = |set: &[(&str, &str)]| {
            is_only_amazon(|name| {
                let mut all = [("AWS_LAMBDA_FUNCTION_NAME", "status"), ("AWS_REGION", "us-west-2")]
                    .iter()
                    .chain(set)
                    .rev();
                all.find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(is_only(&[]));
        assert!(is_only(&[("AWS_ENDPOINT_URL_SNS", "https://vpce-1.sns.us-west-2.vpce.amazonaws.com")]));
        assert!(is_only(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")]));
        for other in [
            ("AWS_LAMBDA_FUNCTION_NAME", ""),
            ("AWS_REGION", "cn-north-1"),
            ("AWS_ENDPOINT_URL_SNS", "https://localhost:4566"),
            ("AWS_ENDPOINT_URL", "https://amazonaws.com.example.org"),
            ("SSL_CERT_FILE", "/etc/ssl/own.pem"),
            ("SSL_CERT_DIR", "/etc/ssl/own"),
        ] {
            assert!(!is_only(&[other]), "{other:?}");
        }
    }

    #[test]
    fn there_are_five_roots() {
        let text = str::from_utf8(AMAZON).unwrap();
        assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), 5);
        assert!(
            TlsContext::builder()
                .with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON))
                .build()
                .is_ok()
        );
    }
}
