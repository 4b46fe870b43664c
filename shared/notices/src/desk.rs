//! When each recipient is told. Pure: the clock is passed in, and nothing is sent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use network::{Recipient, Way};

use crate::notice::{Kind, Notice};

/// For how long a failing recipient is tried.
pub const GIVE_UP: Duration = Duration::from_secs(60 * 60);

/// A phone is told of once in this time where Twilio sends the notice: a stuck key must not use up the account's rate of
/// messages and calls. Mails and webhooks cost nothing, and each call is told there.
const STORM: Duration = Duration::from_secs(30);

/// How many ids are remembered, so that a webhook that Twilio repeats is told once.
const REMEMBERED: usize = 20_000;

/// How long to wait after a failed attempt, from 1: 5 s, twice as long each time, five minutes at most.
#[must_use]
pub fn backoff(attempt: u32) -> Duration {
    let doubled = 5_u64.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    Duration::from_secs(doubled.min(300))
}

/// One notice to one recipient.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The notice.
    pub notice: Arc<Notice>,
    /// To whom, as a place in [`network::Network::notify`].
    pub recipient: usize,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When the notice was made.
    made: Instant,
}

impl Delivery {
    /// A word for it that names the call, the kind and the recipient, but no number and no address.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}-{}", self.notice.id(), self.recipient)
    }
}

/// Schedules deliveries.
#[derive(Debug)]
pub struct Desk {
    recipients: Vec<Recipient>,
    /// Ids of notices, with the number under which they were taken.
    seen: HashMap<String, u64>,
    by_age: BTreeMap<u64, String>,
    taken: u64,
    due: BinaryHeap<Reverse<(Instant, u64)>>,
    waiting: HashMap<u64, Delivery>,
    next: u64,
    storms: HashMap<(usize, Option<String>, Kind), Storm>,
}

/// The last notice of a phone to a recipient.
#[derive(Debug)]
struct Storm {
    last: Instant,
    /// The latest notice that is held back, and how many there were.
    held: Option<(Delivery, u32)>,
}

impl Desk {
    /// A desk that tells these people.
    #[must_use]
    pub fn new(recipients: Vec<Recipient>) -> Self {
        Self {
            recipients,
            seen: HashMap::new(),
            by_age: BTreeMap::new(),
            taken: 0,
            due: BinaryHeap::new(),
            waiting: HashMap::new(),
            next: 0,
            storms: HashMap::new(),
        }
    }

    /// Takes a notice, unless it was taken before. `is_done` tells which deliveries were made before a restart, by
    /// their [`key`](Delivery::key).
    pub fn offer(&mut self, notice: Notice, now: Instant, is_done: impl Fn(&str) -> bool) {
        if !self.remember(notice.id()) {
            return;
        }
        let notice = Arc::new(notice);
        for index in 0..self.recipients.len() {
            let Some(recipient) = self.recipients.get(index) else { continue };
            let is_wanted = notice.kind != Kind::Drill || recipient.drills || notice.is_trial;
            if !is_wanted || !recipient.hears_of(notice.phone.as_deref()) {
                continue;
            }
            let is_through_twilio = matches!(recipient.way, Way::Sms { .. } | Way::Call { .. });
            let delivery = Delivery { notice: Arc::clone(&notice), recipient: index, attempt: 1, made: now };
            if is_done(&delivery.key()) {
                continue;
            }
            match is_through_twilio {
                true => self.weather(delivery, now),
                false => self.schedule(delivery, now),
            }
        }
    }

    /// When the next delivery is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let held = self.storms.values().filter(|storm| storm.held.is_some()).map(|storm| storm.last + STORM);
        held.chain(self.due.peek().map(|Reverse((due, _))| *due)).min()
    }

    /// The deliveries that are due now.
    pub fn take_due(&mut self, now: Instant) -> Vec<Delivery> {
        self.release(now);
        let mut found = Vec::new();
        while let Some(Reverse((due, number))) = self.due.peek().copied() {
            if due > now {
                break;
            }
            self.due.pop();
            found.extend(self.waiting.remove(&number));
        }
        found
    }

    /// A delivery failed: it is tried again later. False if its hour is over.
    #[must_use]
    pub fn failed(&mut self, delivery: Delivery, now: Instant) -> bool {
        let due = now + backoff(delivery.attempt);
        if due.saturating_duration_since(delivery.made) > GIVE_UP {
            return false;
        }
        self.schedule(Delivery { attempt: delivery.attempt.saturating_add(1), ..delivery }, due);
        true
    }

    /// How many deliveries wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.storms.values().filter(|storm| storm.held.is_some()).count()
    }

    fn remember(&mut self, id: String) -> bool {
        if self.seen.contains_key(&id) {
            return false;
        }
        self.taken += 1;
        self.by_age.insert(self.taken, id.clone());
        self.seen.insert(id, self.taken);
        if self.seen.len() > REMEMBERED
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    fn schedule(&mut self, delivery: Delivery, due: Instant) {
        self.next += 1;
        self.waiting.insert(self.next, delivery);
        self.due.push(Reverse((due, self.next)));
    }

    /// Sends at once if nothing was sent of this phone lately, and holds back otherwise.
    fn weather(&mut self, delivery: Delivery, now: Instant) {
        let key = (delivery.recipient, delivery.notice.phone.clone(), delivery.notice.kind);
        match self.storms.get_mut(&key) {
            Some(storm) if now.saturating_duration_since(storm.last) < STORM => {
                let count = storm.held.as_ref().map_or(0, |(_, count)| *count) + 1;
                storm.held = Some((delivery, count));
            }
            _ => {
                self.storms.insert(key, Storm { last: now, held: None });
                self.schedule(delivery, now);
            }
        }
    }

    /// Lets go of what was held back for long enough, with the number of calls that were not told.
    fn release(&mut self, now: Instant) {
        let mut free = Vec::new();
        self.storms.retain(|_, storm| {
            if now.saturating_duration_since(storm.last) < STORM {
                return true;
            }
            let Some((delivery, count)) = storm.held.take() else { return false };
            let held_back = count.saturating_sub(1);
            let notice = Arc::new(Notice { held_back, ..(*delivery.notice).clone() });
            free.push(Delivery { notice, ..delivery });
            storm.last = now;
            true
        });
        free.into_iter().for_each(|delivery| self.schedule(delivery, now));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::notice::tests::{event, network};

    const MAIL: &str = "[[notify]]\nmail = \"ops@example.org\"\n";
    const SMS: &str = "[[notify]]\nsms = \"+15035550120\"\nfrom = \"+15035550110\"\n";

    /// Deliveries that are due.
    pub(crate) fn deliveries(count: usize, now: Instant) -> Vec<Delivery> {
        let mut desk = desk(MAIL);
        let calls = u32::try_from(count).unwrap();
        (1..=calls).for_each(|call| desk.offer(notice("dial_emergency", "lobby", call), now, nothing_done));
        let due = desk.take_due(now);
        assert_eq!(due.len(), count);
        due
    }

    fn desk(notify: &str) -> Desk {
        Desk::new(network(notify).notify().to_vec())
    }

    fn notice(name: &str, endpoint: &str, call: u32) -> Notice {
        Notice::of(&event(name, endpoint, &format!("CA{call}")), &network("")).unwrap()
    }

    fn nothing_done(_: &str) -> bool {
        false
    }

    #[test]
    fn a_call_is_told_once_to_each_and_each_kind_by_itself() {
        let now = Instant::now();
        let mut desk = desk(&format!("{MAIL}{SMS}"));
        for _ in 0..3 {
            desk.offer(notice("dial_emergency", "lobby", 1), now, nothing_done);
        }
        desk.offer(notice("emergency_failed", "lobby", 1), now, nothing_done);
        assert_eq!(desk.take_due(now).len(), 4);
        assert_eq!((desk.take_due(now).len(), desk.waiting()), (0, 0));
    }

    #[test]
    fn drills_and_phones_go_to_those_who_want_them() {
        let now = Instant::now();
        let mut desk = desk(&format!("{MAIL}drills = true\n{MAIL}phones = [\"attic\"]\n"));
        let mut told = |notice| {
            desk.offer(notice, now, nothing_done);
            desk.take_due(now).iter().map(|delivery| delivery.recipient).collect::<Vec<_>>()
        };
        assert_eq!(told(notice("dial_address_test", "lobby", 1)), [0]);
        assert_eq!(told(notice("dial_emergency", "lobby", 2)), [0]);
        assert_eq!(told(notice("dial_emergency", "attic", 3)), [0, 1]);
        assert_eq!(told(notice("dial_emergency", "unknown", 4)), [0]);
    }

    #[test]
    fn a_failing_recipient_is_tried_for_an_hour() {
        let start = Instant::now();
        let mut desk = desk(MAIL);
        desk.offer(notice("dial_emergency", "lobby", 1), start, nothing_done);
        let (mut now, mut attempts) = (start, 0);
        loop {
            let delivery = desk.take_due(now).pop().unwrap();
            attempts += 1;
            assert_eq!(delivery.attempt, attempts);
            if !desk.failed(delivery, now) {
                break;
            }
            now = desk.next_due().unwrap();
        }
        assert!(
            now - start > GIVE_UP - Duration::from_secs(301) && now - start <= GIVE_UP,
            "{:?}",
            now - start
        );
        assert!(attempts >= 15, "{attempts}");
    }

    #[test]
    fn a_storm_is_one_message_and_then_how_many() {
        let start = Instant::now();
        let mut desk = desk(&format!("{SMS}{MAIL}"));
        for call in 1..=10 {
            desk.offer(notice("dial_emergency", "lobby", call), start, nothing_done);
        }
        let first = desk.take_due(start);
        assert_eq!(first.iter().filter(|delivery| delivery.recipient == 0).count(), 1);
        assert_eq!(
            first.iter().filter(|delivery| delivery.recipient == 1).count(),
            10,
            "mails are not held back"
        );
        let due = desk.next_due().unwrap();
        assert_eq!(due, start + STORM);
        let [second] = &desk.take_due(due)[..] else { panic!("one more") };
        assert_eq!((second.notice.held_back, second.notice.call_sid.as_deref()), (8, Some("CA10")));
        // Another phone has a storm of its own.
        desk.offer(notice("dial_emergency", "attic", 11), due, nothing_done);
        assert_eq!(desk.take_due(due).iter().filter(|delivery| delivery.recipient == 0).count(), 1);
    }

    #[test]
    fn what_was_done_before_a_restart_is_not_done_again() {
        let now = Instant::now();
        let mut desk = desk(&format!("{MAIL}{SMS}"));
        let notice = notice("dial_emergency", "lobby", 1);
        let done = format!("{}-0", notice.id());
        desk.offer(notice, now, |key| key == done);
        assert_eq!(desk.take_due(now).iter().map(|delivery| delivery.recipient).collect::<Vec<_>>(), [1]);
    }

    proptest! {
        /// Under any order of notices and failures, no delivery is lost, and none is made twice.
        #[test]
        fn every_notice_arrives_once(calls in proptest::collection::vec((0_u32..40, any::<bool>(), 0_u64..20), 1..60)) {
            let mut desk = desk(MAIL);
            let mut now = Instant::now();
            let mut arrived = HashMap::new();
            let mut offered = std::collections::HashSet::new();
            for (call, fails, wait) in calls {
                now += Duration::from_secs(wait);
                offered.insert(call);
                desk.offer(notice("dial_emergency", "lobby", call), now, nothing_done);
                for delivery in desk.take_due(now) {
                    let is_first = delivery.attempt == 1;
                    if fails && is_first {
                        prop_assert!(desk.failed(delivery, now));
                    } else {
                        *arrived.entry(delivery.notice.id()).or_insert(0) += 1;
                    }
                }
            }
            while let Some(due) = desk.next_due() {
                for delivery in desk.take_due(due) {
                    *arrived.entry(delivery.notice.id()).or_insert(0) += 1;
                }
            }
            prop_assert_eq!(arrived.len(), offered.len());
            prop_assert!(arrived.values().all(|count| *count == 1));
        }
    }
}
