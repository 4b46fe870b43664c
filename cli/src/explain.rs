//! `dialtone explain`

use std::io::BufRead;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use dialplan::{Plan, Step};
use network::{Extension, Network};
use numbers::E164;
use serde_json::json;
use webhook::{Address, Call};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;

/// Says what would happen if a phone dialled something, or somebody called a number of the network: rule by rule, then
/// the TwiML and the events.
///
/// Nothing is sent anywhere. The decision is the very code that answers Twilio.
///
///   dialtone explain lobby 5035550123
///   dialtone explain lobby '*67 503 555 0123' --json
///   dialtone explain --incoming +15035550110
///   printf 'lobby 911\nlobby 0\n' | dialtone explain --stdin --json
///
/// Exit codes: 0 the call would be placed, 1 it would be refused (one of them, with --stdin), 2 wrong usage or a bad file.
#[derive(Args)]
#[command(
    verbatim_doc_comment,
    override_usage = "dialtone explain [OPTIONS] PHONE DIALLED\n       dialtone explain [OPTIONS] --incoming NUMBER\n       dialtone explain [OPTIONS] --stdin"
)]
pub(crate) struct Explain {
    #[command(flatten)]
    network: NetworkArgs,

    /// The phone that calls, by its SIP user name; with --incoming, the number that is called.
    #[arg(value_name = "PHONE", required_unless_present = "stdin")]
    first: Option<String>,

    /// What is dialled: digits as a person dials them, a code, or the name of a phone.
    #[arg(required_unless_present_any = ["stdin", "incoming"], allow_hyphen_values = true)]
    dialled: Option<String>,

    /// A call from outside to a number of the network.
    #[arg(long, conflicts_with = "dialled")]
    incoming: bool,

    /// Who calls from outside: a number, or a word such as anonymous.
    #[arg(long, value_name = "CALLER", default_value = "+15035550199", requires = "incoming")]
    from: String,

    /// Reads a phone and what it dials from each line of standard input.
    #[arg(long, conflicts_with_all = ["first", "dialled", "incoming"])]
    stdin: bool,

    /// Prints one JSON object instead; with --stdin, one a line.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Result {
        let network = self.network.network()?;
        match (&self.first, &self.dialled) {
            (Some(number), _) if self.incoming => return self.explain_incoming(&network, number),
            (Some(phone), Some(dialled)) => return Ok(self.explain(&network, phone, dialled)),
            _ => {}
        }
        let mut outcome = Outcome::Done;
        for (i, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.map_err(|error| Failure::usage("standard input", error, ""))?;
            let line = line.trim();
            if line.is_empty() || line.starts_with("//") {
                continue;
            }
            let (phone, dialled) = line.split_once(char::is_whitespace).ok_or_else(|| {
                Failure::usage(
                    format!("standard input, line {}", i + 1),
                    "write a phone, a space and what it dials",
                    "",
                )
            })?;
            if self.explain(&network, phone, dialled.trim()) == Outcome::No {
                outcome = Outcome::No;
            }
        }
        Ok(outcome)
    }

    fn explain_incoming(&self, network: &Network, number: &str) -> Result {
        let called = E164::parse(number).map_err(|_| {
            Failure::usage(number, "is no number", "write it as Twilio does, such as +15035550110")
        })?;
        let call = Call { from: Address::parse(&self.from), to: Address::parse(number), ..Call::default() };
        let plan = dialplan::incoming(&call, network);
        let outcome = if plan.decision.reason().is_some() { Outcome::No } else { Outcome::Done };
        if self.json {
            let call = json!({"from": self.from, "to": number});
            return Ok(answer::print(outcome, dialplan::explained(call, &[], &plan)));
        }
        let rung: Vec<_> = network.phones_of(&called).map(Extension::name).collect();
        output::line(&format!("{} calls {number}: {}", self.from, plan.verdict()));
        output::line(&match rung.as_slice() {
            [] => "rings   nobody: no phone of the file has this number".to_owned(),
            names => format!("rings   {}", names.join(", ")),
        });
        print_rest(&plan);
        Ok(outcome)
    }

    fn explain(&self, network: &Network, phone: &str, dialled: &str) -> Outcome {
        let mut steps: Vec<Step> = Vec::new();
        let plan = dialplan::outgoing(&call(network, phone, dialled), network, &mut steps);
        let outcome = if plan.decision.reason().is_some() { Outcome::No } else { Outcome::Done };
        if self.json {
            let call = json!({"phone": phone, "dialled": dialled});
            return answer::print(outcome, dialplan::explained(call, &steps, &plan));
        }
        if let (None, Some(meant)) = (network.extension(phone), network.nearest_phone(phone)) {
            output::aside(&format!("note: the file has no phone {phone:?}; did you mean {meant}?"));
        }
        print(phone, dialled, &steps, &plan);
        outcome
    }
}

/// The call as Twilio would describe it.
fn call(network: &Network, phone: &str, dialled: &str) -> Call {
    let domain = &network.stage().sip_domain;
    let uri = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
    Call { from: uri(phone), to: uri(dialled), sip_domain: Some(domain.clone()), ..Call::default() }
}

fn print(phone: &str, dialled: &str, steps: &[Step], plan: &Plan) {
    output::line(&format!("{phone} dials {dialled}: {}", plan.verdict()));
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["rule", "finding"]);
    // Elsewhere than at a terminal a line is as long as it is.
    if let Some(columns) = output::columns() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    for step in steps {
        table.add_row([step.rule.as_str(), &step.finding]);
    }
    output::line(&table.trim_fmt());
    print_rest(plan);
}

fn print_rest(plan: &Plan) {
    output::line(&format!("TwiML   {}", plan.reply));
    output::line(&format!("events  {}\n", plan.events_in_words()));
}
