//! What a lab tells, in words for people and as JSON for programs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::news::{Kind, News};
use crate::running::{CERTIFICATE, Running};
use crate::voice::Speaker;

/// Said at the start, and whenever someone might forget.
const NOBODY: &str = "911 REACHES NOBODY HERE. This is a lab: for help, use a real telephone.";

/// A line of the transcript.
pub enum Told<'a> {
    /// What happens.
    News(&'a News),
    /// An event of the service, as it goes to the topic.
    Event(&'a str),
    /// What came of an order.
    Note(&'a str),
    /// An order that nobody understands.
    WrongOrder(&'a str),
}

impl Told<'_> {
    /// One object.
    #[must_use]
    pub fn json(&self, at: Timestamp) -> Value {
        let at = at.to_string();
        match self {
            Self::News(News { call, kind, who, what, code, took }) => json!({
                "at": at, "call": call, "kind": kind.as_str(), "who": who,
                "what": what, "code": code, "took_us": took.map(|took| took.as_micros() as u64),
            }),
            Self::Event(text) => json!({"at": at, "kind": "event", "event": parsed(text)}),
            Self::Note(text) => json!({"at": at, "kind": "note", "what": text}),
            Self::WrongOrder(text) => json!({"at": at, "kind": "wrong-order", "what": text}),
        }
    }

    /// One line, with the time of this place.
    #[must_use]
    pub fn words(&self, at: Timestamp, zone: TimeZone) -> String {
        let time = at.to_zoned(zone).strftime("%H:%M:%S").to_string();
        let line = |word: &str, text: &str| format!("{time}      {word:<12} {text}");
        match self {
            Self::News(news) => {
                let call = news.call.map_or_else(|| "   ".to_owned(), |call| format!("{call:>3}"));
                let word = if news.kind == Kind::Assumed { "" } else { news.kind.as_str() };
                format!("{time} {call}  {word:<12} {}", said(news))
            }
            Self::Event(text) => {
                let event = parsed(text);
                let of = |place: &str| event.pointer(place).and_then(Value::as_str);
                let reason = of("/call/reason").map_or_else(String::new, |why| format!(" ({why})"));
                let (name, phone) = (of("/event/UserEvent"), of("/event/endpoint"));
                let text = format!("{} {}{reason}", name.unwrap_or_default(), phone.unwrap_or_default());
                line("event", &text)
            }
            Self::Note(text) => line("note", text),
            Self::WrongOrder(text) => line("?", text),
        }
    }
}

fn parsed(event: &str) -> Value {
    serde_json::from_str(event).unwrap_or_default()
}

fn said(News { kind, who, what, code, .. }: &News) -> String {
    let code = code.map_or_else(String::new, |code| format!(" ({code})"));
    match kind {
        Kind::Assumed => format!("[assumed] {what}"),
        Kind::Says => format!("\"{what}\""),
        Kind::Asked | Kind::Dials | Kind::Help => format!("{what}{code}"),
        _ if who.is_empty() => format!("{what}{code}"),
        _ => format!("{who}: {what}{code}"),
    }
}

/// What a lab begins with: where phones connect, and with what.
pub struct Opening<'a> {
    /// The SIP domain.
    pub domain: &'a str,
    /// Whether it takes TLS and SRTP alone.
    pub is_secure: bool,
    /// The phones whose settings are shown.
    pub shown: &'a [String],
    /// Passwords by phone.
    pub passwords: &'a HashMap<String, String>,
    /// What speaks.
    pub speaker: Speaker,
    /// Where the certificate is, if there is a home to keep it in.
    pub certificate: Option<PathBuf>,
    /// Settings for a telephone with a camera.
    pub qr: Option<Offer>,
    /// Whether a person reads along, and may give orders.
    pub is_watched: bool,
    /// The orders, in words.
    pub orders: &'a str,
}

/// Settings that a telephone fetches.
pub struct Offer {
    /// The phone of the file that it becomes.
    pub phone: String,
    /// Where its settings are, at a path that nobody guesses.
    pub url: String,
    /// The same as a code for the terminal.
    pub code: String,
    /// Whether no telephone can reach it, because the lab listens on loopback.
    pub is_local: bool,
}

impl Opening<'_> {
    fn certificate_url(lab: &Running) -> Option<String> {
        lab.files_address().map(|files| format!("http://{files}{CERTIFICATE}"))
    }

    /// One object.
    #[must_use]
    pub fn json(&self, lab: &Running) -> Value {
        let text = |address: Option<SocketAddr>| address.map(|address| address.to_string());
        let phone = |user: &String| json!({"user": user, "password": self.passwords.get(user)});
        let phones: Vec<_> = self.shown.iter().map(phone).collect();
        json!({
            "kind": "begins", "address": lab.address().to_string(), "domain": self.domain, "phones": phones,
            "tls": text(lab.tls_address()), "files": text(lab.files_address()), "dns": text(lab.names_address()),
            "qr": self.qr.as_ref().map(|qr| &qr.url), "certificate": self.certificate,
            "certificate_url": Self::certificate_url(lab), "secure": self.is_secure,
            "voice": self.speaker.as_str(), "emergency": "reaches nobody",
        })
    }

    /// Lines for a terminal.
    #[must_use]
    pub fn words(&self, lab: &Running) -> Vec<String> {
        let address = lab.address();
        let tls = lab.tls_address().map_or_else(String::new, |tls| tls.to_string());
        let mut lines = vec![
            format!("*** {NOBODY} ***\n"),
            format!("Phones connect to {address}, over UDP or TCP, or to {tls}, over TLS:\n"),
            format!("  SIP domain (server)   {}", self.domain),
            if self.is_secure {
                format!("  outbound proxy        sip:{tls};transport=tls;lr, with SRTP: the domain is secure")
            } else {
                format!("  outbound proxy        sip:{address};transport=udp;lr")
            },
            format!("  TLS certificate       {}", Self::certificate_url(lab).unwrap_or_default()),
        ];
        if let Some(names) = lab.names_address() {
            lines.push(format!("  name server           {names}, for files that are meant for Twilio"));
        }
        for user in self.shown {
            let password = self.passwords.get(user).map_or("", String::as_str);
            lines.push(format!("  user, password        {user}  {password}"));
        }
        if let Some(Offer { phone, url, code, is_local }) = &self.qr {
            lines.push(format!(
                "\nLinphone as {phone}: Assistant, Fetch remote configuration; scan, or type {url}\n\n{code}"
            ));
            if *is_local {
                let how = "start with --listen and its address in your Wi-Fi";
                lines.push(format!("No telephone reaches this machine there: {how}."));
            }
        }
        if self.speaker == Speaker::Beeps {
            lines.push(
                "\nNothing here can speak: every word is a beep. Install espeak-ng for a voice.".into(),
            );
        }
        if self.is_watched {
            lines.push(format!("\nOrders: {}.", self.orders));
        }
        lines.push("\nDial a phone by its name, a number, or something wrong.\n".into());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(told: &Told<'_>) -> String {
        told.words(Timestamp::UNIX_EPOCH, TimeZone::UTC)
    }

    #[test]
    fn news_are_lines_for_people_and_objects_for_programs() {
        let mut news = News {
            call: Some(3),
            kind: Kind::LegOver,
            who: "lobby".into(),
            what: "busy".into(),
            code: Some(486),
            took: None,
        };
        assert_eq!(words(&Told::News(&news)), "00:00:00   3  leg-over     lobby: busy (486)");
        let json = Told::News(&news).json(Timestamp::UNIX_EPOCH);
        assert_eq!(
            (&json["kind"], &json["code"], &json["took_us"]),
            (&"leg-over".into(), &486.into(), &Value::Null)
        );
        (news.kind, news.call, news.code) = (Kind::Says, None, None);
        assert_eq!(words(&Told::News(&news)), "00:00:00      says         \"busy\"");
        news.kind = Kind::Assumed;
        assert!(words(&Told::News(&news)).ends_with(" [assumed] busy"));
    }

    #[test]
    fn events_and_orders_are_lines_too() {
        let event = r#"{"event":{"UserEvent":"reject","endpoint":"lobby"},"call":{"reason":"premium"}}"#;
        assert_eq!(words(&Told::Event(event)), "00:00:00      event        reject lobby (premium)");
        assert_eq!(Told::Event(event).json(Timestamp::UNIX_EPOCH)["event"]["call"]["reason"], "premium");
        assert_eq!(words(&Told::Note("so")), "00:00:00      note         so");
        assert_eq!(Told::WrongOrder("so").json(Timestamp::UNIX_EPOCH)["kind"], "wrong-order");
    }
}
