//! The account's debugger webhook.

use std::fmt;

use crate::form::Form;
use crate::ids::is_sid;

/// An error or warning of the account
/// (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).
///
/// One URL serves the whole account, so an alert may be about something that is not ours. `Debug` hides
/// the payload.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Alert {
    /// `Sid`, the same when Twilio tries again; only ever `NO` and 32 hexadecimal digits.
    pub sid: Option<String>,
    /// `Level`.
    pub level: AlertLevel,
    /// `Payload`: JSON text, with the private values of a call in it.
    pub payload: Option<String>,
}

impl Alert {
    /// Reads the outer form.
    #[must_use]
    pub fn from_form(form: &Form) -> Self {
        Self {
            sid: form.text("Sid").filter(|sid| is_sid("NO", sid)).map(str::to_owned),
            level: form.text("Level").map(AlertLevel::parse).unwrap_or_default(),
            payload: form.text("Payload").map(str::to_owned),
        }
    }
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert").field("sid", &self.sid).field("level", &self.level).finish_non_exhaustive()
    }
}

/// How bad it is. An unregistered phone (32009) is a mere warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AlertLevel {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Absent, or a word Twilio does not document.
    #[default]
    Unknown,
}

impl AlertLevel {
    /// Reads Twilio's word in any case: its page writes `Error` in the text and `ERROR` in the example.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let is_named = |level: &Self| level.as_str().eq_ignore_ascii_case(text.trim());
        [Self::Error, Self::Warning].into_iter().find(is_named).unwrap_or_default()
    }

    /// `error`, `warning` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_outer_form() {
        let sid = format!("NO{}", "0".repeat(32));
        let form = Form::from_pairs([
            ("Sid", sid.as_str()),
            ("ParentAccountSid", ""),
            ("Level", "ERROR"),
            ("Payload", r#"{"error_code":"32009","more_info":{"To":"+15035550100"}}"#),
        ]);
        let alert = Alert::from_form(&form);
        assert_eq!((alert.sid.as_deref(), alert.level), (Some(sid.as_str()), AlertLevel::Error));
        assert!(alert.payload.as_ref().unwrap().contains("32009"));
        assert!(!format!("{alert:?}").contains("5035550100"));
    }

    #[test]
    fn levels_are_read_in_any_case() {
        for (text, level) in [
            ("Warning", AlertLevel::Warning),
            ("WARNING", AlertLevel::Warning),
            ("error", AlertLevel::Error),
            ("notice", AlertLevel::Unknown),
        ] {
            assert_eq!(AlertLevel::parse(text), level);
        }
    }

    #[test]
    fn an_odd_alert_is_an_empty_one() {
        let form = Form::from_pairs([("Sid", "NO+15035550100"), ("Level", ""), ("Payload", " ")]);
        assert_eq!(Alert::from_form(&form), Alert::default());
    }
}
