//! The file as far as it is known, and what `check` would say of it.

use std::fmt::Write;

use network::{Finding, NetworkFile, Problem};
use numbers::E164;
use webhook::PublicUrl;

use super::question::Question;

/// The answers so far.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    answers: Vec<(Question, String)>,
    /// What answers while the service cannot; nobody is asked for it.
    fallback_url: Option<String>,
}

impl Sketch {
    /// No answers yet.
    #[must_use]
    pub fn with_fallback(fallback_url: Option<String>) -> Self {
        Self { answers: Vec::new(), fallback_url }
    }

    /// The answer to a question, if it is given.
    #[must_use]
    pub fn get(&self, question: Question) -> Option<&str> {
        self.answers.iter().find(|(one, _)| *one == question).map(|(_, answer)| answer.as_str())
    }

    /// The answer of most people, if there is one.
    pub fn default_for(&self, question: Question) -> Option<String> {
        match question {
            Question::Region => Some("US".into()),
            Question::Phone => Some("lobby".into()),
            // A SIP domain is a name among all of Twilio's customers, so the network's own is likely to be free.
            Question::SipDomain => self.get(Question::Name).map(|name| format!("{name}-prod.sip.twilio.com")),
            _ => None,
        }
    }

    /// Notes an answer, in place of an earlier one.
    pub fn set(&mut self, question: Question, answer: String) {
        self.answers.retain(|(one, _)| *one != question);
        self.answers.push((question, answer));
    }

    /// What `check` would say of this answer.
    pub fn refuses(&self, question: Question, answer: &str) -> Option<Finding> {
        let mut whole = self.clone();
        whole.set(question, answer.trim().to_owned());
        let key = question.key(whole.answer(Question::Phone));
        let is_about = |problem: &&Problem| {
            problem.key == key
                || problem.key.strip_prefix(&key).is_some_and(|rest| rest.starts_with(['[', '.']))
        };
        let said = whole.said();
        let problem = said.iter().find(is_about)?;
        Some(Finding::new("", &problem.what, &problem.remedy))
    }

    /// Everything that `check` would say of the file, advice included.
    pub fn problems(&self) -> Vec<Finding> {
        self.said().iter().map(Problem::in_file).collect()
    }

    fn said(&self) -> Vec<Problem> {
        match NetworkFile::parse(&self.text()) {
            // `check` reminds of these: the fallback function has a URL only after the first deployment, and a trial on
            // one's own machine needs none that Twilio reaches.
            Ok(file) => {
                let is_trial =
                    PublicUrl::parse(self.answer(Question::PublicUrl)).is_ok_and(|url| url.is_loopback());
                let is_for_later = |advice: &&Problem| {
                    advice.key.ends_with(".fallback_url") || is_trial && advice.key.ends_with(".public_url")
                };
                file.advice().iter().filter(|advice| !is_for_later(advice)).cloned().collect()
            }
            Err(problems) => problems.0,
        }
    }

    /// The answer, or one that is good where none was given yet.
    fn answer(&self, question: Question) -> &str {
        self.get(question).unwrap_or(match question {
            Question::Name => "street",
            Question::Region => "US",
            Question::SipDomain => "street-prod.sip.twilio.com",
            Question::PublicUrl => "https://voice.example.org",
            Question::Phone => "lobby",
            Question::Number => "+15035550110",
            Question::Customer => "Example Bookshop",
            Question::Street => "100 Main Street",
            Question::City => "Portland",
            Question::State => "OR",
            Question::PostalCode => "97201",
            Question::Notify => "ops@example.org",
        })
    }

    /// The file.
    pub fn text(&self) -> String {
        let value = |question| toml_edit::Value::from(self.answer(question)).to_string();
        let number = value(Question::Number);
        let mut text = String::from(
            "# A phone network. `dialtone check` reads this file and names every mistake.\n\n[network]\n",
        );
        let mut line = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        line(&format!("name = {}", value(Question::Name)));
        line(&format!("region = {}", value(Question::Region)));
        if let Some(npa) = self.area_code() {
            line(&format!("area_code = \"{npa}\""));
        }
        line(&format!("emergency_caller_id = {number}   # what 911 sees of a phone without a number"));
        line("address = \"home\"\n\n[addresses.home]");
        for (key, question) in [
            ("customer", Question::Customer),
            ("street", Question::Street),
            ("city", Question::City),
            ("region", Question::State),
            ("postal_code", Question::PostalCode),
        ] {
            line(&format!("{key} = {}", value(question)));
        }
        line("\n[[notify]]");
        for (key, value) in self.notify() {
            line(&format!("{key} = {value}"));
        }
        line("\n[stages.prod]");
        line(&format!("sip_domain = {}", value(Question::SipDomain)));
        line(&format!("public_url = {}", value(Question::PublicUrl)));
        if let Some(url) = &self.fallback_url {
            line(&format!("fallback_url = {}", toml_edit::Value::from(url)));
        }
        let phone = toml_edit::Key::new(self.answer(Question::Phone));
        let _ = write!(text, "\n[extensions.{phone}]\nnumber = {number}\n");
        text
    }

    /// The area code of a North American number, so that neighbours are called with seven digits.
    fn area_code(&self) -> Option<String> {
        let number = E164::parse(self.answer(Question::Number)).ok()?;
        number.nanp()?;
        number.digits().get(1..4).map(str::to_owned)
    }

    /// The keys of `[[notify]]`, each with its value in TOML.
    fn notify(&self) -> Vec<(&'static str, String)> {
        let answer = self.answer(Question::Notify);
        let quoted = |text: &str| toml_edit::Value::from(text).to_string();
        let from = || ("from", quoted(self.answer(Question::Number)));
        match answer.strip_prefix("sms:") {
            Some(number) => vec![("sms", quoted(number)), from()],
            None if answer.starts_with("http") => vec![("webhook", quoted(answer))],
            None if answer.starts_with('+') => vec![("call", quoted(answer)), from()],
            None => vec![("mail", quoted(answer))],
        }
    }
}
