//! The files that wait to be fetched, each behind a path that nobody can guess.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

/// For how long a download that broke off may be begun again.
const RETRY: Duration = Duration::from_secs(60);

/// The files that wait. A clone is the same shelf.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<HashMap<String, Item>>>);

struct Item {
    phone: String,
    bytes: Bytes,
    is_secret: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    /// It is on its way since then.
    Sending(Instant),
    /// It broke off; the first try was then.
    Broken(Instant),
    Fetched,
}

/// The answer that a path leads to.
pub(crate) enum Answer {
    /// The file, and the parcel that must hear whether it went out.
    File(Bytes, Parcel),
    /// It was here once.
    Gone,
    /// It never was.
    Nothing,
}

/// A file on its way. If it is dropped before it has arrived, it broke off.
pub(crate) struct Parcel {
    shelf: Shelf,
    path: String,
    has_arrived: bool,
}

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file behind a path, which begins with a slash and which nobody may guess if the file is secret.
    pub fn put(&self, path: String, phone: &str, bytes: Vec<u8>, is_secret: bool) {
        let item = Item { phone: phone.to_owned(), bytes: bytes.into(), is_secret, state: State::Waiting };
        self.items().insert(path, item);
    }

    /// Looks without taking: for HEAD.
    pub(crate) fn length(&self, path: &str, now: Instant) -> Option<Result<usize, ()>> {
        self.items().get(path).map(|item| if item.may_be_taken(now) { Ok(item.bytes.len()) } else { Err(()) })
    }

    /// Takes a file. One that holds no secret can be taken again and again: a Polycom reads its boot file twice.
    pub(crate) fn take(&self, path: &str, now: Instant) -> Answer {
        let mut items = self.items();
        let Some(item) = items.get_mut(path) else { return Answer::Nothing };
        if !item.may_be_taken(now) {
            return Answer::Gone;
        }
        item.state = match item.state {
            State::Waiting => State::Sending(now),
            State::Broken(first) => State::Sending(first),
            other => other,
        };
        let parcel = Parcel { shelf: self.clone(), path: path.to_owned(), has_arrived: false };
        Answer::File(item.bytes.clone(), parcel)
    }

    /// The phones that have not fetched all of their files, by name.
    #[must_use]
    pub fn waiting(&self) -> Vec<String> {
        let mut phones: Vec<_> = self
            .items()
            .values()
            .filter(|item| item.state != State::Fetched)
            .map(|item| item.phone.clone())
            .collect();
        phones.sort();
        phones.dedup();
        phones
    }

    /// The phone that a path is for.
    pub(crate) fn phone(&self, path: &str) -> Option<String> {
        self.items().get(path).map(|item| item.phone.clone())
    }

    fn items(&self) -> MutexGuard<'_, HashMap<String, Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Item {
    fn may_be_taken(&self, now: Instant) -> bool {
        match self.state {
            State::Waiting => true,
            State::Broken(first) => !self.is_secret || now.duration_since(first) < RETRY,
            State::Sending(_) | State::Fetched => !self.is_secret,
        }
    }
}

impl Parcel {
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The file went out, so the other side may have it.
    pub(crate) fn arrives(&mut self) {
        self.has_arrived = true;
        if let Some(item) = self.shelf.items().get_mut(&self.path) {
            item.state = State::Fetched;
        }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if !self.has_arrived
            && let Some(item) = self.shelf.items().get_mut(&self.path)
            && let State::Sending(first) = item.state
        {
            item.state = State::Broken(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(is_secret: bool) -> Shelf {
        let shelf = Shelf::new();
        shelf.put("/token/file".into(), "lobby", b"content".to_vec(), is_secret);
        shelf
    }

    fn take(shelf: &Shelf, now: Instant) -> Option<Parcel> {
        match shelf.take("/token/file", now) {
            Answer::File(_, parcel) => Some(parcel),
            Answer::Gone => None,
            Answer::Nothing => panic!("it is there"),
        }
    }

    #[test]
    fn a_secret_is_handed_out_once() {
        let (shelf, now) = (shelf(true), Instant::now());
        assert!(matches!(shelf.length("/token/file", now), Some(Ok(7))), "a look takes nothing");
        let mut parcel = take(&shelf, now).unwrap();
        assert!(take(&shelf, now).is_none(), "not while another has it");
        parcel.arrives();
        drop(parcel);
        assert!(take(&shelf, now).is_none());
        assert!(matches!(shelf.length("/token/file", now), Some(Err(()))));
        assert!(shelf.waiting().is_empty());
    }

    #[test]
    fn what_broke_off_can_be_fetched_within_the_minute() {
        let (shelf, now) = (shelf(true), Instant::now());
        drop(take(&shelf, now).unwrap());
        assert_eq!(shelf.waiting(), ["lobby"]);
        let later = now + Duration::from_secs(59);
        drop(take(&shelf, later).unwrap());
        assert!(take(&shelf, now + RETRY).is_none(), "the minute began with the first try");
        assert_eq!(shelf.waiting(), ["lobby"]);
    }

    #[test]
    fn what_is_no_secret_can_be_fetched_again() {
        let (shelf, now) = (shelf(false), Instant::now());
        for _ in 0..3 {
            take(&shelf, now).unwrap().arrives();
        }
        drop(take(&shelf, now).unwrap());
        assert!(shelf.waiting().is_empty(), "once is enough");
    }

    #[test]
    fn other_paths_lead_nowhere() {
        let shelf = shelf(true);
        for path in ["/", "/token", "/token/", "/token/file/", "/token/other", "/TOKEN/file", ""] {
            assert!(matches!(shelf.take(path, Instant::now()), Answer::Nothing), "{path}");
            assert!(shelf.length(path, Instant::now()).is_none(), "{path}");
        }
    }
}
