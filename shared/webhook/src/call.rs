//! The requests about calls. Reading is total: an odd request is a poor one, never an error.

use std::fmt;

use crate::address::Address;
use crate::form::Form;
use crate::ids::CallSid;
use crate::status::{CallStatus, DialStatus, ErrorCode};

/// The fields of every request about a call (<https://www.twilio.com/docs/voice/twiml>).
///
/// `Debug` shows identifiers and kinds of addresses only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// `CallSid`: this leg.
    pub sid: Option<CallSid>,
    /// `ParentCallSid`: the leg that dialled this one.
    pub parent: Option<CallSid>,
    /// `From`, else the older `Caller`.
    pub from: Address,
    /// `To`, else the older `Called`.
    pub to: Address,
    /// `SipDomain`, in lower case, when a phone calls.
    pub sip_domain: Option<String>,
    /// `SipUsername`: the user name with which the phone authenticated. Twilio documents it, but is not known to send it
    /// always (`facts/twilio.md` A.2).
    pub sip_username: Option<String>,
    /// `Digits` that a `<Gather>` heard: none when there was no such thing, blank when nothing was pressed.
    pub digits: Option<String>,
    /// `FinishedOnKey`, the key that ended a `<Gather>`. Twilio sends it blank when time ran out.
    pub finished_on: Option<String>,
    /// `ReferTransferTarget`: where a REFER wants the call to go
    /// (<https://www.twilio.com/docs/voice/api/refer-to-twilio>).
    pub refer_target: Option<Address>,
}

impl Call {
    /// Reads a call.
    #[must_use]
    pub fn from_form(form: &Form) -> Self {
        let address = |name, older| {
            form.text(name).or_else(|| form.text(older)).map(Address::parse).unwrap_or_default()
        };
        Self {
            sid: sid(form, "CallSid"),
            parent: sid(form, "ParentCallSid"),
            from: address("From", "Caller"),
            to: address("To", "Called"),
            sip_domain: form.text("SipDomain").map(str::to_ascii_lowercase),
            sip_username: form.text("SipUsername").map(str::to_owned),
            digits: form.first("Digits").map(|digits| digits.trim().to_owned()),
            finished_on: form.text("FinishedOnKey").map(str::to_owned),
            refer_target: form.text("ReferTransferTarget").map(Address::parse),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("sid", &self.sid)
            .field("parent", &self.parent)
            .field("from", &self.from)
            .field("to", &self.to)
            .field("refer_target", &self.refer_target)
            .finish_non_exhaustive()
    }
}

/// A `<Dial>` is over, and its `action` is asked what comes next
/// (<https://www.twilio.com/docs/voice/twiml/dial>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialEnd {
    /// The call that dialled, the parent.
    pub call: Call,
    /// `DialCallStatus`.
    pub status: DialStatus,
    /// `DialBridged`: whether anyone was really spoken with.
    pub bridged: Option<bool>,
    /// `DialCallDuration`; zero when absent.
    pub duration_seconds: u32,
    /// `ErrorCode`, which Twilio does not document here: 32009 for a phone that is not registered.
    pub error: Option<ErrorCode>,
    /// `DialSipResponseCode`: how a SIP phone answered.
    pub sip_response: Option<u16>,
    /// `DialCallSid`: the leg that was dialled.
    pub child: Option<CallSid>,
}

impl DialEnd {
    /// Reads the end of a dial.
    #[must_use]
    pub fn from_form(form: &Form) -> Self {
        Self {
            call: Call::from_form(form),
            status: form.text("DialCallStatus").map(DialStatus::parse).unwrap_or_default(),
            bridged: form.text("DialBridged").and_then(|text| text.to_ascii_lowercase().parse().ok()),
            duration_seconds: duration(form, "DialCallDuration").unwrap_or_default(),
            error: form.text("ErrorCode").and_then(ErrorCode::parse),
            sip_response: sip_response(form, "DialSipResponseCode"),
            child: sid(form, "DialCallSid"),
        }
    }
}

/// A leg changed its state: a `statusCallback` (<https://www.twilio.com/docs/voice/twiml/number>).
///
/// Twilio does not keep their order; [`CallProgress::sequence`] tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallProgress {
    /// The leg.
    pub call: Call,
    /// `CallStatus`.
    pub status: CallStatus,
    /// `CallDuration`, when the leg is over. The similar `Duration` counts minutes.
    pub duration_seconds: Option<u32>,
    /// `ErrorCode`.
    pub error: Option<ErrorCode>,
    /// `SipResponseCode`, when the leg is over.
    pub sip_response: Option<u16>,
    /// `SequenceNumber`, from zero.
    pub sequence: Option<u32>,
}

impl CallProgress {
    /// Reads a step of a leg.
    #[must_use]
    pub fn from_form(form: &Form) -> Self {
        Self {
            call: Call::from_form(form),
            status: form.text("CallStatus").map(CallStatus::parse).unwrap_or_default(),
            duration_seconds: duration(form, "CallDuration"),
            error: form.text("ErrorCode").and_then(ErrorCode::parse),
            sip_response: sip_response(form, "SipResponseCode"),
            sequence: number(form, "SequenceNumber"),
        }
    }
}

fn sid(form: &Form, name: &str) -> Option<CallSid> {
    form.text(name).and_then(CallSid::parse)
}

fn number(form: &Form, name: &str) -> Option<u32> {
    form.text(name)?.parse().ok()
}

/// Seconds of a call. None lasts longer than a day (`timeLimit` of `<Dial>`,
/// <https://www.twilio.com/docs/voice/twiml/dial>); what is longer is no duration, and could hold a telephone number.
fn duration(form: &Form, name: &str) -> Option<u32> {
    number(form, name).filter(|seconds| *seconds <= 24 * 60 * 60)
}

/// RFC 3261 has codes from 100 to 699.
fn sip_response(form: &Form, name: &str) -> Option<u16> {
    form.text(name)?.parse().ok().filter(|code| (100..700).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "CA00000000000000000000000000000001";

    fn form(body: &str) -> Form {
        Form::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn no_call_lasts_longer_than_a_day() {
        let seconds = |text| {
            let end = form(&format!("DialCallDuration={text}&CallDuration={text}"));
            (DialEnd::from_form(&end).duration_seconds, CallProgress::from_form(&end).duration_seconds)
        };
        assert_eq!(seconds("86400"), (86_400, Some(86_400)));
        assert_eq!(seconds("86401"), (0, None));
        assert_eq!(seconds("5035550123"), (0, None));
    }

    #[test]
    fn a_phone_calls() {
        let call = Call::from_form(&form(&format!(
            "CallSid={SID}&CallStatus=ringing&Direction=inbound&From=sip%3Aalice%40demo.sip.twilio.com\
             &To=sip%3A%2523%40demo.sip.twilio.com&SipDomain=Demo.sip.twilio.com&SipHeader_X-Route-Id=lobby"
        )));
        assert_eq!(call.sid.as_ref().map(CallSid::as_str), Some(SID));
        assert_eq!((call.from.dialled(), call.to.dialled()), ("alice", "#"));
        assert_eq!(call.sip_domain.as_deref(), Some("demo.sip.twilio.com"));
        assert_eq!((call.parent, call.digits, call.finished_on, call.refer_target), (None, None, None, None));
    }

    #[test]
    fn older_names_stand_in_for_blank_ones() {
        let call = Call::from_form(&form("From=+&Caller=%2B15035550123&Called=%2B15035550199"));
        assert_eq!((call.from.dialled(), call.to.dialled()), ("+15035550123", "+15035550199"));
        assert_eq!(Call::from_form(&form("From=anonymous")).from, Address::Withheld);
    }

    #[test]
    fn a_gather_heard_keys_or_nothing() {
        let call = Call::from_form(&form("Digits=300&FinishedOnKey=&msg=Gather+End"));
        assert_eq!((call.digits.as_deref(), call.finished_on), (Some("300"), None));
        let call = Call::from_form(&form("Digits=&FinishedOnKey=%23"));
        assert_eq!((call.digits.as_deref(), call.finished_on.as_deref()), (Some(""), Some("#")));
    }

    #[test]
    fn a_refer_names_its_target() {
        let call = Call::from_form(&form("ReferTransferTarget=%3Ctel%3A%2B15035550123%3E"));
        assert_eq!(call.refer_target, Some(Address::Number("+15035550123".to_owned())));
    }

    #[test]
    fn a_dial_ends_answered() {
        let end = DialEnd::from_form(&form(&format!(
            "CallStatus=in-progress&DialCallStatus=completed&DialCallSid={SID}&DialCallDuration=14\
             &DialBridged=true&DialSipResponseCode=200"
        )));
        assert_eq!((end.status, end.bridged, end.duration_seconds), (DialStatus::Completed, Some(true), 14));
        assert_eq!((end.sip_response, end.error), (Some(200), None));
        assert_eq!(end.child.unwrap().as_str(), SID);
    }

    #[test]
    fn a_dial_ends_at_a_phone_that_is_not_registered() {
        let end = DialEnd::from_form(&form(
            "DialCallStatus=no-answer&ErrorCode=32009&ErrorMessage=Your+TwiML+tried",
        ));
        assert_eq!((end.status, end.error), (DialStatus::NoAnswer, ErrorCode::parse("32009")));
    }

    #[test]
    fn a_leg_ends() {
        let progress = CallProgress::from_form(&form(
            "CallStatus=busy&Duration=1&CallDuration=0&SipResponseCode=486&SequenceNumber=2",
        ));
        assert_eq!((progress.status, progress.duration_seconds), (CallStatus::Busy, Some(0)));
        assert_eq!((progress.sip_response, progress.sequence), (Some(486), Some(2)));
        assert_eq!(CallProgress::from_form(&form("Duration=1")).duration_seconds, None);
    }

    #[test]
    fn nonsense_is_absence() {
        let nonsense = form(
            "CallSid=x&ParentCallSid=&DialCallStatus=x&DialBridged=x&DialCallDuration=-1\
             &DialSipResponseCode=5035&DialCallSid=CA&ErrorCode=x&CallStatus=x&CallDuration=x\
             &SipResponseCode=99&SequenceNumber=99999999999",
        );
        assert_eq!(DialEnd::from_form(&nonsense), DialEnd::default());
        assert_eq!(CallProgress::from_form(&nonsense), CallProgress::default());
    }

    #[test]
    fn debug_shows_nothing_private() {
        let names = [
            "CallSid",
            "ParentCallSid",
            "From",
            "To",
            "Caller",
            "Called",
            "SipDomain",
            "Digits",
            "FinishedOnKey",
            "ReferTransferTarget",
            "DialCallStatus",
            "DialBridged",
            "DialCallDuration",
            "DialSipResponseCode",
            "DialCallSid",
            "ErrorCode",
            "CallStatus",
            "CallDuration",
            "SipResponseCode",
            "SequenceNumber",
        ];
        for value in ["15035550100", "sip:15035550100@15035550100", "client:15035550100", "x15035550100"] {
            let form = Form::from_pairs(names.map(|name| (name, value)));
            let debug = format!("{:?} {:?}", DialEnd::from_form(&form), CallProgress::from_form(&form));
            assert!(!debug.contains("5035550100"), "{debug}");
        }
    }
}
