//! What is told of a call: lines as they come, or one JSON object in the end.

use exchange::Method;
use serde_json::{Map, Value, json};
use webhook::Form;

use super::ending::Ending;
use crate::output;

/// Something that a person on the phone notices.
#[derive(Debug)]
pub(super) enum Heard {
    Says {
        text: String,
        language: Option<String>,
    },
    Plays {
        url: String,
        endlessly: bool,
    },
    Waits {
        seconds: u32,
    },
    DialTone,
    Presses {
        keys: String,
    },
    Rings(Rings),
    Ends(Ending),
    Refers {
        to: String,
    },
    Redirects {
        to: String,
    },
    Rejects {
        reason: String,
    },
    /// The document says so, or has come to its end.
    HangsUp,
    /// The caller has hung up.
    CallerGone,
    Skips {
        verb: String,
    },
}

/// Who rings, and how.
#[derive(Debug)]
pub(super) struct Rings {
    /// Numbers and SIP URIs, in full.
    pub(super) to: Vec<String>,
    /// The same, as people name them.
    pub(super) names: Vec<String>,
    pub(super) caller_id: Option<String>,
    pub(super) timeout: Option<u32>,
    pub(super) time_limit: Option<u32>,
}

impl Heard {
    fn line(&self) -> (&'static str, String) {
        match self {
            Self::Says { text, language } => {
                // Twilio's default goes without saying.
                let language = language.as_deref().filter(|tag| *tag != "en-US");
                let tag = language.map(|tag| format!(" ({tag})")).unwrap_or_default();
                ("says", format!("\"{text}\"{tag}"))
            }
            Self::Plays { url, endlessly: true } => ("plays", format!("{url}, again and again")),
            Self::Plays { url, endlessly: false } => ("plays", url.clone()),
            Self::Waits { seconds } => ("waits", format!("{seconds} s")),
            Self::DialTone => ("tone", "waiting for keys".into()),
            Self::Presses { keys } if keys.is_empty() => ("keys", "none".into()),
            Self::Presses { keys } => ("keys", keys.clone()),
            Self::Rings(rings) => ("rings", rings.line()),
            Self::Ends(ending) => ("ends", ending.as_str().into()),
            Self::Refers { to } => ("refers", format!("the caller to {to}")),
            Self::Redirects { to } => ("goes on", format!("at {to}")),
            Self::Rejects { reason } => ("rejects", reason.clone()),
            Self::HangsUp => ("over", "the call has ended".into()),
            Self::CallerGone => ("over", "the caller has hung up".into()),
            Self::Skips { verb } => ("skips", format!("<{verb}>, which this command does not play")),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Says { text, language } => json!({"verb": "say", "text": text, "language": language}),
            Self::Plays { url, endlessly } => json!({"verb": "play", "url": url, "endlessly": endlessly}),
            Self::Waits { seconds } => json!({"verb": "pause", "seconds": seconds}),
            Self::DialTone => json!({"verb": "dial_tone"}),
            Self::Presses { keys } => json!({"verb": "press", "keys": keys}),
            Self::Rings(rings) => json!({
                "verb": "ring", "to": rings.to, "caller_id": rings.caller_id,
                "timeout_seconds": rings.timeout, "time_limit_seconds": rings.time_limit,
            }),
            Self::Ends(ending) => json!({"verb": "end", "status": ending.as_str()}),
            Self::Refers { to } => json!({"verb": "refer", "to": to}),
            Self::Redirects { to } => json!({"verb": "redirect", "to": to}),
            Self::Rejects { reason } => json!({"verb": "reject", "reason": reason}),
            Self::HangsUp => json!({"verb": "hangup"}),
            Self::CallerGone => json!({"verb": "caller_gone"}),
            Self::Skips { verb } => json!({"verb": "skip", "name": verb}),
        }
    }
}

impl Rings {
    fn line(&self) -> String {
        let how: Vec<_> = [
            self.caller_id.as_ref().map(|number| format!("shown: {number}")),
            self.timeout.map(|seconds| format!("for {seconds} s")),
            self.time_limit.map(|seconds| format!("at most {}", in_minutes(seconds))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let who = self.names.join(", ");
        if how.is_empty() { who } else { format!("{who} ({})", how.join(", ")) }
    }
}

fn in_minutes(seconds: u32) -> String {
    if seconds >= 60 && seconds.is_multiple_of(60) {
        format!("{} min", seconds / 60)
    } else {
        format!("{seconds} s")
    }
}

/// One request, and what came of it.
struct Step {
    request: Map<String, Value>,
    heard: Vec<Value>,
}

/// The story so far.
pub(super) struct Transcript {
    is_json: bool,
    steps: Vec<Step>,
    /// The step whose document is being played; reports of legs come in between.
    playing: Option<usize>,
}

impl Transcript {
    pub(super) fn new(is_json: bool) -> Self {
        Self { is_json, steps: Vec::new(), playing: None }
    }

    pub(super) fn title(&self, text: &str) {
        if !self.is_json {
            output::line(&output::plain(text));
        }
    }

    /// A request that was answered; `twiml` when it was asked for a document.
    pub(super) fn request(
        &mut self,
        method: Method,
        place: &str,
        form: &Form,
        status: u16,
        twiml: Option<&str>,
    ) {
        if !self.is_json {
            output::line(&format!("  {} {}  {status}", method.as_str(), output::plain(place)));
        }
        let sent: Map<_, _> = form.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let request = Map::from_iter([
            ("method".to_owned(), method.as_str().into()),
            ("path".to_owned(), place.into()),
            ("sent".to_owned(), sent.into()),
            ("status".to_owned(), status.into()),
            ("twiml".to_owned(), twiml.into()),
        ]);
        if twiml.is_some() {
            self.playing = Some(self.steps.len());
        }
        self.steps.push(Step { request, heard: Vec::new() });
    }

    pub(super) fn heard(&mut self, heard: &Heard) {
        if !self.is_json {
            let (word, text) = heard.line();
            output::line(&format!("  {word:<7} {}", output::plain(&text)));
        }
        if let Some(step) = self.playing.and_then(|at| self.steps.get_mut(at)) {
            step.heard.push(heard.json());
        }
    }

    /// Something that is no part of the call, for people only.
    pub(super) fn note(&self, text: &str) {
        if !self.is_json {
            output::aside(&output::plain(text));
        }
    }

    /// Every request, in order, with what was heard because of it.
    pub(super) fn into_steps(self) -> Value {
        let steps = self.steps.into_iter().map(|step| {
            let mut object = step.request;
            object.insert("heard".to_owned(), step.heard.into());
            Value::Object(object)
        });
        steps.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rings() -> Rings {
        Rings {
            to: vec!["+15035550123".into()],
            names: vec!["+15035550123".into()],
            caller_id: Some("+15035550110".into()),
            timeout: Some(30),
            time_limit: Some(3600),
        }
    }

    #[test]
    fn lines_are_short() {
        assert_eq!(rings().line(), "+15035550123 (shown: +15035550110, for 30 s, at most 60 min)");
        let bare = Rings {
            caller_id: None,
            timeout: None,
            time_limit: None,
            names: vec!["a".into(), "b".into()],
            ..rings()
        };
        assert_eq!(bare.line(), "a, b");
        assert_eq!(Rings { time_limit: Some(90), ..bare }.line(), "a, b (at most 90 s)");
        let says = |tag: &str| Heard::Says { text: "x".into(), language: Some(tag.into()) }.line().1;
        assert_eq!((says("en-US").as_str(), says("es-MX").as_str()), ("\"x\"", "\"x\" (es-MX)"));
    }

    #[test]
    fn what_is_heard_belongs_to_the_document_not_to_reports_in_between() {
        let mut transcript = Transcript::new(true);
        let form = Form::from_pairs([("FinishedOnKey", "")]);
        transcript.request(Method::Post, "/outgoing", &form, 200, Some("<Response/>"));
        transcript.heard(&Heard::Rings(rings()));
        transcript.request(Method::Post, "/status/call", &form, 204, None);
        transcript.heard(&Heard::HangsUp);
        let steps = transcript.into_steps();
        assert_eq!(steps[0]["path"], "/outgoing");
        assert_eq!(steps[0]["sent"]["FinishedOnKey"], "");
        assert_eq!(steps[0]["heard"][0]["to"][0], "+15035550123");
        assert_eq!(steps[0]["heard"][1]["verb"], "hangup");
        assert_eq!((&steps[1]["status"], &steps[1]["twiml"]), (&json!(204), &Value::Null));
    }
}
