//! The document and the verbs other than `<Dial>`.

use std::fmt::{self, Display};

use crate::dial::Dial;
use crate::xml::Tag;

/// A TwiML document. `Display` writes it as XML; send it as `text/xml`.
///
/// The empty document ends the call.
#[derive(Clone, Default)]
pub struct Response {
    verbs: Vec<Verb>,
}

/// One step of a document.
#[derive(Clone)]
pub enum Verb {
    /// Speaks.
    Say(Say),
    /// Plays the sound at a URL once.
    Play(String),
    /// Waits for so many seconds.
    Pause(u32),
    /// Connects the caller.
    Dial(Dial),
    /// Collects keys.
    Gather(Gather),
    /// Declines the call unanswered. Only means anything as the first verb of an unanswered call.
    Reject(RejectReason),
    /// Ends the call.
    Hangup,
}

/// The reason that the network gives a caller who is declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// Not in service; Twilio's default.
    Rejected,
    /// Busy tone.
    Busy,
}

/// Something to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    text: String,
    language: Option<&'static str>,
}

impl Say {
    /// Speaks `text` in a language by its BCP 47 tag, such as `en-US`.
    ///
    /// Twilio reads digits as a number, so space them out where each one matters.
    #[must_use]
    pub fn new(text: impl Into<String>, language: &'static str) -> Self {
        Self { text: text.into(), language: Some(language) }
    }
}

/// Something to hear while keys are awaited.
#[derive(Clone)]
pub enum Prompt {
    /// Speech.
    Say(Say),
    /// The sound at a URL, again and again until a key is pressed: a dial tone.
    Tone(String),
}

/// Collects keys (DTMF) and posts them to `action`, also when none came.
///
/// `#` ends the input at once; otherwise a pause of `timeout` seconds after the last key does.
/// Source: <https://www.twilio.com/docs/voice/twiml/gather>.
#[derive(Clone)]
pub struct Gather {
    action: String,
    timeout: u32,
    prompts: Vec<Prompt>,
}

impl Gather {
    /// Waits up to `timeout` seconds for the first key, and for each next one.
    #[must_use]
    pub fn new(action: impl Into<String>, timeout: u32) -> Self {
        Self { action: action.into(), timeout, prompts: Vec::new() }
    }

    /// Adds something to hear; the first key silences it.
    #[must_use]
    pub fn prompt(mut self, prompt: Prompt) -> Self {
        self.prompts.push(prompt);
        self
    }
}

impl Response {
    /// The empty document.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a verb.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verbs.push(verb);
        self
    }

    /// Adds a `<Say>`.
    #[must_use]
    pub fn say(self, say: Say) -> Self {
        self.verb(Verb::Say(say))
    }

    /// Adds a `<Pause>` of so many seconds.
    #[must_use]
    pub fn pause(self, seconds: u32) -> Self {
        self.verb(Verb::Pause(seconds))
    }

    /// Adds a `<Dial>`.
    #[must_use]
    pub fn dial(self, dial: Dial) -> Self {
        self.verb(Verb::Dial(dial))
    }

    /// Adds a `<Gather>`.
    #[must_use]
    pub fn gather(self, gather: Gather) -> Self {
        self.verb(Verb::Gather(gather))
    }

    /// Adds a `<Reject>`.
    #[must_use]
    pub fn reject(self, reason: RejectReason) -> Self {
        self.verb(Verb::Reject(reason))
    }

    /// Adds a `<Hangup>`.
    #[must_use]
    pub fn hangup(self) -> Self {
        self.verb(Verb::Hangup)
    }
}

impl Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        if self.verbs.is_empty() {
            return f.write_str("<Response/>");
        }
        f.write_str("<Response>")?;
        self.verbs.iter().try_for_each(|verb| verb.fmt(f))?;
        f.write_str("</Response>")
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.verbs.iter().map(Verb::name)).finish()
    }
}

impl Verb {
    /// The verb's name in TwiML.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Say(_) => "Say",
            Self::Play(_) => "Play",
            Self::Pause(_) => "Pause",
            Self::Dial(_) => "Dial",
            Self::Gather(_) => "Gather",
            Self::Reject(_) => "Reject",
            Self::Hangup => "Hangup",
        }
    }
}

impl Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(say) => say.fmt(f),
            Self::Play(url) => Tag::open(f, self.name())?.text(url),
            Self::Pause(seconds) => Tag::open(f, self.name())?.attribute("length", seconds)?.empty(),
            Self::Dial(dial) => dial.fmt(f),
            Self::Gather(gather) => gather.fmt(f),
            Self::Reject(RejectReason::Rejected) | Self::Hangup => Tag::open(f, self.name())?.empty(),
            Self::Reject(RejectReason::Busy) => {
                Tag::open(f, self.name())?.attribute("reason", "busy")?.empty()
            }
        }
    }
}

impl Display for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tag::open(f, "Say")?.optional("language", self.language)?.text(&self.text)
    }
}

impl Display for Gather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tag::open(f, "Gather")?
            .attribute("input", "dtmf")?
            .attribute("finishOnKey", '#')?
            .attribute("timeout", self.timeout)?
            // Silence is an answer too: the caller may have lost heart, and hears a word before the call ends.
            .attribute("actionOnEmptyResult", true)?
            .attribute("action", &self.action)?
            .content(|f| {
                self.prompts.iter().try_for_each(|prompt| match prompt {
                    Prompt::Say(say) => say.fmt(f),
                    // `loop="0"` repeats without end.
                    Prompt::Tone(url) => Tag::open(f, "Play")?.attribute("loop", 0)?.text(url),
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Noun;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

    #[test]
    fn the_empty_document_ends_the_call() {
        assert_eq!(Response::new().to_string(), format!("{HEAD}<Response/>"));
    }

    #[test]
    fn verbs_in_order() {
        let document = Response::new()
            .pause(2)
            .say(Say::new("Don't & won't", "en-US"))
            .gather(
                Gather::new("/outgoing/digits?try=2", 10)
                    .prompt(Prompt::Say(Say::new("Marque", "es-MX")))
                    .prompt(Prompt::Tone("https://example.org/tone.wav".into())),
            )
            .hangup();
        assert_eq!(
            document.to_string(),
            format!(
                "{HEAD}<Response><Pause length=\"2\"/><Say language=\"en-US\">Don&apos;t &amp; won&apos;t</Say>\
                 <Gather input=\"dtmf\" finishOnKey=\"#\" timeout=\"10\" actionOnEmptyResult=\"true\" \
                 action=\"/outgoing/digits?try=2\"><Say language=\"es-MX\">Marque</Say>\
                 <Play loop=\"0\">https://example.org/tone.wav</Play></Gather><Hangup/></Response>"
            )
        );
    }

    #[test]
    fn a_bare_reject_and_a_busy_one() {
        assert_eq!(
            Response::new().reject(RejectReason::Rejected).reject(RejectReason::Busy).to_string(),
            format!("{HEAD}<Response><Reject/><Reject reason=\"busy\"/></Response>")
        );
    }

    #[test]
    fn debug_names_verbs_only() {
        let document = Response::new().dial(Dial::new("/a").noun(Noun::number("+15035550123"))).hangup();
        assert_eq!(format!("{document:?}"), "[\"Dial\", \"Hangup\"]");
    }
}
