//! Requests that were answered lately.

use std::collections::{HashSet, VecDeque};
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

/// How many requests are remembered. Twilio repeats a webhook within a minute (twilio.md, E.5), in which a process answers
/// fewer calls than this.
const MOST: usize = 4096;

/// Remembers what was answered. The functions cannot, and so do not even link what can.
pub(crate) trait Memory: Debug + Send + Sync {
    /// Remembers a proven signature. Whether it was known.
    fn is_repeated(&self, signature: &[u8]) -> bool;
}

/// The signatures of requests that were answered lately.
///
/// A signature covers the URL and every parameter (<https://www.twilio.com/docs/usage/security#validating-requests>), so
/// two requests with one signature are one webhook that was sent twice. Two attempts at one dial tone differ: the URL
/// carries the try. Whether `I-Twilio-Idempotency-Token` is the same on each try is not known (twilio.md, E.5).
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Signatures>);

#[derive(Debug, Default)]
struct Signatures {
    known: HashSet<Signature, BuildHasherDefault<First>>,
    in_order: VecDeque<Signature>,
}

/// The Base64 of an HMAC-SHA1. Nothing of another length is proven.
type Signature = [u8; 28];

/// Hashes a signature by its first bytes: nobody without the token chooses those of a proven one.
#[derive(Debug, Default)]
struct First(u64);

impl Hasher for First {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    // The length comes first, and is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        // The table takes the high bits and the low ones; in Base64 they differ little from byte to byte.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Memory for Recent {
    fn is_repeated(&self, signature: &[u8]) -> bool {
        let Ok(signature) = Signature::try_from(signature) else { return false };
        let mut signatures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !signatures.known.insert(signature) {
            return true;
        }
        signatures.in_order.push_back(signature);
        if signatures.in_order.len() > MOST
            && let Some(oldest) = signatures.in_order.pop_front()
        {
            signatures.known.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_few_thousand_are_known() {
        let recent = Recent::default();
        let is_repeated = |i: usize| recent.is_repeated(format!("{i:08}{:020}", 0).as_bytes());
        assert!((0..MOST).all(|i| !is_repeated(i)));
        assert!((0..MOST).all(is_repeated));
        assert!(!is_repeated(MOST) && !is_repeated(0), "the oldest is forgotten");
        assert!(is_repeated(2));
    }
}
