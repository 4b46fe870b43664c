//! A voice for what Twilio would say: espeak-ng where it is installed, `say` on macOS, or else beeps.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use crate::sound::{beeps, read_wav};

/// The program that speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// espeak-ng (<https://github.com/espeak-ng/espeak-ng>).
    EspeakNg,
    /// The command of macOS.
    Say,
    /// Nothing speaks: a beep for each word.
    Beeps,
}

impl Speaker {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EspeakNg => "espeak-ng",
            Self::Say => "say",
            Self::Beeps => "beeps",
        }
    }
}

/// Sounds by text and language.
type Spoken = HashMap<(String, String), Arc<[i16]>>;

/// Speaks, and remembers what it has spoken.
pub struct Voice {
    speaker: Speaker,
    spoken: Mutex<Spoken>,
}

impl Voice {
    /// The best speaker that is installed.
    #[must_use]
    pub fn find() -> Self {
        let works = |command: &str, argument: &str| {
            let found = Command::new(command)
                .arg(argument)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            found.is_ok_and(|status| status.success())
        };
        let speaker = if works("espeak-ng", "--version") {
            Speaker::EspeakNg
        } else if cfg!(target_os = "macos") && works("say", "-v?") {
            Speaker::Say
        } else {
            Speaker::Beeps
        };
        Self::with(speaker)
    }

    /// This speaker.
    #[must_use]
    pub fn with(speaker: Speaker) -> Self {
        Self { speaker, spoken: Mutex::default() }
    }

    /// The program that speaks.
    #[must_use]
    pub fn speaker(&self) -> Speaker {
        self.speaker
    }

    /// The sound of a text. It takes a few milliseconds the first time, so it belongs on a thread that may wait.
    #[must_use]
    pub fn say(&self, text: &str, language: &str) -> Arc<[i16]> {
        let key = (text.to_owned(), language.to_owned());
        if let Some(known) = self.spoken().get(&key) {
            return Arc::clone(known);
        }
        let sound: Arc<[i16]> = self.speak(text, language).unwrap_or_else(|| beeps(text)).into();
        self.spoken().insert(key, Arc::clone(&sound));
        sound
    }

    fn spoken(&self) -> std::sync::MutexGuard<'_, Spoken> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn speak(&self, text: &str, language: &str) -> Option<Vec<i16>> {
        let is_spanish = language.to_ascii_lowercase().starts_with("es");
        match self.speaker {
            Speaker::EspeakNg => {
                let voice = if is_spanish { "es-419" } else { "en-us" };
                // A text that begins with a dash is no option.
                let output = Command::new("espeak-ng")
                    .args(["-v", voice, "-s", "165", "--stdout", "--", text])
                    .stdin(Stdio::null())
                    .stderr(Stdio::null())
                    .output()
                    .ok()?;
                read_wav(&output.stdout)
            }
            Speaker::Say => {
                let file = std::env::temp_dir().join(format!("dialtone-lab-{}.wav", crate::digest::random()));
                let voice: &[&str] = if is_spanish { &["-v", "Paulina"] } else { &[] };
                let done = Command::new("say")
                    .args(voice)
                    .args(["--file-format=WAVE", "--data-format=LEI16@8000", "-o"])
                    .arg(&file)
                    .args(["--", text])
                    .stdin(Stdio::null())
                    .status();
                let sound = done.ok().and_then(|_| std::fs::read(&file).ok());
                let _ = std::fs::remove_file(&file);
                read_wav(&sound?)
            }
            Speaker::Beeps => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_voice_every_word_is_a_beep() {
        let voice = Voice::with(Speaker::Beeps);
        let sound = voice.say("please dial", "en-US");
        assert_eq!(sound.len(), 2 * 1_600);
        assert!(Arc::ptr_eq(&sound, &voice.say("please dial", "en-US")), "it is remembered");
    }

    #[test]
    fn what_is_installed_speaks() {
        let voice = Voice::find();
        let brief = voice.say("yes", "en-US");
        let long = voice.say("your call cannot be completed as dialed", "es-MX");
        assert!(long.len() > brief.len() && !brief.is_empty());
        assert!(long.iter().any(|sample| sample.abs() > 1_000), "it can be heard");
    }
}
