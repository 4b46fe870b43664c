//! Amounts of money, exactly.

use std::fmt;
use std::ops::AddAssign;

use serde::{Serialize, Serializer};

/// How many parts a unit of currency has here: Twilio writes up to four decimals, and prices may have six.
const PARTS: u64 = 1_000_000;

/// An amount in some currency, in millionths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Money(u64);

impl Money {
    /// An amount as Twilio writes it: `1.15`. Digits beyond the sixth decimal are dropped.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, parts) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number(whole) || !is_number(parts) {
            return None;
        }
        let parts: u64 = format!("{parts:0<6}").get(..6)?.parse().ok()?;
        Some(Self(whole.parse::<u64>().ok()?.checked_mul(PARTS)?.checked_add(parts)?))
    }

    pub(crate) fn times(self, count: usize) -> Self {
        Self(self.0.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX)))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = format!("{:06}", self.0 % PARTS);
        let (cents, rest) = parts.split_at(2);
        write!(f, "{}.{cents}{}", self.0 / PARTS, rest.trim_end_matches('0'))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let mut sum = Money::default();
        for _ in 0..200 {
            sum += Money::parse("1.15").unwrap();
        }
        assert_eq!(sum.to_string(), "230.00");
        assert_eq!(Money::parse("1.15").unwrap().times(3).to_string(), "3.45");
        for (text, shown) in
            [("1", "1.00"), ("0.0085", "0.0085"), ("2.1500", "2.15"), ("0.12345678", "0.123456")]
        {
            assert_eq!(Money::parse(text).unwrap().to_string(), shown);
        }
        for text in ["", "x", "-1", "1.", ".5", "1.x", "1,15"] {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }
}
