//! The rules that Twilio follows, each with its source.

use std::fmt;

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Twilio's page says so.
    Documented(&'static str),
    /// Somebody published a capture that shows it.
    Seen(&'static str),
    /// Nobody says it: this is a guess, and the text says which.
    Assumed,
}

macro_rules! rules {
    ($($rule:ident $id:literal $source:expr, $text:literal;)+) => {
        /// A rule that the exchange plays by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $text] $rule,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// A short, stable name.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)+ }
            }

            /// The rule in words.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$rule => $text,)+ }
            }

            /// The source of the rule.
            #[must_use]
            pub fn source(self) -> Source {
                match self { $(Self::$rule => $source,)+ }
            }
        }
    };
}

use Source::{Assumed, Documented, Seen};

const TWIML: Source = Documented("https://www.twilio.com/docs/voice/twiml");
const SIP_TWIML: Source = Documented("https://www.twilio.com/docs/voice/api/sip-twiml");
const DIAL: Source = Documented("https://www.twilio.com/docs/voice/twiml/dial");
const NUMBER: Source = Documented("https://www.twilio.com/docs/voice/twiml/number");
const SIP: Source = Documented("https://www.twilio.com/docs/voice/twiml/sip");
const GATHER: Source = Documented("https://www.twilio.com/docs/voice/twiml/gather");
const REFER: Source = Documented("https://www.twilio.com/docs/voice/api/refer-to-twilio");

rules! {
    AnswerAtFirstVerb "answer.first-verb" SIP_TWIML,
        "The caller is answered at the first Say, Play, Gather or Dial; Redirect and a leading Pause leave it ringing.";
    AnswerOnBridge "answer.on-bridge" DIAL,
        "A Dial with answerOnBridge leaves the caller ringing until somebody answers.";
    HangupAnswers "answer.hangup" Documented("https://www.twilio.com/docs/voice/twiml/hangup"),
        "A document that ends, or a Hangup, answers the caller before it hangs up; only Reject does not.";
    HangupAfterDial "answer.hangup-after-dial" Assumed,
        "A caller who heard ringing only, and whom nobody answered, is not answered just to be hung up.";
    Reject "reject" Documented("https://www.twilio.com/docs/voice/twiml/reject"),
        "Reject ends a call that is not answered, as busy or rejected; nothing after it runs.";
    RejectAnswered "reject.answered" Assumed,
        "Reject hangs up when the caller is answered already.";
    KeysOutsideGather "keys.outside-gather" Documented("https://support.twilio.com/hc/en-us/articles/223180068"),
        "A key that is pressed outside a Gather is lost.";
    KeysCut "keys.cut" GATHER,
        "A key that is pressed while something nested in the Gather is spoken or played stops it, and counts.";
    GatherTimeout "gather.timeout" GATHER,
        "A Gather waits `timeout` seconds, 5 unless it says otherwise, after what is nested in it and after each key.";
    GatherEmpty "gather.empty" GATHER,
        "Without a digit the document goes on after the Gather, unless actionOnEmptyResult is set.";
    GatherFields "gather.fields" Seen("captures of Gather requests"),
        "The action of a Gather gets Digits, FinishedOnKey (blank when time ended it) and msg=Gather End.";
    FinishKeyAlone "gather.finish-key-alone" Assumed,
        "A finishing key ends the Gather even when no digit precedes it. A revision of Twilio's page says that it \
         does not.";
    SpeechIgnored "gather.speech" Assumed,
        "Speech is not recognised here: a Gather for speech hears nothing until its time is over.";
    DialAction "dial.action" DIAL,
        "When a Dial ends, its action takes the caller over; without one the document goes on.";
    DialActionStatus "dial.action-status" Assumed,
        "CallStatus on the action of a Dial is in-progress while the caller is there, even if nobody answered the caller.";
    DialTimeout "dial.timeout" DIAL,
        "A Dial rings for `timeout` seconds, 30 unless it says otherwise, at least 5 and at most 600.";
    DialTimeLimit "dial.time-limit" DIAL,
        "A conversation ends after `timeLimit` seconds, 14400 unless it says otherwise.";
    DialParallel "dial.parallel" DIAL,
        "Up to ten nouns ring at once, the first that answers wins, and the others are cancelled; with `sequential` \
         they ring one after another.";
    DialTooMany "dial.too-many" Assumed,
        "Nouns after the tenth are not dialled.";
    DialNobody "dial.nobody" Assumed,
        "A Dial without a noun fails at once.";
    DialMixed "dial.mixed" Assumed,
        "If nobody answers and the legs end differently, DialCallStatus is the first of busy, no-answer and failed \
         that one of them ended with; an ErrorCode is given if every leg has one.";
    DialSidUnanswered "dial.sid-unanswered" Assumed,
        "DialCallSid without an answer is that of the first leg.";
    DialGone "dial.caller-gone" Assumed,
        "The action is asked even when the caller is gone, with CallStatus completed, or canceled before an answer; \
         its document is ignored.";
    DialOrder "dial.order" Assumed,
        "When a Dial ends, the reports of its legs come first, then the request to its action.";
    HangupOnStar "dial.hangup-on-star" DIAL,
        "With hangupOnStar, a caller who presses * ends the conversation and the Dial.";
    LegEvents "leg.events" NUMBER,
        "A leg reports initiated, ringing, answered and completed as statusCallbackEvent lists them; completed alone \
         if it lists none.";
    LegSequence "leg.sequence" Assumed,
        "SequenceNumber counts the reports that are sent.";
    LegUnregistered "leg.unregistered" Seen("futel/dialplan-functions: no-answer with ErrorCode 32009"),
        "Dialling a phone that is not registered ends as no-answer with ErrorCode 32009.";
    LegUnregisteredReport "leg.unregistered-report" Assumed,
        "A leg to a phone that is not registered is reported like any other.";
    LegSilent "leg.silent" Assumed,
        "A registered phone that does not respond ends as no-answer with ErrorCode 32011.";
    LegNoSuchNumber "leg.no-such-number" Seen("captures of Dial actions: failed with ErrorCode 13224"),
        "A number that no carrier takes ends as failed with ErrorCode 13224.";
    LegNotOwned "leg.not-owned" Assumed,
        "A call of a phone to a number, with a callerId that the account does not own or without one, ends as failed with \
         ErrorCode 13214. Twilio's page says what a callerId must be, but not what the action is told.";
    LegRefused "leg.refused" Assumed,
        "A callee that answers 603 is busy; other refusals than 486, 600, 408, 480 and 487 have failed.";
    SipHeaders "leg.headers" SIP,
        "Headers after the question mark of a SIP URI are sent as headers of the INVITE.";
    ReferUrl "refer.url" REFER,
        "A REFER from a SIP leg asks referUrl with ReferTransferTarget, and the answer drives the caller.";
    ReferWithoutUrl "refer.without-url" Documented("https://www.twilio.com/docs/api/errors/13802"),
        "A REFER on a Dial without referUrl is an error (13802), and the call goes on.";
    ReferDrops "refer.drops" Assumed,
        "The leg that sent the REFER is hung up at once. Twilio's page says so without answerOnBridge; with it, the \
         leg stays until the new target answers.";
    ReferByCaller "refer.by-caller" Assumed,
        "A REFER of the caller is refused here. Twilio takes one, and drives the callee.";
    ReferHops "refer.hops" Assumed,
        "A call takes five REFERs, and refuses more.";
    FetchFallback "fetch.fallback" Documented("https://www.twilio.com/docs/availability-reliability"),
        "If a document cannot be had, the fallback URL is asked, with ErrorCode and ErrorUrl.";
    FetchFallbackAction "fetch.fallback-action" Assumed,
        "The fallback URL of the number or domain is asked also when the action of a verb fails, once a call.";
    FetchError "fetch.error" Documented("https://www.twilio.com/en-us/blog/a-hidden-gem-fallback-urls-html"),
        "Without a fallback, the caller hears that an application error has occurred, and is hung up.";
    ContentTypes "document.types" TWIML,
        "XML and HTML types are TwiML; audio is played, then the call ends; plain text is spoken unless it is TwiML.";
    UnknownVerb "document.unknown-verb" Documented("https://www.twilio.com/docs/api/errors/12200"),
        "An element that Twilio does not know is a warning (12200) and is passed over.";
    Loop "play.loop" Documented("https://www.twilio.com/docs/voice/twiml/play"),
        "A Say or Play is heard `loop` times, once unless it says otherwise; 0 means 1000 times, or until the call ends.";
    NotPlayed "document.not-played" Assumed,
        "A verb, noun or attribute that Twilio knows and the exchange does not play is passed over.";
}

impl Rule {
    /// Whether nobody says it.
    #[must_use]
    pub fn is_assumed(self) -> bool {
        self.source() == Source::Assumed
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documented(source) | Self::Seen(source) => f.write_str(source),
            Self::Assumed => f.write_str("[assumed]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_source() {
        let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.text().ends_with('.') && !rule.text().contains("  "), "{}", rule.text());
            if let Source::Documented(url) = rule.source() {
                assert!(url.starts_with("https://"), "{url}");
            }
        }
    }
}
