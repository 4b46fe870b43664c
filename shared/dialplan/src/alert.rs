//! Errors that Twilio's debugger reports, for the whole account.

use serde_json::Value;
use twiml::Response;
use webhook::{Address, Alert, CallSid, ErrorCode};

use crate::ended::phone_at;
use crate::event::{CallFacts, Event, UserEvent};
use crate::plan::{Decision, Plan};
use network::{Extension, Network};

/// Takes note of an error.
///
/// The account has one such webhook for all its products and stages. What is certainly another's is ignored; the
/// rest is filed under the phone that it names, or under `unknown`. Every member of the payload may be missing,
/// null or of another type (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).
#[must_use]
pub fn alert(alert: &Alert, network: &Network) -> Plan {
    let payload = alert.payload.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let payload = Payload(payload.unwrap_or_default());
    let code = payload.code();
    let events = match code {
        Some(code) if concerns(&payload, code, network) => {
            let sid = payload.resource().and_then(CallSid::parse);
            let facts = CallFacts { sid, error_code: Some(code), ..CallFacts::default() };
            vec![Event::new(UserEvent::TwilioError(code), payload.phone(network), facts)]
        }
        _ => Vec::new(),
    };
    let decision = if events.is_empty() { Decision::Ignored } else { Decision::Noted };
    Plan { reply: Response::new(), events, decision }
}

/// The payload, taken as it comes.
struct Payload(Value);

impl Payload {
    fn code(&self) -> Option<ErrorCode> {
        ["/error_code", "/more_info/ErrorCode", "/more_info/errorCode"].into_iter().find_map(
            |path| match self.0.pointer(path)? {
                Value::String(text) => ErrorCode::parse(text),
                Value::Number(number) => ErrorCode::parse(&number.to_string()),
                _ => None,
            },
        )
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.pointer(path)?.as_str().filter(|text| !text.is_empty())
    }

    fn resource(&self) -> Option<&str> {
        self.text("/resource_sid")
    }

    fn url(&self) -> Option<&str> {
        self.text("/webhook/request/url").or_else(|| self.text("/more_info/url"))
    }

    /// Whom the request went to, whom it was for and whom it was from, in that order: of two phones in one call
    /// the error belongs to the one that was rung.
    fn addresses(&self) -> impl Iterator<Item = Address> {
        let names = ["To", "Called", "From", "Caller"];
        let named =
            names.into_iter().filter_map(|name| self.text(&format!("/webhook/request/parameters/{name}")));
        self.url().into_iter().chain(named).map(Address::parse)
    }

    fn phone<'n>(&self, network: &'n Network) -> Option<&'n Extension> {
        let named = |address: Address| phone_at(&address, network);
        self.url()
            .map(Address::parse)
            .and_then(named)
            .or_else(|| self.contact(network))
            .or_else(|| self.addresses().find_map(named))
    }

    /// The phone behind a contact. Where a registered phone does not answer (32011, 32022), `To` has its address behind the
    /// router in place of the domain, which stands in `From` alone (`facts/twilio.md` A.7, futel/dialplan-functions).
    fn contact<'n>(&self, network: &'n Network) -> Option<&'n Extension> {
        let domain = &network.stage().sip_domain;
        let is_of_domain = |address: Address| matches!(address, Address::Sip(uri) if uri.is_host(domain));
        let mut others = ["/webhook/request/parameters/From", "/webhook/request/parameters/Caller"]
            .into_iter()
            .filter_map(|path| self.text(path))
            .chain(self.url())
            .map(Address::parse);
        let to = self.text("/webhook/request/parameters/To")?;
        match Address::parse(to) {
            Address::Sip(uri) if others.any(is_of_domain) => network.extension(uri.user()?),
            _ => None,
        }
    }
}

/// Whether an error may concern this stage's calls.
fn concerns(payload: &Payload, code: ErrorCode, network: &Network) -> bool {
    let hosts = || {
        payload.addresses().filter_map(|address| match address {
            Address::Sip(uri) => Some(uri),
            _ => None,
        })
    };
    if hosts().any(|uri| uri.is_host(&network.stage().sip_domain)) {
        return true;
    }
    if hosts().any(|uri| network.other_domains().iter().any(|domain| uri.is_host(domain))) {
        return false;
    }
    if let Some(url) = payload.url().filter(|url| url.starts_with("http")) {
        let rest = url.strip_prefix(network.stage().public_url.as_str());
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', ':', '#'])) {
            return true;
        }
        // Twilio quotes addresses of its own, too, such as http://10.1.2.3/incoming. Then the rest has to tell.
        if !webhook::is_private(webhook::host_of(url)) {
            return false;
        }
        if payload.phone(network).is_some() {
            return true;
        }
    }
    match payload.resource() {
        Some(sid) => VOICE_RESOURCES.iter().any(|prefix| sid.starts_with(prefix)),
        None => is_of_voice(code),
    }
}

/// Calls, SIP domains, numbers, credential lists, conferences and applications.
const VOICE_RESOURCES: [&str; 6] = ["CA", "SD", "PN", "CL", "CF", "AP"];

/// The families of codes that calls can raise: webhooks and TwiML (11xxx to 15xxx), numbers and calls (21xxx,
/// 22xxx), SIP (32xxx). Source: <https://www.twilio.com/docs/api/errors>.
fn is_of_voice(code: ErrorCode) -> bool {
    matches!(code.value() / 1000, 11..=15 | 21 | 22 | 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{form, network};

    fn names(payload: &str) -> Vec<String> {
        let plan = alert(&Alert::from_form(&form(&[("Payload", payload)])), &network());
        plan.events.iter().map(|event| format!("{} {}", event.name(), event.endpoint())).collect()
    }

    #[test]
    fn an_error_is_filed_under_the_phone_that_it_names() {
        for (payload, expected) in [
            (
                r#"{"resource_sid":"CA00000000000000000000000000000001","error_code":"32009","webhook":{"request":{"url":"sip:lobby@test-prod.sip.twilio.com","parameters":{"To":"sip:lobby@test-prod.sip.twilio.com"}}}}"#,
                "twilio-error-32009 lobby",
            ),
            (
                r#"{"error_code":"32011","webhook":{"request":{"url":null,"parameters":{"To":"<sip:PORCH@test-prod.sip.twilio.com:5060>","From":"\"+15035550199\" <sip:+15035550199@test-prod.sip.twilio.com>;tag=a"}}}}"#,
                "twilio-error-32011 Porch",
            ),
            (
                r#"{"error_code":"11200","webhook":{"request":{"url":"https://prod.example.org/outgoing","parameters":{"From":"sip:lobby@test-prod.sip.twilio.com","To":"sip:5035550123@test-prod.sip.twilio.com"}}}}"#,
                "twilio-error-11200 lobby",
            ),
            (r#"{"error_code":32014,"resource_sid":"CA1"}"#, "twilio-error-32014 unknown"),
            (r#"{"more_info":{"ErrorCode":"32009,Your TwiML tried"}}"#, "twilio-error-32009 unknown"),
            (
                r#"{"error_code":"32202","webhook":{"request":{"parameters":{"To":"sip:5035550123@test-prod.sip.twilio.com"}}}}"#,
                "twilio-error-32202 unknown",
            ),
            (
                r#"{"error_code":"32009","webhook":{"request":{"url":"sipout\" <sips:lobby@test-prod.sip.twilio.com>"}}}"#,
                "twilio-error-32009 lobby",
            ),
        ] {
            assert_eq!(names(payload), [expected], "{payload}");
        }
    }

    #[test]
    fn what_is_anothers_or_no_error_is_ignored() {
        for payload in [
            "",
            "null",
            "[]",
            "{",
            "7",
            "{\"error_code\":null}",
            "{\"error_code\":\"none\"}",
            r#"{"error_code":"30007","resource_sid":"SM00000000000000000000000000000001"}"#,
            r#"{"error_code":"60200"}"#,
            r#"{"error_code":"11200","webhook":{"request":{"url":"https://other.example.org/sms"}}}"#,
            r#"{"error_code":"11200","webhook":{"request":{"url":"https://prod.example.org.evil.org/outgoing"}}}"#,
            r#"{"error_code":"32009","webhook":{"request":{"url":"sip:lobby@test-dev.sip.twilio.com"}}}"#,
        ] {
            assert_eq!(names(payload), [""; 0], "{payload}");
        }
    }

    #[test]
    fn nested_nonsense_is_survived() {
        let deep = format!("{{\"webhook\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(names(&deep), [""; 0]);
    }
}
