//! Twilio's debugger: errors and warnings of the account, told to the service on a way of their own, since Twilio does not
//! make a call wait for them (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).

use std::sync::Arc;
use std::time::Instant;

use exchange::{Method, Request};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use webhook::Form;

use super::{Call, Caller};

/// The subject of an alert.
pub(super) enum About<'a> {
    /// A phone that was called is not registered: 32009. Its form was seen live (twilio.md, A.7).
    Unregistered { user: &'a str },
    /// A registered phone does not respond: 32011. As seen live, `To` has the phone's own address.
    Silent { contact: &'a str },
    /// The carrier refuses a number: 13224.
    Invalid { number: &'a str },
    /// The account does not own the number that is shown: 13214.
    NotOwned { number: &'a str },
    /// A document could not be had: 11200 and others. The URL that was asked.
    Document { url: &'a str, code: u32 },
    /// A REFER on a Dial without `referUrl`: 13802.
    Refer,
}

impl About<'_> {
    fn code(&self) -> u32 {
        match self {
            Self::Unregistered { .. } => 32009,
            Self::Silent { .. } => 32011,
            Self::Invalid { .. } => 13224,
            Self::NotOwned { .. } => 13214,
            Self::Document { code, .. } => *code,
            Self::Refer => 13802,
        }
    }

    /// 32009 and 32011 are warnings (seen live); the others have the level of their pages.
    fn level(&self) -> &'static str {
        match self {
            Self::Unregistered { .. } | Self::Silent { .. } | Self::NotOwned { .. } => "WARNING",
            Self::Invalid { .. } | Self::Document { .. } | Self::Refer => "ERROR",
        }
    }
}

impl Call {
    /// Tells the account's debugger webhook.
    pub(super) fn alert(&self, about: &About<'_>) {
        let domain = &self.lab.domain;
        let from = match &self.caller {
            Caller::Phone { name, .. } => format!("<sip:{name}@{domain}>;tag=1"),
            Caller::Outside { name } => format!("\"{name}\" <sip:{name}@{domain}>;tag=1"),
        };
        let (url, parameters) = match about {
            About::Unregistered { user } => {
                let to = format!("sip:{}@{domain}", webhook::encode_user(user));
                (Some(to.clone()), json!({"To": to}))
            }
            About::Silent { contact } => (None, json!({"To": format!("<{contact}>"), "From": from})),
            About::Invalid { number } | About::NotOwned { number } => {
                (None, json!({"To": number, "From": from}))
            }
            About::Refer => (None, json!({"From": from})),
            About::Document { url, .. } => (Some((*url).to_owned()), Value::Object(Map::new())),
        };
        let code = about.code().to_string();
        let payload = json!({
            "resource_sid": self.exchange.sid(), "service_sid": null, "error_code": code,
            "more_info": {"LogLevel": about.level(), "ErrorCode": code},
            "webhook": {
                "type": "application/json",
                "request": {"url": url, "method": null, "headers": {}, "parameters": parameters},
                "response": {"status_code": null, "headers": {}, "body": null},
            },
        });
        let form = Form::from_pairs([
            ("AccountSid", self.lab.account.clone()),
            ("Level", about.level().to_owned()),
            ("ParentAccountSid", String::new()),
            ("Payload", payload.to_string()),
            ("PayloadType", "application/json".to_owned()),
            ("Sid", format!("NO{}", crate::digest::random())),
            ("Timestamp", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ]);
        let url = self.lab.debugger.clone();
        let (service, teller) = (Arc::clone(&self.lab.service), self.teller.clone());
        tokio::spawn(async move {
            let what = format!("POST {url} (error {code})");
            let asked = Instant::now();
            let answer = service.ask(Request { method: Method::Post, url, form }).await;
            let status = match &answer {
                Ok(answer) => u32::from(answer.status),
                Err(error) => error.code(),
            };
            teller.tell_asked("debugger", what, status, asked.elapsed());
        });
    }
}
