//! Waiting for Twilio, in words.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use terminal as output;
use twilio::Wait;

/// Says that a command waits for Twilio. Requests are made side by side, so one line holds for all that wait.
pub fn tell_waits() -> impl Fn(Wait) + Send + Sync {
    let told_until = Mutex::new(Instant::now());
    move |wait| {
        let mut told_until = told_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if *told_until <= now {
            output::aside(&words_for(wait));
            *told_until = now + wait.pause;
        }
    }
}

fn words_for(Wait { asked, pause }: Wait) -> String {
    let seconds = pause.as_secs();
    match asked {
        Some(asked) if asked > pause => {
            format!("Twilio asks us to wait {} s; asking again in {seconds} s", asked.as_secs())
        }
        Some(asked) if !asked.is_zero() => format!("Twilio asks us to wait {} s", asked.as_secs()),
        _ => format!("Twilio is busy, or hard to reach; asking again in {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_said_in_seconds() {
        let words = |asked: Option<u64>, pause| {
            words_for(Wait { asked: asked.map(Duration::from_secs), pause: Duration::from_secs(pause) })
        };
        assert_eq!(words(Some(20), 23), "Twilio asks us to wait 20 s");
        assert_eq!(words(Some(100), 35), "Twilio asks us to wait 100 s; asking again in 35 s");
        assert!(words(None, 3).contains("asking again in 3 s"));
    }
}
