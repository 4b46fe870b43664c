//! A network that loses datagrams, for trying what phones and the lab make of it.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many of a hundred datagrams are lost, each way, from 0 to 50. After a lost one the next arrives, so that a test
/// never waits for luck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loss(u8);

/// More than half of all datagrams, or no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 0 to 50")]
pub struct NoLoss;

impl FromStr for Loss {
    type Err = NoLoss;

    fn from_str(text: &str) -> Result<Self, NoLoss> {
        text.parse().ok().filter(|percent| *percent <= 50).map(Self).ok_or(NoLoss)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One direction of such a network.
#[derive(Debug, Default)]
pub(crate) struct Way {
    loss: Loss,
    has_lost: AtomicBool,
}

impl Way {
    pub(crate) fn new(loss: Loss) -> Self {
        Self { loss, has_lost: AtomicBool::new(false) }
    }

    /// Whether the next datagram is lost.
    pub(crate) fn loses(&self) -> bool {
        let Loss(percent @ 1..) = self.loss else { return false };
        // Of those that may be lost, as many as make the share of all right.
        let odds = u32::from(percent) * 65_536 / (100 - u32::from(percent));
        let mut random = [0_u8; 2];
        let is_unlucky = getrandom::fill(&mut random).is_ok() && u32::from(u16::from_be_bytes(random)) < odds;
        let is_lost = is_unlucky && !self.has_lost.load(Ordering::Relaxed);
        self.has_lost.store(is_lost, Ordering::Relaxed);
        is_lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_lost_as_was_said_and_never_two_in_a_row() {
        assert_eq!(["30".parse(), "0".parse()], [Ok(Loss(30)), Ok(Loss(0))]);
        assert_eq!(["51".parse::<Loss>(), "-1".parse()], [Err(NoLoss), Err(NoLoss)]);
        let of = |percent| {
            let way = Way::new(Loss(percent));
            (0..10_000).map(|_| way.loses()).collect::<Vec<_>>()
        };
        let lost = of(30);
        assert!(lost.windows(2).all(|two| two != [true, true]));
        // Ten standard deviations of a fair draw.
        let count = lost.iter().filter(|is_lost| **is_lost).count();
        assert!((2_500..3_500).contains(&count), "{count}");
        assert!(of(0).iter().all(|is_lost| !is_lost));
        assert_eq!(of(50).iter().filter(|is_lost| **is_lost).count(), 5_000);
    }
}
