//! The connections of a serving process: how many there may be, and which one makes room for the next.
//!
//! Twilio sends a request at once and takes its answer at once. A client that holds a connection open without either must
//! not keep the next caller out, so the connection that has waited for its client the longest gives way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use rustix::process::{Resource, getrlimit};
use tokio::task::AbortHandle;

/// The most connections, however many files the process may open: with heads and small bodies of 16 KiB each, they take
/// less than 50 MB.
const MOST: usize = 1_000;

/// How many files are left for everything else: the listener, the journal, the log, SNS.
const RESERVE: u64 = 24;

/// How much of a body is taken in any case. Twilio's are a tenth of it.
const SMALL_BODY: usize = 16 * 1024;

/// How much larger bodies may take together.
const ALL_BODIES: usize = 8 * 1024 * 1024;

/// All connections.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    start: Instant,
    most: usize,
    open: Mutex<HashMap<u64, Open>>,
    next: AtomicU64,
    /// Bytes of bodies beyond the small part of each.
    large: AtomicUsize,
    evicted: AtomicU64,
    /// How many have not asked anything yet.
    fresh: AtomicUsize,
}

struct Open {
    waiting_since: Arc<AtomicU64>,
    /// The handle that ends it. Not known in the moment between its place and its task.
    abort: Option<AbortHandle>,
}

/// The place of one connection. It is given up when this is dropped.
pub(crate) struct Place {
    all: Connections,
    id: u64,
    waiting_since: Arc<AtomicU64>,
    has_asked: AtomicBool,
}

impl Connections {
    pub(crate) fn new() -> Self {
        // Unlimited is `None`.
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = usize::try_from(files.saturating_sub(RESERVE)).unwrap_or(MOST).clamp(8, MOST);
        Self(Arc::new(Inner {
            start: Instant::now(),
            most,
            open: Mutex::default(),
            next: AtomicU64::new(0),
            large: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            fresh: AtomicUsize::new(0),
        }))
    }

    /// A place for a new connection. If there is none, the one that has waited the longest gives way.
    pub(crate) fn place(&self) -> Place {
        let mut open = self.open();
        if open.len() >= self.0.most {
            Self::evict(&self.0, &mut open);
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let waiting_since = Arc::new(AtomicU64::new(self.now()));
        self.0.fresh.fetch_add(1, Ordering::Relaxed);
        open.insert(id, Open { waiting_since: Arc::clone(&waiting_since), abort: None });
        Place { all: self.clone(), id, waiting_since, has_asked: AtomicBool::new(false) }
    }

    /// Ends the connection that has waited the longest, since no file is left for another.
    pub(crate) fn make_room(&self) {
        Self::evict(&self.0, &mut self.open());
    }

    /// How many had to give way since the start.
    pub(crate) fn evicted(&self) -> u64 {
        self.0.evicted.load(Ordering::Relaxed)
    }

    /// How many connections have not asked anything yet.
    pub(crate) fn fresh(&self) -> usize {
        self.0.fresh.load(Ordering::Relaxed)
    }

    fn evict(inner: &Inner, open: &mut HashMap<u64, Open>) {
        let waiting = open.iter().filter(|(_, open)| open.abort.is_some());
        let oldest = waiting.min_by_key(|(id, open)| (open.waiting_since.load(Ordering::Relaxed), **id));
        let Some(id) = oldest.map(|(id, _)| *id) else { return };
        if let Some(abort) = open.remove(&id).and_then(|open| open.abort) {
            abort.abort();
            inner.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Place {
    /// Names what ends the connection.
    pub(crate) fn ends_with(all: &Connections, id: u64, abort: AbortHandle) {
        if let Some(open) = all.open().get_mut(&id) {
            open.abort = Some(abort);
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// A request has come.
    pub(crate) fn has_asked(&self) {
        if !self.has_asked.swap(true, Ordering::Relaxed) {
            self.all.0.fresh.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The client has done its part: from now on it is waited for anew.
    pub(crate) fn touch(&self) {
        self.waiting_since.store(self.all.now(), Ordering::Relaxed);
    }

    /// The whole body of a request, unless it is too large, or all bodies together are.
    pub(crate) async fn body(&self, mut body: Incoming) -> Result<Bytes, StatusCode> {
        if body.size_hint().lower() > webhook::MAX_BODY as u64 {
            pass_over(&mut body).await;
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let mut whole = Vec::new();
        let mut large = Large { all: &self.all, bytes: 0 };
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
            let length = whole.len() + data.len();
            if length > webhook::MAX_BODY {
                pass_over(&mut body).await;
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            // What is reserved takes memory, not what is in it.
            whole.reserve(data.len());
            large.grow(whole.capacity().saturating_sub(SMALL_BODY))?;
            whole.extend_from_slice(&data);
        }
        Ok(whole.into())
    }
}

/// How much of a body that is too large is read, and thrown away: a client that is cut off while it sends sees a broken
/// connection and never the answer.
const PASSED_OVER: usize = 4 * webhook::MAX_BODY;

/// For how long it is read. A client that sends nothing has its answer after this time.
const PASSING_OVER: Duration = Duration::from_millis(250);

/// Reads a body and keeps nothing of it.
async fn pass_over(body: &mut Incoming) {
    let reading = async {
        let mut length = 0;
        while let Some(Ok(frame)) = body.frame().await {
            length += frame.data_ref().map_or(0, Bytes::len);
            if length > PASSED_OVER {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(PASSING_OVER, reading).await;
}

impl Drop for Place {
    fn drop(&mut self) {
        if !*self.has_asked.get_mut() {
            self.all.0.fresh.fetch_sub(1, Ordering::Relaxed);
        }
        self.all.open().remove(&self.id);
    }
}

/// One body's share of the room for large ones.
struct Large<'c> {
    all: &'c Connections,
    bytes: usize,
}

impl Large<'_> {
    fn grow(&mut self, bytes: usize) -> Result<(), StatusCode> {
        let more = bytes.saturating_sub(self.bytes);
        let before = self.all.0.large.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        if more > 0 && before + more > ALL_BODIES { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(()) }
    }
}

impl Drop for Large<'_> {
    fn drop(&mut self) {
        self.all.0.large.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_places(most: usize) -> Connections {
        let mut all = Connections::new();
        Arc::get_mut(&mut all.0).unwrap().most = most;
        all
    }

    #[tokio::test]
    async fn the_one_that_waited_longest_gives_way() {
        let all = with_places(2);
        let (mut tasks, mut places) = (Vec::new(), Vec::new());
        for i in 0..3 {
            let place = all.place();
            let task = tokio::spawn(std::future::pending::<()>());
            Place::ends_with(&all, place.id(), task.abort_handle());
            tasks.push(task);
            places.push(place);
            if i == 1 {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                places[0].touch();
            }
        }
        tokio::task::yield_now().await;
        assert_eq!(
            tasks.iter().map(tokio::task::JoinHandle::is_finished).collect::<Vec<_>>(),
            [false, true, false]
        );
        assert_eq!(all.evicted(), 1);
        (0..2).for_each(|_| places[0].has_asked());
        assert_eq!(all.fresh(), 2);
        drop(places);
        assert_eq!((all.open().len(), all.fresh()), (0, 0));
    }

    #[test]
    fn all_large_bodies_together_have_a_limit() {
        let all = with_places(2);
        let mut one = Large { all: &all, bytes: 0 };
        one.grow(ALL_BODIES).unwrap();
        let mut other = Large { all: &all, bytes: 0 };
        other.grow(0).unwrap();
        assert_eq!(other.grow(1), Err(StatusCode::SERVICE_UNAVAILABLE));
        drop(other);
        drop(one);
        assert_eq!(all.0.large.load(Ordering::Relaxed), 0);
    }
}
