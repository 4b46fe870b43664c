//! The transcript of a call: lines as they come, and every request in the end.

use exchange::Method;
use serde_json::{Map, Value, json};
use webhook::Form;

use crate::{Ending, Terminal};

/// Something that a person on the phone notices.
#[derive(Debug)]
pub(crate) enum Heard {
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

/// A leg that rings, in words.
#[derive(Debug)]
pub(crate) struct Rings {
    /// Numbers and SIP URIs, in full.
    pub(crate) to: Vec<String>,
    /// The same, as people name them.
    pub(crate) names: Vec<String>,
    pub(crate) caller_id: Option<String>,
    pub(crate) timeout: Option<u32>,
    pub(crate) time_limit: Option<u32>,
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
pub struct Transcript<'t> {
    terminal: &'t dyn Terminal,
    steps: Vec<Step>,
    /// The step whose document is being played; reports of legs come in between.
    playing: Option<usize>,
}

impl<'t> Transcript<'t> {
    /// An empty one, which is shown there as it grows.
    #[must_use]
    pub fn new(terminal: &'t dyn Terminal) -> Self {
        Self { terminal, steps: Vec::new(), playing: None }
    }

    pub(crate) fn terminal(&self) -> &'t dyn Terminal {
        self.terminal
    }

    /// A request that was answered; `twiml` when it was asked for a document.
    pub(crate) fn request(
        &mut self,
        method: Method,
        place: &str,
        form: &Form,
        status: u16,
        twiml: Option<&str>,
    ) {
        self.terminal.line(&format!("  {} {place}  {status}", method.as_str()));
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

    pub(crate) fn heard(&mut self, heard: &Heard) {
        let (word, text) = heard.line();
        self.terminal.line(&format!("  {word:<7} {text}"));
        if let Some(step) = self.playing.and_then(|at| self.steps.get_mut(at)) {
            step.heard.push(heard.json());
        }
    }

    /// Every request, in order, with what was heard because of it: `method`, `path`, `sent`, `status`, `twiml`, `heard`.
    #[must_use]
    pub fn into_steps(self) -> Value {
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
    use crate::terminal::Nobody;

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
        let mut transcript = Transcript::new(&Nobody);
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
