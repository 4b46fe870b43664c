//! What a run has made so far: printed while it goes on, and kept for its end.

use std::future::pending;
use std::io::{IsTerminal, stderr};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use provision::{Action, Observer, Summary, Unregistered};
use terminal::{self as output, Progress, about, time_left};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::line::line_of;
use crate::show;

/// After how long a step is worth a word of its own.
const SLOW: Duration = Duration::from_secs(1);
/// How much time has to be left to be worth a word.
const WORTH_SAYING: Duration = Duration::from_secs(5);
/// The signals that end a run, each with what a shell reports of a command that it has ended: 128 and its number. The
/// terminal sends the first at Ctrl-C and the last when it goes.
const ENDS: [(fn() -> SignalKind, i32); 3] =
    [(SignalKind::interrupt, 130), (SignalKind::terminate, 143), (SignalKind::hangup, 129)];

/// Prints progress, and answers Ctrl-C, SIGTERM and SIGHUP.
pub struct Watcher {
    is_quiet: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: Vec<Summary>,
    waits_for: String,
    unregistered: Vec<Unregistered>,
    under_way: Vec<Step>,
    /// Says that the account is being read.
    reading: Option<Progress>,
    /// When the first change was made, and how many had been made then.
    began: Option<(Instant, usize)>,
}

impl State {
    /// How long the rest takes, where that is worth a word. The first change is no measure, since many begin at once.
    fn left(&mut self, count: usize, total: usize, now: Instant) -> String {
        let (began, before) = *self.began.get_or_insert((now, count));
        let elapsed = now.duration_since(began);
        let left = time_left(count - before, total.saturating_sub(before), elapsed);
        match left.filter(|left| elapsed >= SLOW && *left >= WORTH_SAYING) {
            Some(left) => format!("  ({} left)", about(left)),
            None => String::new(),
        }
    }
}

struct Step {
    since: Instant,
    summary: Summary,
    is_told: bool,
}

impl Watcher {
    /// A watcher that from now on says what is done when a signal ends the run.
    pub fn new(is_quiet: bool) -> Arc<Self> {
        let watcher = Arc::new(Self { is_quiet, state: Mutex::default() });
        let watched = Arc::clone(&watcher);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return watcher };
        // Before the thread starts: a signal can come at once.
        let signals = {
            let _entered = runtime.enter();
            ENDS.map(|(kind, _)| signal(kind()).ok())
        };
        thread::spawn(move || runtime.block_on(watched.watch(signals)));
        watcher
    }

    /// A phone's password is about to be changed.
    pub fn rotates(&self, user: &str) -> Summary {
        let summary = Summary::new(Action::Update, "password", user);
        self.begun(&summary);
        summary
    }

    /// What was made.
    pub fn made_so_far(&self) -> Vec<Summary> {
        self.state().made.clone()
    }

    /// The numbers from which 911 does not work, as far as is known.
    pub fn without_help(&self) -> Vec<Unregistered> {
        self.state().unregistered.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn watch(&self, [mut interrupt, mut terminate, mut hang_up]: [Option<Signal>; 3]) {
        let [(_, on_interrupt), (_, on_terminate), (_, on_hang_up)] = ENDS;
        loop {
            tokio::select! {
                () = received(&mut interrupt) => self.interrupted(on_interrupt),
                () = received(&mut terminate) => self.interrupted(on_terminate),
                () = received(&mut hang_up) => self.interrupted(on_hang_up),
                () = tokio::time::sleep(SLOW / 4) => self.tell_slow_steps(),
            }
        }
    }

    fn interrupted(&self, code: i32) -> ! {
        output::aside("");
        self.ending().iter().for_each(|line| output::aside(line));
        process::exit(code)
    }

    /// What to say when a run ends in its middle.
    fn ending(&self) -> Vec<String> {
        let state = self.state();
        if state.made.is_empty() && state.under_way.is_empty() {
            return vec![show::NOTHING_CHANGED.to_owned()];
        }
        let made = show::count(state.made.len());
        let under_way = match state.under_way.len() {
            0 => String::new(),
            count => format!(", and {count} may have been made"),
        };
        let mut lines = vec![format!(
            "stopped: {made} made{under_way}; run the same command again: it goes on from here"
        )];
        lines.extend(show::help(&state.unregistered).iter().map(ToString::to_string));
        lines
    }

    fn tell_slow_steps(&self) {
        if self.is_quiet || !stderr().is_terminal() {
            return;
        }
        for line in self.slow_steps(Instant::now()) {
            output::aside(&line);
        }
    }

    /// Steps that take long, each once.
    fn slow_steps(&self, now: Instant) -> Vec<String> {
        let mut state = self.state();
        let slow = |step: &&mut Step| !step.is_told && now.duration_since(step.since) >= SLOW;
        let tell = |step: &mut Step| {
            step.is_told = true;
            format!("under way: {}", line_of(&step.summary))
        };
        state.under_way.iter_mut().filter(slow).map(tell).collect()
    }
}

/// Resolves when a signal arrives; never, if it cannot be caught.
async fn received(signal: &mut Option<Signal>) {
    let Some(signal) = signal else { return pending().await };
    if signal.recv().await.is_none() {
        pending::<()>().await;
    }
}

impl Observer for Watcher {
    fn begun(&self, summary: &Summary) {
        let step = Step { since: Instant::now(), summary: summary.clone(), is_told: false };
        self.state().under_way.push(step);
    }

    fn ended(&self, summary: &Summary) {
        let mut state = self.state();
        if let Some(place) = state.under_way.iter().position(|step| step.summary == *summary) {
            state.under_way.remove(place);
        }
    }

    fn made(&self, count: usize, total: usize, summary: &Summary) {
        let mut state = self.state();
        state.made.push(summary.clone());
        state.reading = None;
        if !self.is_quiet {
            // What was bought before the file was read again counts, too.
            let before = state.made.len().saturating_sub(count);
            let (count, total) = (state.made.len(), total + before);
            let width = total.to_string().len();
            let left = state.left(count, total, Instant::now());
            output::aside(&format!("[{count:>width$}/{total}] {}{left}", line_of(summary)));
        }
    }

    fn reading(&self, done: usize, total: usize) {
        if self.is_quiet {
            return;
        }
        let mut state = self.state();
        if done == total {
            state.reading = None;
            return;
        }
        let reading = state.reading.get_or_insert_with(|| Progress::counted("reading the account at Twilio"));
        reading.tell(done, total);
    }

    fn waiting(&self, what: &str) {
        let mut state = self.state();
        if !self.is_quiet && state.waits_for != what {
            output::aside(&format!("waiting: {what}"));
            what.clone_into(&mut state.waits_for);
        }
    }

    fn unregistered(&self, numbers: &[Unregistered]) {
        numbers.clone_into(&mut self.state().unregistered);
    }
}

#[cfg(test)]
mod tests {
    use provision::Registration;

    use super::*;

    fn summary(name: &str) -> Summary {
        Summary::new(Action::Create, "credential", name)
    }

    fn watcher() -> Watcher {
        Watcher { is_quiet: true, state: Mutex::default() }
    }

    #[test]
    fn a_step_that_takes_long_is_told_once() {
        let watcher = watcher();
        watcher.begun(&summary("lobby"));
        watcher.begun(&summary("porch"));
        watcher.ended(&summary("porch"));
        assert!(watcher.slow_steps(Instant::now()).is_empty());
        let later = Instant::now() + SLOW;
        let told = watcher.slow_steps(later);
        assert!(told.len() == 1 && told[0].contains("lobby"), "{told:?}");
        assert!(watcher.slow_steps(later).is_empty());
    }

    #[test]
    fn the_time_that_is_left_is_said_once_it_is_known() {
        let (mut state, now) = (State::default(), Instant::now());
        assert_eq!(state.left(1, 100, now), "");
        assert_eq!(state.left(2, 100, now), "", "one second is no measure");
        assert_eq!(state.left(11, 100, now + Duration::from_secs(10)), "  (about 89 s left)");
        assert_eq!(state.left(98, 100, now + Duration::from_secs(97)), "", "it is nearly done");
    }

    #[test]
    fn ctrl_c_says_what_is_done_and_where_help_is_missing() {
        let watcher = watcher();
        assert_eq!(watcher.ending(), ["nothing was changed"]);
        watcher.made(1, 2, &summary("lobby"));
        watcher.begun(&summary("porch"));
        let (number, status) = ("+15035550110".to_owned(), Registration::PendingUnregistration);
        watcher.unregistered(&[Unregistered { number, status }]);
        let text = watcher.ending().join("\n");
        for part in ["1 change made, and 1 may have been made", "do not rely on 911 from +15035550110"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
