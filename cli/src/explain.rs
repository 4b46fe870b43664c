//! `dialtone explain`

use std::io::BufRead;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use dialplan::{Event, Plan, Step};
use network::Network;
use serde_json::{Value, json};
use webhook::{Address, Call};

use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;

/// Says what would happen if a phone dialled something: rule by rule, then the TwiML and the events.
///
/// Nothing is sent anywhere. The decision is the very code that answers Twilio.
///
///   dialtone explain lobby 5035550123
///   dialtone explain lobby '*67 503 555 0123' --json
///   printf 'lobby 911\nlobby 0\n' | dialtone explain --stdin --json
///
/// Exit codes: 0 the call would be placed, 1 it would be refused (one of them, with --stdin).
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Explain {
    #[command(flatten)]
    network: NetworkArgs,

    /// The phone that calls, by its SIP user name.
    #[arg(required_unless_present = "stdin")]
    phone: Option<String>,

    /// What is dialled: digits as a person dials them, a code, or the name of a phone.
    #[arg(required_unless_present = "stdin", allow_hyphen_values = true)]
    dialled: Option<String>,

    /// Reads a phone and what it dials from each line of standard input.
    #[arg(long, conflicts_with_all = ["phone", "dialled"])]
    stdin: bool,

    /// Prints one JSON object a call instead.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Result {
        let network = self.network.network()?;
        if let (Some(phone), Some(dialled)) = (&self.phone, &self.dialled) {
            return Ok(self.explain(&network, phone, dialled));
        }
        let mut outcome = Outcome::Done;
        for (i, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.map_err(|error| Failure::usage(format!("standard input: {error}")))?;
            let line = line.trim();
            if line.is_empty() || line.starts_with("//") {
                continue;
            }
            let (phone, dialled) = line.split_once(char::is_whitespace).ok_or_else(|| {
                Failure::usage(format!(
                    "standard input, line {}: write a phone, a space and what it dials",
                    i + 1
                ))
            })?;
            if self.explain(&network, phone, dialled.trim()) == Outcome::No {
                outcome = Outcome::No;
            }
        }
        Ok(outcome)
    }

    fn explain(&self, network: &Network, phone: &str, dialled: &str) -> Outcome {
        let mut steps: Vec<Step> = Vec::new();
        let plan = dialplan::outgoing(&call(network, phone, dialled), network, &mut steps);
        if self.json {
            output::json(&as_json(phone, dialled, &steps, &plan));
        } else {
            print(phone, dialled, &steps, &plan);
        }
        if plan.decision.reason().is_some() { Outcome::No } else { Outcome::Done }
    }
}

/// The call as Twilio would describe it.
fn call(network: &Network, phone: &str, dialled: &str) -> Call {
    let domain = &network.stage().sip_domain;
    let uri = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
    Call { from: uri(phone), to: uri(dialled), sip_domain: Some(domain.clone()), ..Call::default() }
}

fn print(phone: &str, dialled: &str, steps: &[Step], plan: &Plan) {
    output::line(&format!("{phone} dials {dialled}: {}", verdict(plan)));
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
    output::line(&format!("TwiML   {}", plan.reply));
    let events: Vec<_> = plan.events.iter().map(described).collect();
    output::line(&format!("events  {}\n", events.join(", ")));
}

fn verdict(plan: &Plan) -> String {
    match plan.decision.reason() {
        Some(reason) => format!("refused, {}", reason.as_str()),
        None => plan.decision.as_str().to_owned(),
    }
}

fn described(event: &Event) -> String {
    format!("{} ({})", event.name(), event.endpoint())
}

fn as_json(phone: &str, dialled: &str, steps: &[Step], plan: &Plan) -> Value {
    json!({
        "phone": phone,
        "dialled": dialled,
        "decision": plan.decision.as_str(),
        "reason": plan.decision.reason().map(dialplan::Reason::as_str),
        "rule": steps.last().map(|step| step.rule.as_str()),
        "steps": steps.iter().map(|step| json!({"rule": step.rule.as_str(), "finding": step.finding})).collect::<Value>(),
        "twiml": plan.reply.to_string(),
        "events": plan.events.iter().map(|event| json!({
            "event": event.name().to_string(), "endpoint": event.endpoint(),
            "reason": event.call().reason.map(dialplan::Reason::as_str),
        })).collect::<Value>(),
    })
}
