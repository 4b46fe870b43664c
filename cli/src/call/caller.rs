//! What Twilio would post: the fields of each request (<https://www.twilio.com/docs/voice/twiml>).

use std::hash::{BuildHasher, Hasher, RandomState};

use network::Stage;
use webhook::{CallStatus, encode_user};

use super::ending::{Ending, Leg};
use super::keys::Gathered;

/// Names and values, in order.
pub(super) type Fields = Vec<(&'static str, String)>;

/// What is known of where a caller from outside is, and its older twin: nothing. Twilio sends them all the same, and
/// a validator that drops blank values fails on them.
const GEOGRAPHY: [&str; 16] = [
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
];

/// For documentation (RFC 5737).
const SOURCE_IP: &str = "192.0.2.10";

const UNREACHABLE: (&str, &str) =
    ("32009", "Your TwiML tried to Dial a Twilio SIP Registered User that is not currently registered");

/// How long an answered call lasts, in seconds.
const TALK: &str = "14";

/// The call and who makes it.
pub(super) struct Caller {
    account: String,
    sid: String,
    from: String,
    to: String,
    /// Where a phone is registered.
    domain: Option<String>,
    sip_call_id: String,
}

impl Caller {
    /// A phone of the stage dials something.
    pub(super) fn phone(account: String, stage: &Stage, phone: &str, dialled: &str) -> Self {
        let domain = &stage.sip_domain;
        let uri = |user| format!("sip:{}@{domain}", encode_user(user));
        Self { domain: Some(domain.clone()), ..Self::outside(account, uri(phone), uri(dialled)) }
    }

    /// Someone outside calls a number.
    pub(super) fn outside(account: String, from: String, to: String) -> Self {
        let sip_call_id = format!("{}@{SOURCE_IP}", random_hex());
        Self { account, sid: sid("CA"), from, to, domain: None, sip_call_id }
    }

    pub(super) fn sid(&self) -> &str {
        &self.sid
    }

    pub(super) fn from(&self) -> &str {
        &self.from
    }

    pub(super) fn to(&self) -> &str {
        &self.to
    }

    /// What every request about this call says.
    pub(super) fn fields(&self, status: CallStatus) -> Fields {
        let mut fields = self.common(&self.sid, status, "inbound", &self.from, &self.to);
        if let Some(domain) = &self.domain {
            fields.extend([
                ("SipDomain", domain.clone()),
                ("SipDomainSid", format!("SD{:032}", 0)),
                ("SipCallId", self.sip_call_id.clone()),
                ("SipSourceIp", SOURCE_IP.into()),
            ]);
        } else {
            fields.extend(GEOGRAPHY.map(|name| (name, String::new())));
        }
        fields
    }

    /// What the `statusCallback` of a leg says when the leg is over.
    pub(super) fn leg_ended(
        &self,
        leg: &Leg,
        is_first: bool,
        ending: Ending,
        caller_id: Option<&str>,
    ) -> Fields {
        let status = ending.leg_status(is_first);
        let target = if leg.is_sip { address_of(&leg.target) } else { &leg.target };
        let from = caller_id.unwrap_or(&self.from);
        let mut fields = self.common(&leg.sid, status, "outbound-dial", from, target);
        let talk = if status == CallStatus::Completed { TALK } else { "0" };
        fields.extend([
            ("ParentCallSid", self.sid.clone()),
            ("CallDuration", talk.into()),
            ("Timestamp", jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
            ("CallbackSource", "call-progress-events".into()),
            ("SequenceNumber", "0".into()),
        ]);
        fields
    }

    fn common(&self, sid: &str, status: CallStatus, direction: &str, from: &str, to: &str) -> Fields {
        vec![
            ("AccountSid", self.account.clone()),
            ("ApiVersion", "2010-04-01".into()),
            ("CallSid", sid.into()),
            ("CallStatus", status.as_str().into()),
            ("Direction", direction.into()),
            ("From", from.into()),
            ("Caller", from.into()),
            ("To", to.into()),
            ("Called", to.into()),
        ]
    }
}

/// What the action of a `<Gather>` gets besides: `FinishedOnKey` is sent blank, not left out.
pub(super) fn gathered(gathered: Gathered) -> Fields {
    vec![("Digits", gathered.digits), ("FinishedOnKey", gathered.finished_on), ("msg", "Gather End".into())]
}

/// What the action of a `<Dial>` gets besides.
pub(super) fn dial_ended(ending: Ending, first: Option<&Leg>) -> Fields {
    let is_bridged = ending == Ending::Completed;
    let mut fields = vec![("DialCallStatus", ending.dial_status().as_str().to_owned())];
    if let Some(leg) = first {
        fields.push(("DialCallSid", leg.sid.clone()));
        if let Some(code) = ending.sip_response().filter(|_| leg.is_sip) {
            fields.push(("DialSipCallId", format!("{}@0.0.0.0", random_hex())));
            fields.push(("DialSipResponseCode", code.to_string()));
        }
    }
    if is_bridged {
        fields.push(("DialCallDuration", TALK.into()));
    }
    fields.push(("DialBridged", is_bridged.to_string()));
    if ending == Ending::Unreachable {
        let (code, message) = UNREACHABLE;
        fields.extend([("ErrorCode", code.into()), ("ErrorMessage", message.into())]);
    }
    fields
}

/// What the `referUrl` of a `<Dial>` gets besides. Twilio passes on the Refer-To header, in its brackets.
pub(super) fn referred(target: &str, domain: &str) -> Fields {
    let target = match target {
        _ if target.starts_with('<') => target.to_owned(),
        _ if ["sip:", "sips:", "tel:"].iter().any(|scheme| target.starts_with(scheme)) => {
            format!("<{target}>")
        }
        _ => format!("<sip:{}@{domain}>", encode_user(target)),
    };
    vec![("ReferTransferTarget", target)]
}

/// An identifier of Twilio's shape that no other run has.
pub(super) fn sid(prefix: &str) -> String {
    format!("{prefix}{}", random_hex())
}

/// 32 hexadecimal digits from the keys that the standard library draws for hash maps: unique, and no secret.
fn random_hex() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// A SIP URI without its parameters and headers.
fn address_of(uri: &str) -> &str {
    uri.find([';', '?']).and_then(|end| uri.get(..end)).unwrap_or(uri)
}

#[cfg(test)]
mod tests {
    use webhook::{Address, Call, CallProgress, CallSid, DialEnd, DialStatus, Form};

    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000000";

    fn phone() -> Caller {
        let stage = Stage {
            name: "prod".into(),
            sip_domain: "demo.sip.twilio.com".into(),
            public_url: "https://prod.example.org".into(),
            metrics_host: "dialtone-prod".into(),
            fallback_url: None,
            secure: false,
        };
        Caller::phone(ACCOUNT.into(), &stage, "lobby", "#")
    }

    fn leg(target: &str, is_sip: bool) -> Leg {
        Leg { sid: sid("CA"), target: target.into(), is_sip, callback: None, callback_method: None }
    }

    /// The form as it comes out of the wire, so that nothing is lost there.
    fn form(fields: Fields) -> Form {
        Form::parse(Form::from_pairs(fields).encode().as_bytes()).unwrap()
    }

    #[test]
    fn a_phone_calls() {
        let form = form(phone().fields(CallStatus::Ringing));
        for name in [
            "AccountSid",
            "ApiVersion",
            "CallSid",
            "CallStatus",
            "Direction",
            "From",
            "To",
            "Caller",
            "Called",
            "SipDomain",
            "SipDomainSid",
            "SipCallId",
            "SipSourceIp",
        ] {
            assert!(form.text(name).is_some(), "{name}");
        }
        assert_eq!(form.first("From"), Some("sip:lobby@demo.sip.twilio.com"));
        assert_eq!(form.first("To"), Some("sip:%23@demo.sip.twilio.com"));
        assert_eq!(form.first("SipDomainSid").unwrap().len(), 34);
        let call = Call::from_form(&form);
        assert!(call.sid.is_some());
        assert_eq!(call.to.dialled(), "#");
    }

    #[test]
    fn a_call_from_outside_has_blank_geography() {
        let caller = Caller::outside(ACCOUNT.into(), "anonymous".into(), "+15035550110".into());
        let form = form(caller.fields(CallStatus::Ringing));
        for name in GEOGRAPHY {
            assert_eq!(form.first(name), Some(""), "{name}");
        }
        assert_eq!(form.first("SipDomain"), None);
        assert_eq!(Call::from_form(&form).from, Address::Withheld);
    }

    #[test]
    fn keys_come_with_a_blank_when_time_ended_them() {
        let form = form(gathered(Gathered { digits: "300".into(), finished_on: String::new() }));
        let pairs: Vec<_> = form.iter().collect();
        assert_eq!(pairs, [("Digits", "300"), ("FinishedOnKey", ""), ("msg", "Gather End")]);
    }

    #[test]
    fn a_dial_ends() {
        let sip = leg("sip:a@demo.sip.twilio.com", true);
        let end = |ending, leg: &Leg| DialEnd::from_form(&form(dial_ended(ending, Some(leg))));
        let completed = end(Ending::Completed, &sip);
        assert_eq!((completed.status, completed.duration_seconds), (DialStatus::Completed, 14));
        assert_eq!((completed.bridged, completed.sip_response), (Some(true), Some(200)));
        assert_eq!(completed.child.unwrap().as_str(), sip.sid);
        let busy = end(Ending::Busy, &leg("+15035550123", false));
        assert_eq!((busy.status, busy.bridged, busy.sip_response), (DialStatus::Busy, Some(false), None));
        let unreachable = end(Ending::Unreachable, &sip);
        assert_eq!(unreachable.status, DialStatus::NoAnswer);
        assert_eq!(unreachable.error.unwrap().value(), 32009);
    }

    #[test]
    fn a_leg_ends() {
        let caller = phone();
        let sip = leg("sip:operator@pbx.example.org;transport=tls?x-a=1", true);
        let form = form(caller.leg_ended(&sip, true, Ending::Completed, Some("+15035550110")));
        let progress = CallProgress::from_form(&form);
        assert_eq!(progress.call.parent.as_ref().map(CallSid::as_str), Some(caller.sid()));
        assert_eq!(progress.call.sid.as_ref().map(CallSid::as_str), Some(sip.sid.as_str()));
        assert_eq!((progress.status, progress.duration_seconds), (CallStatus::Completed, Some(14)));
        assert_eq!(form.first("To"), Some("sip:operator@pbx.example.org"));
        assert_eq!(form.first("From"), Some("+15035550110"));
        assert_eq!(form.first("Direction"), Some("outbound-dial"));
        let timestamp = form.first("Timestamp").unwrap();
        assert!(timestamp.len() == 31 && timestamp.ends_with(" +0000"), "{timestamp}");
        let other = CallProgress::from_form(&Form::from_pairs(caller.leg_ended(
            &sip,
            false,
            Ending::Completed,
            None,
        )));
        assert_eq!((other.status, other.duration_seconds), (CallStatus::Canceled, Some(0)));
    }

    #[test]
    fn a_refer_names_a_user_of_the_domain_or_a_whole_uri() {
        for (target, value) in [
            ("911", "<sip:911@d.sip.twilio.com>"),
            ("#", "<sip:%23@d.sip.twilio.com>"),
            ("tel:+15035550123", "<tel:+15035550123>"),
            ("sip:a@h", "<sip:a@h>"),
            ("<sip:a@h>", "<sip:a@h>"),
        ] {
            assert_eq!(referred(target, "d.sip.twilio.com"), [("ReferTransferTarget", value.to_owned())]);
        }
    }

    #[test]
    fn every_call_is_another() {
        let (one, other) = (sid("CA"), sid("CA"));
        assert_ne!(one, other);
        assert!(CallSid::parse(&one).is_some());
    }
}
