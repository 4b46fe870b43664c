//! The fields that Twilio posts with each request (<https://www.twilio.com/docs/voice/twiml>).

use std::borrow::Cow;

use jiff::Timestamp;
use webhook::{CallStatus, DialStatus, encode_user};

use crate::keys::Gathered;
use crate::leg::{Noun, Placed, address_of};

/// Names and values, in order.
pub(crate) type Fields = Vec<(Cow<'static, str>, String)>;

/// Where a caller from outside is, and the older names of the same: nothing is known. Twilio sends them all the same,
/// and a validator that drops blank values fails on them.
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

/// The two ends of a call: the caller, and the called address.
#[derive(Clone)]
pub struct Caller {
    /// `AccountSid`.
    pub account: String,
    /// A SIP URI, a number, or a word such as `anonymous`.
    pub from: String,
    /// A SIP URI, or a number.
    pub to: String,
    /// For a phone of a SIP domain.
    pub sip: Option<SipCaller>,
}

/// A phone that calls over SIP (<https://www.twilio.com/docs/voice/api/sip-twiml>).
#[derive(Clone)]
pub struct SipCaller {
    /// The domain where it is registered.
    pub domain: String,
    /// `SipCallId`.
    pub call_id: String,
    /// `SipSourceIp`.
    pub source_ip: String,
    /// `SipUsername`: the user who authenticated. Twilio is likely to send it; no capture shows it.
    pub username: Option<String>,
    /// X- headers of its INVITE, by their names as written.
    pub headers: Vec<(String, String)>,
}

impl Caller {
    /// A phone of a SIP domain dials something. Its source address is one for documentation (RFC 5737).
    #[must_use]
    pub fn phone(account: impl Into<String>, domain: &str, phone: &str, dialled: &str) -> Self {
        let uri = |user| format!("sip:{}@{domain}", encode_user(user));
        let source_ip = "192.0.2.10".to_owned();
        let call_id = format!("dialtone@{source_ip}");
        let sip =
            SipCaller { domain: domain.to_owned(), call_id, source_ip, username: None, headers: Vec::new() };
        Self { account: account.into(), from: uri(phone), to: uri(dialled), sip: Some(sip) }
    }

    /// Someone outside calls a number.
    #[must_use]
    pub fn outside(account: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { account: account.into(), from: from.into(), to: to.into(), sip: None }
    }

    /// The fields of every request about this call.
    pub(crate) fn fields(&self, sid: &str, status: CallStatus) -> Fields {
        let mut fields = self.common(sid, status, "inbound", &self.from, &self.to);
        if let Some(sip) = &self.sip {
            fields.extend([
                ("SipDomain".into(), sip.domain.clone()),
                ("SipDomainSid".into(), format!("SD{:032}", 0)),
                ("SipCallId".into(), sip.call_id.clone()),
                ("SipSourceIp".into(), sip.source_ip.clone()),
            ]);
            fields.extend(sip.username.iter().map(|name| ("SipUsername".into(), name.clone())));
            fields.extend(
                sip.headers.iter().map(|(name, value)| (format!("SipHeader_{name}").into(), value.clone())),
            );
        } else {
            fields.extend(GEOGRAPHY.map(|name| (name.into(), String::new())));
        }
        fields
    }

    /// The fields of a leg's `statusCallback`.
    pub(crate) fn leg(
        &self,
        parent: &str,
        placed: &Placed,
        status: CallStatus,
        caller_id: Option<&str>,
        now: Timestamp,
    ) -> Fields {
        let leg = &placed.leg;
        let target = if leg.noun == Noun::Sip { address_of(&leg.target) } else { leg.target.as_str().into() };
        let from = caller_id.unwrap_or(&self.from);
        let mut fields = self.common(&leg.sid, status, "outbound-dial", from, &target);
        fields.push(("ParentCallSid".into(), parent.to_owned()));
        if placed.end.is_some() {
            fields.push(("CallDuration".into(), seconds(placed.answered, now).to_string()));
        }
        let sent = placed.callback.as_ref().map_or(0, |callback| callback.sent);
        fields.extend(progress(now, sent));
        fields
    }

    fn common(&self, sid: &str, status: CallStatus, direction: &str, from: &str, to: &str) -> Fields {
        [
            ("AccountSid", self.account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", sid),
            ("CallStatus", status.as_str()),
            ("Direction", direction),
            ("From", from),
            ("Caller", from),
            ("To", to),
            ("Called", to),
        ]
        .map(|(name, value)| (name.into(), value.to_owned()))
        .to_vec()
    }
}

/// The further fields of every report of progress.
pub(crate) fn progress(now: Timestamp, sequence: u32) -> Fields {
    vec![
        ("Timestamp".into(), now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
        ("CallbackSource".into(), "call-progress-events".into()),
        ("SequenceNumber".into(), sequence.to_string()),
    ]
}

/// Whole seconds since an answer; 0 without one.
pub(crate) fn seconds(answered: Option<Timestamp>, now: Timestamp) -> i64 {
    answered.map_or(0, |answered| now.duration_since(answered).as_secs().max(0))
}

/// The further fields for the action of a `<Gather>`: `FinishedOnKey` is sent blank, not left out.
pub(crate) fn gathered(gathered: Gathered) -> Fields {
    vec![
        ("Digits".into(), gathered.digits),
        ("FinishedOnKey".into(), gathered.finished_on),
        ("msg".into(), "Gather End".into()),
    ]
}

/// The further fields for the action of a `<Dial>`; `leg` is the one that answered, or else the first.
pub(crate) fn dial_ended(
    status: DialStatus,
    leg: Option<&Placed>,
    is_bridged: bool,
    error: Option<(u32, &'static str)>,
    now: Timestamp,
) -> Fields {
    let mut fields: Fields = vec![("DialCallStatus".into(), status.as_str().to_owned())];
    if let Some(placed) = leg {
        fields.push(("DialCallSid".into(), placed.leg.sid.clone()));
        let code = if is_bridged { Some(200) } else { placed.end.as_ref().and_then(|end| end.sip_code) };
        if let Some(code) = code.filter(|_| placed.leg.noun == Noun::Sip) {
            // The host of a capture (`...@0.0.0.0`); the part before it is any that no other leg has.
            let hex = placed.leg.sid.trim_start_matches("CA");
            fields.push(("DialSipCallId".into(), format!("{hex}@0.0.0.0")));
            fields.push(("DialSipResponseCode".into(), code.to_string()));
        }
        let headers = placed.end.iter().flat_map(|end| &end.headers);
        fields.extend(headers.map(|(name, value)| (format!("DialSipHeader_{name}").into(), value.clone())));
        if is_bridged {
            fields.push(("DialCallDuration".into(), seconds(placed.answered, now).to_string()));
        }
    }
    fields.push(("DialBridged".into(), is_bridged.to_string()));
    if let Some((code, message)) = error {
        fields.push(("ErrorCode".into(), code.to_string()));
        fields.push(("ErrorMessage".into(), message.into()));
    }
    fields
}

/// The further field for the `referUrl` of a `<Dial>`: the Refer-To value in its brackets.
pub(crate) fn referred(target: &str) -> Fields {
    let target = target.trim();
    let target = if target.contains('<') { target.to_owned() } else { format!("<{target}>") };
    vec![("ReferTransferTarget".into(), target)]
}

/// The Refer-To that a person means: a SIP or telephone URI as it is, else a user of the domain.
#[must_use]
pub fn refer_to(target: &str, domain: &str) -> String {
    match target {
        _ if target.starts_with('<') => target.to_owned(),
        _ if ["sip:", "sips:", "tel:"].iter().any(|scheme| target.starts_with(scheme)) => {
            format!("<{target}>")
        }
        _ => format!("<sip:{}@{domain}>", encode_user(target)),
    }
}

#[cfg(test)]
mod tests {
    use webhook::{Address, Call, Form};

    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000000";
    const SID: &str = "CA00000000000000000000000000000001";

    /// The form as it comes out of the wire, so that nothing is lost there.
    fn form(fields: Fields) -> Form {
        Form::parse(Form::from_pairs(fields).encode().as_bytes()).unwrap()
    }

    #[test]
    fn a_phone_calls() {
        let caller = Caller::phone(ACCOUNT, "demo.sip.twilio.com", "lobby", "#");
        let form = form(caller.fields(SID, CallStatus::Ringing));
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
        ] {
            assert!(form.text(name).is_some(), "{name}");
        }
        for name in ["SipDomain", "SipDomainSid", "SipCallId", "SipSourceIp"] {
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
        let caller = Caller::outside(ACCOUNT, "anonymous", "+15035550110");
        let form = form(caller.fields(SID, CallStatus::Ringing));
        for name in GEOGRAPHY {
            assert_eq!(form.first(name), Some(""), "{name}");
        }
        assert_eq!(form.first("SipDomain"), None);
        assert_eq!(Call::from_form(&form).from, Address::Withheld);
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
            assert_eq!(refer_to(target, "d.sip.twilio.com"), value);
        }
        assert_eq!(referred("sip:a@h")[0].1, "<sip:a@h>");
    }
}
