//! `dialtone call`

use std::any::Any;
use std::io::IsTerminal;

use caller::{End, Ending, Script, Service, Terminal, Transcript, Walk, credentials, random, service_url};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use exchange::{Caller, Keys, Method, Setup, Target};
use network::{Extension, Network, Stage};
use numbers::E164;
use serde_json::json;
use web::Route;

use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use crate::{answer, ask, output};

/// Plays Twilio: calls a running service, and shows what the people on the phones would hear.
///
/// Every request is signed as Twilio would sign it, with the first token in TWILIO_AUTH_TOKEN and for the stage's
/// public_url, and sent to --url. Documents are followed to the end of the call: what is said, who rings, the dial
/// tone after a refusal, and what comes after a Dial. No telephone rings, and Twilio is not asked.
///
///   dialtone call lobby 5035550123 --url http://127.0.0.1:8080
///   dialtone call lobby 5035550123 --then busy
///   dialtone call lobby 1234567890 --digits '5035550123#' --then completed
///   dialtone call lobby 0 --refer 5035550123 --then no-answer
///   dialtone call --incoming +15035550110 --then unreachable --then unreachable
///   dialtone call --incoming --from anonymous +15035550110 --json
///
/// --then and --digits are used one after the other, as Dials end and dial tones come. When there are none left, the
/// person at the terminal is asked; without one, the walk stops there and says how to go on. A Dial that ends in
/// --refer needs no --then; asked how one to Asterisk ends, answer refer TARGET.
///
/// Exit codes: 0 walked through, 1 the service turned a request away, 2 wrong usage or a bad file, 3 the service
/// cannot be reached, fails, or answers something other than TwiML.
#[derive(Args)]
#[command(
    verbatim_doc_comment,
    override_usage = "dialtone call [OPTIONS] PHONE DIALLED\n       dialtone call [OPTIONS] --incoming NUMBER"
)]
pub(crate) struct Call {
    #[command(flatten)]
    network: NetworkArgs,

    /// The phone that calls, by its SIP user name; with --incoming, the number that is called.
    #[arg(value_name = "PHONE")]
    first: String,

    /// What is dialled: digits as a person dials them, a code, or the name of a phone.
    #[arg(required_unless_present = "incoming", conflicts_with = "incoming")]
    dialled: Option<String>,

    /// A call from outside to a number of the network.
    #[arg(long)]
    incoming: bool,

    /// Who calls from outside: a number, or a word such as anonymous.
    #[arg(long, value_name = "CALLER", default_value = "+15035550199", requires = "incoming")]
    from: String,

    /// Where the service listens, if not at the stage's public_url.
    #[arg(long, value_name = "URL", value_parser = service_url)]
    url: Option<String>,

    /// How the next Dial ends. May be given again.
    #[arg(long, value_name = "STATUS", value_parser = endings())]
    then: Vec<Ending>,

    /// What is pressed at the next dial tone: a # sends the keys at once; '' is silence. May be given again.
    #[arg(long, value_name = "KEYS")]
    digits: Vec<Keys>,

    /// Where the next Dial that takes a REFER, one to Asterisk, sends the caller once it is answered: what the phone
    /// could have dialled, or a SIP URI. May be given again.
    #[arg(long, value_name = "TARGET")]
    refer: Vec<String>,

    /// How the first request is sent.
    #[arg(long, value_enum, ignore_case = true, default_value = "POST")]
    method: FirstMethod,

    /// Prints one JSON object in the end instead: every request with its fields, its TwiML, and what was heard.
    #[arg(long)]
    json: bool,
}

impl Call {
    pub(crate) fn run(self) -> Result {
        let credentials = credentials(|name| std::env::var(name).ok())
            .map_err(|finding| Failure::found(Outcome::Usage, [finding]));
        let (network, (token, account)) = both(self.network.network(), credentials)?;
        let stage = network.stage();
        let caller = self.caller(account, stage)?;
        if let Some(hint) = self.hint(&network) {
            output::aside(&hint);
        }
        let url = self.url.unwrap_or_else(|| stage.public_url.to_string());
        let service = Service::new(url, stage.public_url.to_string(), token);
        let terminal = Shell { is_quiet: self.json };
        let mut script =
            Script { keys: self.digits.into(), endings: self.then.into(), refers: self.refer.into() };
        let route = match &self.dialled {
            Some(dialled) => {
                terminal.line(&format!("{} dials {dialled}", self.first));
                Route::Outgoing
            }
            None => {
                terminal.line(&format!("{} calls {}", caller.from, caller.to));
                Route::Incoming
            }
        };
        let url = format!("{}{}", stage.public_url, route.path());
        let voice = Target { method: self.method.into(), url };
        let setup =
            Setup { caller: caller.clone(), voice, fallback: None, status_callback: None, seed: random() };
        let mut transcript = Transcript::new(&terminal);
        let walk = Walk::new(setup, &service, &stage.sip_domain, &mut script, &mut transcript);
        let sid = walk.sid().to_owned();
        let ended = walk.run();
        let unused = if ended.is_ok() { script.unused() } else { Vec::new() };
        if !unused.is_empty() {
            terminal.note(&format!("not used: {}", unused.join(", ")));
        }
        if let Some(advice) = ended.as_ref().ok().and_then(End::advice) {
            terminal.note(&advice);
        }
        let fields = json!({
            "call_sid": sid,
            "from": caller.from,
            "to": caller.to,
            "steps": transcript.into_steps(),
            "end": ended.as_ref().ok().map(End::as_str),
            "unused": unused,
        });
        match ended {
            Ok(_) if self.json => Ok(answer::print(Outcome::Done, fields)),
            Ok(_) => Ok(Outcome::Done),
            Err(error) => {
                let outcome = if error.is_refusal() { Outcome::No } else { Outcome::OtherSide };
                Err(Failure::found(outcome, vec![error.finding()]).knowing(fields))
            }
        }
    }

    /// What is most likely a slip. It is played all the same: strangers call, too.
    fn hint(&self, network: &Network) -> Option<String> {
        let path = self.network.config.display();
        let name = &self.first;
        if self.dialled.is_some() {
            let is_known = network.extension(name).is_some();
            let meant = network.nearest_phone(name);
            let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            return (!is_known).then(|| {
                format!("note: {path} has no phone {name:?}; it is played as a stranger's call{meant}")
            });
        }
        let is_known = network.extensions().iter().filter_map(Extension::number).any(|n| n.as_str() == name);
        (!is_known).then(|| format!("note: no phone of {path} has the number {name}"))
    }

    fn caller(&self, account: String, stage: &Stage) -> Result<Caller> {
        let number = &self.first;
        match &self.dialled {
            Some(dialled) => {
                let mut caller = Caller::phone(account, &stage.sip_domain, &self.first, dialled);
                if let Some(sip) = &mut caller.sip {
                    sip.call_id = format!("{:032x}@{}", random(), sip.source_ip);
                }
                Ok(caller)
            }
            None if E164::parse(number).is_ok() => {
                Ok(Caller::outside(account, self.from.clone(), number.clone()))
            }
            None => Err(Failure::usage(
                number,
                "write the number that is called as Twilio does, such as +15035550110",
                "",
            )),
        }
    }
}

/// Reads an ending of a Dial, and lists them all.
fn endings() -> impl TypedValueParser<Value = Ending> {
    let values = Ending::ALL.map(|ending| PossibleValue::new(ending.as_str()).help(ending.meaning()));
    PossibleValuesParser::new(values).try_map(|word| word.parse::<Ending>())
}

/// How the first request is sent, as `--method` names it.
#[derive(Clone, Copy, ValueEnum)]
enum FirstMethod {
    /// The fields are in the query.
    #[value(name = "GET")]
    Get,
    /// The fields are a form in the body.
    #[value(name = "POST")]
    Post,
}

impl From<FirstMethod> for Method {
    fn from(method: FirstMethod) -> Self {
        match method {
            FirstMethod::Get => Self::Get,
            FirstMethod::Post => Self::Post,
        }
    }
}

/// The terminal that this command runs at.
struct Shell {
    /// Whether a program reads the JSON in the end: it answers no questions, and is shown no lines.
    is_quiet: bool,
}

impl Terminal for Shell {
    fn line(&self, text: &str) {
        if !self.is_quiet {
            output::line(&output::plain(text));
        }
    }

    fn note(&self, text: &str) {
        if !self.is_quiet {
            output::aside(&output::plain(text));
        }
    }

    fn ask(&self, question: &str) -> Option<String> {
        let asks = !self.is_quiet && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        // A terminal that cannot be read has no answer.
        asks.then(|| ask::read_line(question).ok().flatten()).flatten()
    }

    fn wait(&self, what: &str) -> Box<dyn Any> {
        Box::new(output::Progress::of(what))
    }
}
