//! Whether the running service has the file at hand.

use std::path::Path;
use std::time::Duration;

use network::{Fingerprint, Stage};
use web::{IDENTITY_HEADER, Identity, Route};
use webhook::{AuthTokens, Form, sign};

/// How long to wait for its answer.
const WAIT: Duration = Duration::from_secs(5);

/// What the running service knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Knowledge {
    /// It was not asked: there is nothing to sign with, or nobody wanted to.
    NotAsked,
    /// It gives no answer.
    Silent,
    /// It does not take our signature.
    Refuses,
    /// It has this file.
    Same,
    /// It has another file.
    Other,
    /// It does not say which file it has.
    Unsaid,
}

impl Knowledge {
    /// Asks with a signed callback that has no call in it, which the service takes and forgets. Every answer to a signed
    /// request carries `X-Dialtone: VERSION FILE`.
    pub(super) fn ask(stage: &Stage, file: &Path) -> Self {
        let tokens = std::env::var("TWILIO_AUTH_TOKEN").ok().and_then(|text| AuthTokens::parse(&text).ok());
        let (Some(tokens), Ok(content)) = (tokens, std::fs::read(file)) else { return Self::NotAsked };
        let url = format!("{}{}", stage.public_url, Route::CallProgress.path());
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(WAIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        let answer = agent
            .post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("X-Twilio-Signature", sign(tokens.first(), &url, Some(&Form::default())))
            .send_empty();
        let Ok(answer) = answer else { return Self::Silent };
        if !answer.status().is_success() {
            return Self::Refuses;
        }
        let said = answer.headers().get(IDENTITY_HEADER).and_then(|value| value.to_str().ok());
        let here = std::str::from_utf8(&content).ok().map(Fingerprint::of);
        match said.and_then(|said| said.parse::<Identity>().ok()) {
            None => Self::Unsaid,
            Some(service) if Some(service.file) == here => Self::Same,
            Some(_) => Self::Other,
        }
    }

    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Silent => "silent",
            Self::Refuses => "refuses",
            Self::Same => "same_file",
            Self::Other => "other_file",
            Self::Unsaid => "file_unknown",
        }
    }

    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Self::NotAsked => "not asked (TWILIO_AUTH_TOKEN is not set, or --offline)",
            Self::Silent => "gives no answer",
            Self::Refuses => "does not take our signature",
            Self::Same => "runs, with this file",
            Self::Other => "runs, with ANOTHER file",
            Self::Unsaid => "runs, and does not say which file it has",
        }
    }

    pub(super) fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::Silent => "start the service, or mend the way to it: dialtone doctor",
            Self::Refuses => "give the service and this command the same TWILIO_AUTH_TOKEN",
            Self::Other => "give the service this file and start it anew, or fetch the file that it has",
            Self::NotAsked | Self::Same | Self::Unsaid => return None,
        };
        Some(advice.to_owned())
    }
}
