//! The signature of a webhook, by which its receiver knows who sent it and that it is not an old one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries time and signature: `t=1781978645,v1=5257a869…`.
pub const SIGNATURE_HEADER: &str = "X-Dialtone-Signature";

/// The value of the header: HMAC-SHA-256 (RFC 2104, FIPS 180-4) over the time in seconds since 1970, a full stop and the
/// body. A receiver computes it anew, compares in constant time, and refuses a time that is minutes away from its own.
#[must_use]
pub fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
    // A key of any length is good (RFC 2104, section 3), so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let signature = webhook::lower_hex(&mac.finalize().into_bytes());
    format!("t={seconds},v1={signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By OpenSSL: `printf '1781978645.{"a":1}' | openssl dgst -sha256 -hmac secret`.
    #[test]
    fn the_signature_is_what_openssl_computes() {
        assert_eq!(
            sign("secret", 1_781_978_645, b"{\"a\":1}"),
            "t=1781978645,v1=bf1c0c508a018e07dd6c5d01d0dd9480a00cdfeec947a13116c9dc1ba0765cd8"
        );
        assert_ne!(sign("secret", 1, b"a"), sign("secret", 2, b"a"));
        assert_ne!(sign("secret", 1, b"a"), sign("other", 1, b"a"));
    }
}
