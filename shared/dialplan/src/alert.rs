//! Errors that Twilio's debugger reports, for the whole account.

use serde_json::Value;
use twiml::Response;
use webhook::{Address, Alert, CallSid, ErrorCode};

use crate::ended::phone_at;
use crate::event::{CallFacts, Event, UserEvent};
use crate::network::{Extension, Network};
use crate::plan::{Decision, Plan};

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
        self.addresses().find_map(|address| phone_at(&address, network))
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
    if hosts().any(|uri| uri.is_host(&network.stage.sip_domain)) {
        return true;
    }
    if hosts().any(|uri| network.other_domains.iter().any(|domain| uri.is_host(domain))) {
        return false;
    }
    if let Some(url) = payload.url().filter(|url| url.starts_with("http")) {
        let rest = url.strip_prefix(network.stage.public_url.as_str());
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', ':', '#']));
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
