//! What the lab prints: lines for people, or one JSON object a line for programs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lab::{Kind, News, Running, Speaker};
use network::Stage;
use serde_json::{Value, json};

use super::doors::CERTIFICATE;
use super::is_watched;
use super::qr::Offer;
use crate::output;

pub(super) struct Transcript {
    is_json: bool,
}

/// What a lab begins with.
pub(super) struct Beginning<'a> {
    pub(super) stage: &'a Stage,
    /// The phones whose settings are shown.
    pub(super) shown: &'a [String],
    pub(super) passwords: &'a HashMap<String, String>,
    pub(super) speaker: Speaker,
    /// Where the certificate is, if there is a home to keep it in.
    pub(super) certificate: Option<PathBuf>,
    pub(super) qr: Option<Offer>,
}

/// Said at the start, and whenever someone might forget.
const NOBODY: &str = "911 REACHES NOBODY HERE. This is a lab: for help, use a real telephone.";

impl Transcript {
    pub(super) fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Where phones connect, and with what.
    pub(super) fn begins(&self, lab: &Running, beginning: &Beginning<'_>) {
        let Beginning { stage, shown, passwords, speaker, certificate, qr } = beginning;
        let address = lab.address();
        let text = |address: Option<SocketAddr>| address.map(|address| address.to_string());
        let (tls, files, names) =
            (text(lab.tls_address()), text(lab.files_address()), text(lab.names_address()));
        let url = files.as_ref().map(|files| format!("http://{files}{CERTIFICATE}"));
        let domain = &stage.sip_domain;
        let voice = match speaker {
            Speaker::EspeakNg => "espeak-ng",
            Speaker::Say => "say",
            Speaker::Beeps => "beeps",
        };
        if self.is_json {
            let phones: Vec<_> =
                shown.iter().map(|user| json!({"user": user, "password": passwords.get(user)})).collect();
            return output::json(&json!({
                "kind": "begins", "address": address.to_string(), "domain": domain, "phones": phones, "tls": tls,
                "files": files, "qr": qr.as_ref().map(|qr| &qr.url), "dns": names, "certificate": certificate, "certificate_url": url,
                "secure": stage.secure, "voice": voice, "emergency": "reaches nobody",
            }));
        }
        output::line(&format!("*** {NOBODY} ***\n"));
        let tls = tls.unwrap_or_default();
        output::line(&format!("Phones connect to {address}, over UDP or TCP, or to {tls}, over TLS:\n"));
        output::line(&format!("  SIP domain (server)   {domain}"));
        if stage.secure {
            output::line(&format!(
                "  outbound proxy        sip:{tls};transport=tls;lr, with SRTP: the domain is secure"
            ));
        } else {
            output::line(&format!("  outbound proxy        sip:{address};transport=udp;lr"));
        }
        output::line(&format!("  TLS certificate       {}", url.unwrap_or_default()));
        if let Some(names) = names {
            output::line(&format!("  name server           {names}, for files that are meant for Twilio"));
        }
        for user in *shown {
            let password = passwords.get(user).map_or("", String::as_str);
            output::line(&format!("  user, password        {user}  {password}"));
        }
        if let Some(Offer { phone, url, code, is_local }) = qr {
            output::line(&format!(
                "\nLinphone as {phone}: Assistant, Fetch remote configuration; scan, or type {url}\n"
            ));
            output::line(code);
            if *is_local {
                output::line(
                    "No telephone reaches this machine there: start with --listen and its address in your Wi-Fi.",
                );
            }
        }
        if *speaker == Speaker::Beeps {
            output::line("\nNothing here can speak: every word is a beep. Install espeak-ng for a voice.");
        }
        let orders = if is_watched() {
            "\nOrders: answers, rings, busy, invalid, not-owned, answer, hangup, call NUMBER [FROM], quit."
        } else {
            ""
        };
        output::line(&format!("{orders}\nDial a phone by its name, a number, or something wrong.\n"));
    }

    pub(super) fn tell(&self, news: &News) {
        let News { call, kind, who, what, code, took } = news;
        if self.is_json {
            return output::json(&json!({
                "at": Timestamp::now().to_string(), "call": call, "kind": kind.as_str(), "who": who,
                "what": what, "code": code, "took_us": took.map(|took| took.as_micros() as u64),
            }));
        }
        let time = Timestamp::now().to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string();
        let call = call.map_or_else(|| "   ".to_owned(), |call| format!("{call:>3}"));
        let code = code.map_or_else(String::new, |code| format!(" ({code})"));
        let text = match kind {
            Kind::Assumed => format!("[assumed] {what}"),
            Kind::Says => format!("\"{what}\""),
            Kind::Asked | Kind::Dials | Kind::Help => format!("{what}{code}"),
            _ if who.is_empty() => format!("{what}{code}"),
            _ => format!("{who}: {what}{code}"),
        };
        let word = if *kind == Kind::Assumed { "" } else { kind.as_str() };
        output::line(&format!("{time} {call}  {word:<12} {text}"));
    }

    /// An event of the service, as it goes to the topic.
    pub(super) fn event(&self, text: &str) {
        let event: Value = serde_json::from_str(text).unwrap_or_default();
        if self.is_json {
            return output::json(
                &json!({"at": Timestamp::now().to_string(), "kind": "event", "event": event}),
            );
        }
        let of = |place: &str| event.pointer(place).and_then(Value::as_str);
        let reason = of("/call/reason").map_or_else(String::new, |why| format!(" ({why})"));
        let (name, phone) = (of("/event/UserEvent"), of("/event/endpoint"));
        self.line("event", &format!("{} {}{reason}", name.unwrap_or_default(), phone.unwrap_or_default()));
    }

    pub(super) fn note(&self, text: &str) {
        if self.is_json {
            return output::json(&json!({"at": Timestamp::now().to_string(), "kind": "note", "what": text}));
        }
        self.line("note", text);
    }

    /// An order that nobody understands.
    pub(super) fn wrong(&self, text: &str) {
        if self.is_json {
            return output::json(
                &json!({"at": Timestamp::now().to_string(), "kind": "wrong-order", "what": text}),
            );
        }
        self.line("?", text);
    }

    fn line(&self, word: &str, text: &str) {
        let time = Timestamp::now().to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string();
        output::line(&format!("{time}      {word:<12} {text}"));
    }
}
