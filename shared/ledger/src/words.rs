//! The closed sets of words in the ledger, each with the small number that stands for it in the file.
//!
//! The numbers are part of the schema: add new ones at the end, and never give an old one another meaning.

use std::fmt;

macro_rules! set {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $code:literal $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item])* $variant = $code),+ }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number that stands for it in the file.
            #[must_use]
            pub fn code(self) -> i64 {
                self as i64
            }

            /// The variant that a number in the file stands for.
            #[must_use]
            pub fn of_code(code: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }

            /// The word for it in JSON, CSV and addresses of pages.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A set whose items are told to people, each in the words behind its colon.
macro_rules! told {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$item:meta])* $variant:ident = $code:literal $word:literal: $words:literal,)+
    }) => {
        set! { $(#[$doc])* $name { $($(#[$item])* $variant = $code $word,)+ } }

        impl $name {
            /// The item in words for people.
            #[must_use]
            pub fn in_words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
}

told! {
    /// The kind of an event: `UserEvent`, without the status or the error code that some carry.
    What {
        /// A phone asked for a call.
        DialOutgoing = 1 "dial_outgoing": "asked for a call",
        /// A number of the telephone network is dialled.
        DialPstn = 2 "dial_pstn": "dials a number",
        /// Phones of the network are dialled.
        DialExtension = 3 "dial_extension": "calls another phone",
        /// The Asterisk server is dialled.
        DialAsterisk = 4 "dial_sip_asterisk": "reaches the menu or operator",
        /// An emergency service is dialled.
        DialEmergency = 5 "dial_emergency": "CALLS FOR HELP",
        /// 933, the test of 911, is dialled.
        DialAddressTest = 6 "dial_address_test": "makes a drill with 933",
        /// The call is refused.
        Reject = 7 "reject": "was refused",
        /// A call from the telephone network rings a phone.
        DialIncoming = 8 "dial_sip_e164": "rings",
        /// An outgoing Dial has ended.
        OutgoingCall = 9 "outgoing_call": "call has ended",
        /// How it ended.
        OutgoingEnded = 10 "outgoing_dialstatus": "outgoing call",
        /// An incoming Dial has ended.
        IncomingCall = 11 "incoming_call": "call has ended",
        /// How it ended.
        IncomingEnded = 12 "incoming_dialstatus": "incoming call",
        /// Twilio gave an error code with the end of a Dial or a leg.
        Error = 13 "error": "error",
        /// Twilio's debugger reported an error.
        TwilioError = 14 "twilio-error": "error",
        /// A call for help is refused.
        EmergencyRefused = 15 "emergency_refused": "was REFUSED a call for help",
        /// A call for help reached nobody.
        EmergencyFailed = 16 "emergency_failed": "called for help and REACHED NOBODY",
        /// Twilio's list of calls has a leg that this phone answered.
        Answered = 17 "answered": "answered",
        /// An event that this program does not know. Its name is not kept.
        Other = 18 "other": "something else happened",
    }
}

told! {
    /// How a person is told of a call for help, as `[[notify]]` has it.
    Channel {
        /// A text message.
        Sms = 1 "sms": "text message",
        /// A call in which a voice says it.
        Call = 2 "call": "spoken call",
        /// A signed POST.
        Webhook = 3 "webhook": "webhook",
        /// A mail.
        Mail = 4 "mail": "mail",
    }
}

set! {
    /// Where a call goes. Of several in one call, the last in this order is kept.
    Destination {
        /// Not known: the call was refused, or Dialtone was never asked.
        Unknown = 0 "unknown",
        /// The telephone network.
        Pstn = 1 "pstn",
        /// A phone of the network.
        Phone = 2 "phone",
        /// The Asterisk server: menus and operators.
        Asterisk = 3 "asterisk",
        /// 933, the test of 911.
        AddressTest = 4 "address_test",
        /// An emergency service.
        Emergency = 5 "emergency",
    }
}

told! {
    /// How a call ended.
    Ending {
        /// Not yet, or nobody said so.
        None = 0 "none": "under way",
        /// Twilio gave a status that this program does not know.
        Unknown = 1 "unknown": "ended, Twilio did not say how",
        /// The caller hung up first.
        Canceled = 2 "canceled": "caller hung up",
        /// The other side was busy.
        Busy = 3 "busy": "busy",
        /// Nobody answered.
        NoAnswer = 4 "no-answer": "no answer",
        /// It could not be placed.
        Failed = 5 "failed": "could not be placed",
        /// It was answered, and is over.
        Completed = 6 "completed": "answered",
        /// Dialtone refused it.
        Refused = 7 "refused": "refused",
    }
}

impl Ending {
    /// Reads Twilio's `DialCallStatus` or the status of a leg.
    #[must_use]
    pub fn of_status(status: &str) -> Self {
        match status {
            "answered" | "completed" => Self::Completed,
            "queued" | "initiated" | "ringing" | "in-progress" => Self::None,
            other => Self::parse(other).filter(|ending| *ending != Self::Refused).unwrap_or(Self::Unknown),
        }
    }

    /// Whether somebody has to wonder why: the call was placed, and did not come to a conversation for another
    /// reason than the people at its ends.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown)
    }
}

set! {
    /// The direction of a call, seen from the phone.
    Way {
        /// Not known.
        Unknown = 0 "unknown",
        /// The phone calls.
        Outgoing = 1 "outgoing",
        /// The phone is called.
        Incoming = 2 "incoming",
    }
}

told! {
    /// Why a call was refused: the words of `dialplan::Reason`.
    Why {
        /// A reason that this program does not know.
        Other = 1 "other": "another reason",
        /// The dialled text is not a number.
        InvalidNumber = 2 "invalid_number": "no valid number",
        /// The number's country is not allowed.
        CountryNotAllowed = 3 "country_not_allowed": "foreign country",
        /// The callee would be paid for the call.
        Premium = 4 "premium": "premium number",
        /// A short code without an entry, or a number that is tied to no place.
        SpecialService = 5 "special_service": "special service",
        /// On a block list.
        Blocked = 6 "blocked": "on a block list",
        /// The phone dialled itself.
        OwnNumber = 7 "own_number": "its own number",
        /// The phone asked for its number to be hidden.
        CallerIdBlock = 8 "caller_id_block": "hides its number",
        /// The phone may not call emergency services.
        EmergencyDisabled = 9 "emergency_disabled": "may not call help",
        /// The caller is no phone of this network.
        UnknownCaller = 10 "unknown_caller": "unknown phone",
        /// The caller's SIP domain is another stage's.
        ForeignDomain = 11 "foreign_domain": "other SIP domain",
        /// Somebody else's user name stood in `From`.
        Impostor = 12 "impostor": "impostor",
    }
}

told! {
    /// A call's relation to help.
    Help {
        /// Nothing.
        None = 0 "none": "no call for help",
        /// A drill: 933.
        Drill = 1 "drill": "drill (933)",
        /// A real call for help.
        Emergency = 2 "emergency": "call for help",
        /// A call for help that was refused.
        Refused = 3 "refused": "call for help REFUSED",
        /// A call for help that reached nobody.
        Failed = 4 "failed": "call for help FAILED",
    }
}

impl What {
    /// Whether it says that a Dial has ended.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::OutgoingEnded | Self::IncomingEnded)
    }

    /// Whether it tells a person nothing: of the two events at the end of a Dial the one that does not say how, and
    /// what this program does not know.
    #[must_use]
    pub fn is_noise(self) -> bool {
        matches!(self, Self::OutgoingCall | Self::IncomingCall | Self::Other)
    }

    /// Whether it carries an error code.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::TwilioError)
    }

    /// Where a call goes in which it happens.
    #[must_use]
    pub fn destination(self) -> Destination {
        match self {
            Self::DialPstn => Destination::Pstn,
            Self::DialExtension => Destination::Phone,
            Self::DialAsterisk => Destination::Asterisk,
            Self::DialAddressTest => Destination::AddressTest,
            Self::DialEmergency | Self::EmergencyRefused | Self::EmergencyFailed => Destination::Emergency,
            _ => Destination::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_dial_plan_has_a_word() {
        for reason in dialplan::Reason::ALL {
            assert!(Why::parse(reason.as_str()).is_some(), "{}", reason.as_str());
        }
    }

    #[test]
    fn numbers_and_words_are_read_back() {
        for what in What::ALL {
            assert_eq!(What::of_code(what.code()), Some(*what));
            assert_eq!(What::parse(what.as_str()), Some(*what));
        }
        assert_eq!(What::of_code(99), None);
        assert!(Ending::ALL.iter().all(|ending| ending.code() < 16), "four bits hold an ending");
    }

    #[test]
    fn a_status_is_an_ending() {
        assert_eq!(Ending::of_status("completed"), Ending::Completed);
        assert_eq!(Ending::of_status("answered"), Ending::Completed);
        assert_eq!(Ending::of_status("no-answer"), Ending::NoAnswer);
        assert_eq!(Ending::of_status("in-progress"), Ending::None);
        assert_eq!(Ending::of_status("refused"), Ending::Unknown);
        assert_eq!(Ending::of_status("weird"), Ending::Unknown);
    }
}
