//! The inputs and outputs of an exchange.

use std::time::Duration;

use crate::leg::{Leg, LegEnd, LegId};
use crate::request::{FetchError, Request};
use crate::rules::Rule;

/// Something that is being spoken or played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaybackId(pub(crate) u32);

/// A timer that was set. One that no longer matters may fire all the same: it is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId(pub(crate) u32);

/// The party that sent a REFER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The phone that called.
    Caller,
    /// The other side of a leg.
    Leg(LegId),
}

/// Something that happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// The answer to [`Output::Fetch`], with a 2xx status.
    Document {
        /// The `Content-Type` header, or nothing.
        content_type: &'a str,
        /// The body, which must be UTF-8.
        body: &'a str,
    },
    /// [`Output::Fetch`] brought no document.
    FetchFailed(FetchError),
    /// The caller pressed a key: `0` to `9`, `*` or `#`. Other characters are no keys, and are ignored.
    Key(char),
    /// A playback has come to its end. One that loops without end never does.
    Played(PlaybackId),
    /// The other side of a leg rings.
    LegRings(LegId),
    /// The other side of a leg answered.
    LegAnswers(LegId),
    /// A leg is over, also one that the exchange ended with [`Output::EndLeg`].
    LegEnds(LegId, LegEnd),
    /// One side of the Dial sent a REFER.
    Refer {
        /// The sender.
        from: Party,
        /// The Refer-To value.
        target: &'a str,
    },
    /// A timer fired.
    Timer(TimerId),
    /// The caller hung up.
    CallerHangsUp,
}

/// A sound that a person hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// Text is spoken.
    Say {
        /// The words.
        text: String,
        /// A BCP 47 tag; Twilio's own default is `en-US`.
        language: Option<String>,
        /// Twilio's name of the voice.
        voice: Option<String>,
    },
    /// A file is played.
    File {
        /// The text of the `<Play>` as it was written.
        url: String,
        /// The absolute URL.
        at: String,
    },
    /// Keys are played as tones.
    Digits(String),
    /// Nothing.
    Silence {
        /// For how long.
        seconds: u32,
    },
    /// Twilio's own recording: an application error has occurred, goodbye.
    ApplicationError,
}

/// How often Twilio plays what has `loop="0"`, unless the call ends before
/// (<https://www.twilio.com/docs/voice/twiml/play#loop>).
pub const MOST_PLAYS: u32 = 1000;

/// Something to speak or play, until it ends ([`Input::Played`]) or [`Output::Stop`] comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playback {
    /// Names it in what follows.
    pub id: PlaybackId,
    /// The sound.
    pub sound: Sound,
    /// How often; without a number, again and again: [`MOST_PLAYS`] times.
    pub times: Option<u32>,
}

/// Legs to ring at the same time.
#[derive(Debug, Clone)]
pub struct Dial {
    /// Whom to ring.
    pub legs: Vec<Leg>,
    /// The number that is shown, if the document names one; else the caller's.
    pub caller_id: Option<String>,
    /// For how many seconds the document lets it ring. The exchange keeps this time, with its default and limits.
    pub timeout: Option<u32>,
    /// For how many seconds the document lets them talk. The exchange keeps this time, too.
    pub time_limit: Option<u32>,
    /// Whether a REFER of a leg is taken.
    pub takes_refer: bool,
}

/// Something that the host does.
#[derive(Debug)]
pub enum Output {
    /// Send a signed request for a document, and say what came of it. There is never more than one under way.
    Fetch(Request),
    /// Send a signed request whose answer does not matter.
    Report(Request),
    /// Answer the caller: SIP 200.
    Answer,
    /// Speak or play.
    Play(Playback),
    /// Stop a playback at once.
    Stop(PlaybackId),
    /// From here on keys count: a `<Gather>` has begun.
    GatherStarts,
    /// Keys do not count any more.
    GatherStops,
    /// A key was pressed that does not count.
    KeyLost(char),
    /// Place legs.
    Dial(Dial),
    /// End a leg: cancel it while it rings, hang up after an answer. The host says when it is over, by
    /// [`Input::LegEnds`].
    EndLeg(LegId),
    /// Connect the caller with a leg that answered.
    Bridge(LegId),
    /// Accept a REFER: SIP 202.
    TakeRefer(Party),
    /// Refuse a REFER: SIP 603. The rule that says so, if there is one: [`Rule::ReferWithoutUrl`] is an error of the account.
    RefuseRefer(Party, Option<Rule>),
    /// The document goes on elsewhere; the request follows. The text is as it was written.
    Redirect(String),
    /// Set a timer.
    Timer(TimerId, Duration),
    /// An element is passed over.
    Skip {
        /// Its name.
        name: String,
        /// [`Rule::UnknownVerb`], or [`Rule::NotPlayed`].
        why: Rule,
    },
    /// A document could not be had; what follows is the fallback or the application error.
    Failed(FetchError),
    /// A rule that nobody documents decided: a host says so, marked as assumed.
    Assumed(Rule),
    /// Refuse the call, or hang up if it is answered: with SIP 486 if `busy`, else 404.
    Reject {
        /// The reason as it was written.
        reason: String,
        /// Whether it is `busy`.
        busy: bool,
    },
    /// Hang up on the caller: the document says so, or has come to its end.
    HangUp,
    /// The call is over. Nothing follows.
    Over(End),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The document ended it.
    HungUp,
    /// It was refused.
    Rejected,
    /// The caller hung up.
    CallerGone,
}
