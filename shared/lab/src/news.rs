//! The news that the lab tells as it happens.

use std::time::Duration;

use tokio::sync::mpsc;

/// The kind of a piece of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A phone registered, or asked where it is registered.
    Registered,
    /// A phone went.
    Gone,
    /// A REGISTER was refused; the code is the SIP status.
    NotRegistered,
    /// A phone dials, or someone calls in from outside.
    Dials,
    /// The service was asked; the code is the HTTP status.
    Asked,
    /// The service could not be asked, or answered what Twilio does not take; the code is Twilio's error.
    Failed,
    /// The caller is answered: SIP 200.
    Answered,
    /// The caller hears a voice.
    Says,
    /// The caller hears a sound.
    Plays,
    /// From here on keys count.
    Listens,
    /// A key was pressed, and counts.
    Key,
    /// A key was pressed, and is lost.
    KeyLost,
    /// Someone is called.
    Calls,
    /// The called phone rings; the code is the SIP status.
    Rings,
    /// The called phone answered.
    Picks,
    /// Two are connected.
    Talk,
    /// A leg is over; the code is the SIP status, if there is one.
    LegOver,
    /// One side holds, or resumes.
    Holds,
    /// Someone sends the caller elsewhere (REFER).
    Refers,
    /// The call is refused; the code is the SIP status.
    Rejected,
    /// The caller is hung up.
    HangsUp,
    /// The call is over; what it says is how many packets of sound went by.
    Over,
    /// A call for help, which reaches nobody here.
    Help,
    /// Nobody documents what Twilio does here: the lab guesses.
    Assumed,
    /// Anything else that is worth a line.
    Note,
}

impl Kind {
    /// A word that stays the same, for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Gone => "gone",
            Self::NotRegistered => "not-registered",
            Self::Dials => "dials",
            Self::Asked => "asked",
            Self::Failed => "failed",
            Self::Answered => "answered",
            Self::Says => "says",
            Self::Plays => "plays",
            Self::Listens => "listens",
            Self::Key => "key",
            Self::KeyLost => "key-lost",
            Self::Calls => "calls",
            Self::Rings => "rings",
            Self::Picks => "picks-up",
            Self::Talk => "talk",
            Self::LegOver => "leg-over",
            Self::Holds => "holds",
            Self::Refers => "refers",
            Self::Rejected => "rejected",
            Self::HangsUp => "hangs-up",
            Self::Over => "over",
            Self::Help => "help",
            Self::Assumed => "assumed",
            Self::Note => "note",
        }
    }
}

/// A line of the transcript. It says who calls whom: it is for the desk, and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The call, counted from 1.
    pub call: Option<u32>,
    /// The kind.
    pub kind: Kind,
    /// The phone, number or URL that it is about.
    pub who: String,
    /// The news in words.
    pub what: String,
    /// A status or error.
    pub code: Option<u32>,
    /// How long the service took to answer.
    pub took: Option<Duration>,
}

/// Where news goes.
#[derive(Clone)]
pub(crate) struct Teller {
    call: Option<u32>,
    sender: mpsc::UnboundedSender<News>,
}

impl Teller {
    pub(crate) fn new(sender: mpsc::UnboundedSender<News>) -> Self {
        Self { call: None, sender }
    }

    /// For a call.
    pub(crate) fn of(&self, call: u32) -> Self {
        Self { call: Some(call), sender: self.sender.clone() }
    }

    pub(crate) fn tell(&self, kind: Kind, who: impl Into<String>, what: impl Into<String>) {
        self.tell_code(kind, who, what, None);
    }

    pub(crate) fn tell_code(
        &self,
        kind: Kind,
        who: impl Into<String>,
        what: impl Into<String>,
        code: Option<u32>,
    ) {
        let (who, what) = (who.into(), what.into());
        let _ = self.sender.send(News { call: self.call, kind, who, what, code, took: None });
    }

    /// The service was asked, and took so long.
    pub(crate) fn tell_asked(&self, who: &str, what: String, code: u32, took: Duration) {
        let (who, kind) = (who.to_owned(), Kind::Asked);
        let _ =
            self.sender.send(News { call: self.call, kind, who, what, code: Some(code), took: Some(took) });
    }
}
