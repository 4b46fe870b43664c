//! A long mixed run of requests, good and bad, the same for the same seed.

use super::random::Random;
use super::request::Request;
use super::service::Service;
use super::telephone::call_sid;

/// What the requests are made of.
pub(crate) struct Words<'w> {
    /// What is dialled: numbers, keys, names.
    pub(crate) dialled: &'w [&'w str],
    /// Who calls: whole addresses, `{domain}` standing for the SIP domain.
    pub(crate) callers: &'w [&'w str],
    /// The network's own numbers.
    pub(crate) numbers: &'w [&'w str],
    /// What has no place anywhere.
    pub(crate) junk: &'w [&'w str],
}

/// Random requests.
pub(crate) struct Traffic<'w> {
    random: Random,
    words: Words<'w>,
}

/// Every route, and some that are none.
const PATHS: [&str; 12] = [
    "/outgoing",
    "/outgoing/",
    "/outgoing/digits",
    "/outgoing/digits?try=2",
    "/outgoing/digits?try=3",
    "/refer",
    "/incoming",
    "/incoming/",
    "/status/dial",
    "/status/dial?again=1",
    "/status/call",
    "/status/error",
];

const FIELDS: [&str; 34] = [
    "From",
    "To",
    "Caller",
    "Called",
    "Digits",
    "FinishedOnKey",
    "SipDomain",
    "CallSid",
    "ParentCallSid",
    "CallStatus",
    "DialCallStatus",
    "DialBridged",
    "DialCallDuration",
    "DialCallSid",
    "DialSipResponseCode",
    "ErrorCode",
    "ErrorMessage",
    "ReferTransferTarget",
    "SequenceNumber",
    "CallDuration",
    "SipResponseCode",
    "Payload",
    "Level",
    "Sid",
    "PayloadType",
    "Direction",
    "AccountSid",
    "ForwardedFrom",
    "CallerName",
    "FromZip",
    "SipHeader_X-Route-Id",
    "StirPassportToken",
    "msg",
    "",
];

const STATUSES: [&str; 12] = [
    "completed",
    "answered",
    "busy",
    "no-answer",
    "failed",
    "canceled",
    "in-progress",
    "ringing",
    "weird value",
    "",
    "COMPLETED",
    "unknown",
];

const CODES: [&str; 9] = ["", "32009", "32011", "13224", "0", "-1", "99999999999", "x", "32009,Your TwiML"];

impl<'w> Traffic<'w> {
    pub(crate) fn new(seed: u64, words: Words<'w>) -> Self {
        Self { random: Random::seeded(seed), words }
    }

    /// The next request, signed.
    pub(crate) fn next<'a>(&mut self, service: &'a Service) -> Request<'a> {
        let path = self.random.of(&PATHS);
        let mut request = if self.random.one_in(5) { service.get(path) } else { service.post(path) };
        let is_incoming =
            path.starts_with("/incoming") || path.starts_with("/status") && self.random.one_in(2);
        let fields = if path == "/status/error" {
            vec![
                ("Sid", format!("NO{:032x}", self.random.below(1 << 30))),
                ("Payload", self.payload(service)),
            ]
        } else if is_incoming {
            vec![("From", self.random.of(self.words.dialled).to_owned()), ("To", self.number())]
        } else {
            vec![
                ("From", self.caller(service)),
                ("To", self.address(service)),
                ("SipDomain", service.sip_domain.clone()),
            ]
        };
        for (name, value) in fields {
            request = request.field(name, &value);
        }
        request = request.field("CallSid", &call_sid());
        request = match path.split('?').next().unwrap_or_default() {
            "/outgoing/digits" => {
                let keys = self.random.of(self.words.dialled);
                request.field("Digits", keys).field("FinishedOnKey", self.random.of(&["", "#"]))
            }
            "/refer" => request.field("ReferTransferTarget", &self.address(service)),
            "/status/dial" => request
                .field("DialCallStatus", self.random.of(&STATUSES))
                .field("DialBridged", self.random.of(&["true", "false", "", "maybe"]))
                .field("DialCallDuration", self.random.of(&["0", "14", "-1", "", "99999999999"]))
                .field("ErrorCode", self.random.of(&CODES)),
            "/status/call" => request
                .field("CallStatus", self.random.of(&STATUSES))
                .field("ErrorCode", self.random.of(&CODES))
                .field("ParentCallSid", &call_sid()),
            _ => request,
        };
        self.spoil(service, request)
    }

    /// Takes something away, adds something, or leaves the request as it is.
    fn spoil<'a>(&mut self, service: &Service, mut request: Request<'a>) -> Request<'a> {
        while self.random.one_in(3) {
            let name = self.random.of(&FIELDS);
            request = match self.random.below(5) {
                0 => request.without(name),
                1 => request.set(name, ""),
                2 => request.field(name, self.random.of(self.words.junk)),
                3 => request.set(name, self.random.of(self.words.junk)),
                _ => request.field(name, &self.address(service)),
            };
        }
        request
    }

    fn caller(&mut self, service: &Service) -> String {
        self.random.of(self.words.callers).replace("{domain}", &service.sip_domain)
    }

    fn number(&mut self) -> String {
        if self.random.one_in(5) {
            self.random.of(self.words.dialled)
        } else {
            self.random.of(self.words.numbers)
        }
        .to_owned()
    }

    fn address(&mut self, service: &Service) -> String {
        let keys = self.random.of(self.words.dialled);
        let (user, domain) = (webhook::encode_user(keys), &service.sip_domain);
        match self.random.below(8) {
            0 => keys.to_owned(),
            1 => format!("\"{keys}\" <sip:{user}@{domain}>;tag={user}"),
            2 => format!("tel:{keys}"),
            3 => format!("sips:{user}:secret-{user}@{domain}:5061;transport=tls?X-A={user}"),
            4 => format!("sip:{user}@pbx-prod.example.org"),
            5 => format!("sip:{keys}@{domain}"),
            _ => format!("sip:{user}@{domain}"),
        }
    }

    fn payload(&mut self, service: &Service) -> String {
        let code = self.random.of(&CODES);
        let (to, from) = (self.address(service), self.caller(service));
        let url = match self.random.below(5) {
            0 => "https://api.example.com/sms".into(),
            1 => format!("{}/outgoing", service.public_url),
            2 => format!("sip:{to}"),
            _ => to.clone(),
        };
        let whole = serde_json::json!({
            "resource_sid": self.random.of(&["CA00000000000000000000000000000001", "SM00000000000000000000000000000001", ""]),
            "service_sid": null,
            "error_code": code,
            "more_info": {"Msg": format!("{to} {from}"), "ErrorCode": code, "url": url},
            "webhook": {"type": "application/json", "request": {
                "url": url, "method": "INVITE", "headers": {}, "parameters": {"To": to, "From": from, "Digits": to}}},
        });
        match self.random.below(6) {
            0 => self.random.of(self.words.junk).to_owned(),
            1 => whole.to_string().chars().take(self.random.below(200)).collect(),
            _ => whole.to_string(),
        }
    }
}
