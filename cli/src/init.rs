//! `dialtone init`

use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use network::Finding;
use setup::{Question, Sketch};

use crate::exit::{Failure, Outcome, Result};
use crate::output;
use crate::{answer, ask};

/// Writes a first network file: one stage, one phone, its address, and who hears of a call for help.
///
/// It asks for what is not given by an option, and checks each answer as `dialtone check` would. The file has one
/// phone; add others as [extensions.NAME].
///
///   dialtone init
///   dialtone init --yes --name street --sip-domain street-prod.sip.twilio.com \
///     --public-url URL --number +15035550110 --customer 'Example Bookshop' \
///     --street '100 Main Street' --city Portland --state OR --postal-code 97201 --notify ops@example.org
///
/// Exit codes: 0 written, 1 not written because the answer was no, 2 wrong usage, or a file that is there already.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Init {
    /// The file to write. It must not exist.
    #[arg(long, value_name = "FILE", default_value = "./dialtone.toml")]
    out: PathBuf,

    /// What the network is called.
    #[arg(long)]
    name: Option<String>,

    /// The country, by its two letters of ISO 3166: how digits without a country code are read.
    #[arg(long, value_name = "COUNTRY")]
    region: Option<String>,

    /// The SIP domain at Twilio: NAME.sip.twilio.com, with a name that nobody else has.
    #[arg(long)]
    sip_domain: Option<String>,

    /// Where Twilio will call the service.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// The stack's output FallbackUrl, once there is one: what answers while the service cannot.
    #[arg(long, value_name = "URL")]
    fallback_url: Option<String>,

    /// The user name of the first phone.
    #[arg(long, value_name = "NAME")]
    phone: Option<String>,

    /// The number of the first phone, one of your Twilio account.
    #[arg(long, value_name = "E.164")]
    number: Option<String>,

    /// Who is at the address of the phone: a person, a shop.
    #[arg(long)]
    customer: Option<String>,

    /// House number and street.
    #[arg(long)]
    street: Option<String>,

    /// City or town.
    #[arg(long)]
    city: Option<String>,

    /// State or province, such as OR.
    #[arg(long)]
    state: Option<String>,

    /// Postal code.
    #[arg(long)]
    postal_code: Option<String>,

    /// Who hears of a call for help: a mail address, https://… for a webhook, +1… for a spoken call, sms:+1… for a
    /// message.
    #[arg(long, value_name = "WHERE")]
    notify: Option<String>,

    /// Asks nothing: takes defaults, and fails where there is none.
    #[arg(long)]
    yes: bool,

    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(crate) fn run(mut self) -> Result {
        let asks = !self.yes && !self.json && stdin().is_terminal();
        if self.out.exists() {
            let path = self.out.display();
            return Err(Failure::usage(
                "",
                format!("{path} exists already"),
                "choose another file with --out FILE",
            ));
        }
        let mut sketch = Sketch::with_fallback(self.fallback_url.take());
        let mut missing = Vec::new();
        for question in Question::ALL {
            match self.ask(question, &sketch, asks)? {
                Answer::Given(text) => sketch.set(question, text),
                Answer::Left => return Err(Failure::declined("nothing was written")),
                Answer::Missing => missing.push(question),
            }
        }
        if !missing.is_empty() {
            let options: Vec<_> = missing.iter().map(|question| question.option()).collect();
            return Err(Failure::usage(
                "",
                "not everything is known",
                format!("add {}, or run it at a terminal, where it asks", options.join(", ")),
            ));
        }
        let problems = sketch.problems();
        if !problems.is_empty() {
            return Err(Failure::found(Outcome::Usage, problems));
        }
        self.write(&sketch.text())
    }

    /// The option, what the person answers, or the default, in this order.
    fn ask(&mut self, question: Question, so_far: &Sketch, asks: bool) -> Result<Answer> {
        if let Some(given) = self.option(question).take() {
            return match so_far.refuses(question, &given) {
                Some(Finding { what, remedy, .. }) => Err(Failure::usage(question.option(), what, remedy)),
                None => Ok(Answer::Given(given)),
            };
        }
        let default = so_far.default_for(question);
        if !asks {
            return Ok(default.map_or(Answer::Missing, Answer::Given));
        }
        let shown = default.as_deref().map(|text| format!(" [{text}]")).unwrap_or_default();
        loop {
            let Some(line) = ask::line(&format!("{}{shown}: ", question.text()))? else {
                return Ok(Answer::Left);
            };
            let answer = if line.is_empty() { default.clone() } else { Some(line) };
            let Some(answer) = answer else { continue };
            match so_far.refuses(question, &answer) {
                Some(problem) => output::aside(&format!("  {problem}")),
                None => return Ok(Answer::Given(answer)),
            }
        }
    }

    fn option(&mut self, question: Question) -> &mut Option<String> {
        match question {
            Question::Name => &mut self.name,
            Question::Region => &mut self.region,
            Question::SipDomain => &mut self.sip_domain,
            Question::PublicUrl => &mut self.public_url,
            Question::Phone => &mut self.phone,
            Question::Number => &mut self.number,
            Question::Customer => &mut self.customer,
            Question::Street => &mut self.street,
            Question::City => &mut self.city,
            Question::State => &mut self.state,
            Question::PostalCode => &mut self.postal_code,
            Question::Notify => &mut self.notify,
        }
    }

    fn write(&self, text: &str) -> Result {
        let path = self.out.display();
        let written = std::fs::OpenOptions::new().write(true).create_new(true).open(&self.out);
        written
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .map_err(|error| Failure::usage(&path, error, "choose another file with --out FILE"))?;
        if self.json {
            return Ok(answer::print(Outcome::Done, serde_json::json!({"file": self.out})));
        }
        output::line(&format!("{path}: written"));
        let config = if self.out.as_path() == Path::new("./dialtone.toml") {
            String::new()
        } else {
            format!(" --config {path}")
        };
        output::aside(&format!("\nWhat next?\n\n  dialtone check{config}\n  dialtone plan{config}"));
        Ok(Outcome::Done)
    }
}

enum Answer {
    Given(String),
    /// The person ended the input.
    Left,
    /// It was not given, and nobody can be asked.
    Missing,
}
