//! Sounds for the caller.

use std::sync::Arc;
use std::time::Duration;

use exchange::{MOST_PLAYS, Playback, Sound as Heard};

use super::{Call, Happening, Played};
use crate::news::Kind;
use crate::sound::{RATE, dial_tone, keys, read_wav};

/// The sentence that Twilio says when a document cannot be had (<https://www.twilio.com/docs/api/errors/11200>).
const APPLICATION_ERROR: &str = "We are sorry. An application error has occurred. Goodbye.";

/// For how long the lab's own dial tone sounds where a file cannot be had.
const TONE: u32 = 10_000;

impl Call {
    pub(super) fn play(&mut self, playback: Playback) {
        let Playback { id, sound, times } = playback;
        let times = Some(times.unwrap_or(MOST_PLAYS));
        let who = self.caller.name().to_owned();
        let id = Played::Exchange(id);
        match sound {
            Heard::Silence { seconds } => {
                // Before the answer there is no sound, and time passes all the same.
                if let Played::Exchange(id) = id {
                    self.later(Duration::from_secs(seconds.into()), Happening::Played(id));
                }
            }
            Heard::Say { text, language, .. } => {
                self.teller.tell(Kind::Says, who, text.clone());
                self.speak(id, text, language.unwrap_or_else(|| "en-US".to_owned()), times);
            }
            Heard::ApplicationError => {
                self.teller.tell(Kind::Says, who, APPLICATION_ERROR);
                self.speak(id, APPLICATION_ERROR.to_owned(), "en-US".to_owned(), times);
            }
            Heard::Digits(digits) => {
                self.teller.tell(Kind::Plays, who, format!("the tones of {digits}"));
                self.made(id, keys(&digits).into(), times);
            }
            Heard::File { at, .. } => {
                self.teller.tell(Kind::Plays, who, at.clone());
                let (service, happenings) = (Arc::clone(&self.lab.service), self.happenings.clone());
                let teller = self.teller.clone();
                tokio::spawn(async move {
                    let file = service.sound(at).await;
                    let samples = file.as_deref().and_then(read_wav).unwrap_or_else(|| {
                        let what =
                            "the file cannot be had, or is no WAV file: a dial tone of the lab's is heard";
                        teller.tell(Kind::Note, "sound", what);
                        dial_tone(TONE)
                    });
                    let _ = happenings.send(Happening::Made { id, samples: samples.into(), times });
                });
            }
        }
    }

    /// Has a text spoken on another thread.
    pub(super) fn speak(&self, id: Played, text: String, language: String, times: Option<u32>) {
        let (voice, happenings) = (Arc::clone(&self.lab.voice), self.happenings.clone());
        tokio::task::spawn_blocking(move || {
            let samples = voice.say(&text, &language);
            let _ = happenings.send(Happening::Made { id, samples, times });
        });
    }

    pub(super) fn made(&mut self, id: Played, samples: Arc<[i16]>, times: Option<u32>) {
        if let Played::Exchange(id) = id
            && self.stopped.contains(&id)
        {
            return;
        }
        match (self.caller.sound(), id) {
            (Some(sound), id) => sound.play(id, samples, times),
            // Nobody listens, and it takes its time all the same.
            (None, Played::Exchange(id)) => {
                let milliseconds = samples.len() as u64 * 1000 / u64::from(RATE);
                if let Some(times) = times {
                    let after = Duration::from_millis(milliseconds * u64::from(times));
                    self.later(after, Happening::Played(id));
                }
            }
            (None, Played::Own) => self.play_to_leg(samples, times),
        }
    }
}
