//! Explain: what would happen if a phone dialled something.

use dialplan::{Decision, Plan, Step};
use maud::{Markup, html};
use webhook::{Address, Call};

use crate::request::Request;
use crate::view::View;

/// The longest text that is tried.
const LONGEST: usize = 64;

/// The form, and below it the answer. What was typed comes in the body of a POST, so that it is in no address and no log.
pub(crate) fn explain(view: &View<'_>, request: &Request, token: &str) -> Markup {
    let phone = request.field("phone").or_else(|| request.query("phone"));
    let dialled: String = request.field("dialled").unwrap_or_default().trim().chars().take(LONGEST).collect();
    let chosen = phone.as_deref().and_then(|name| view.network.extension(name));
    html! {
        p { "The decision is made by the code that answers Twilio, with the file of this switchboard. Nothing is dialled." }
        form.filter method="post" action="/explain" autocomplete="off" {
            input type="hidden" name="token" value=(token);
            label {
                "Phone "
                select name="phone" required {
                    @for (name, phone) in view.phones() {
                        option value=(phone.name()) selected[chosen.is_some_and(|chosen| chosen.name() == phone.name())] { (name) }
                    }
                }
            }
            label { "dials " input name="dialled" value=(dialled) maxlength=(LONGEST) required inputmode="tel" placeholder="digits, a code, or a phone's name"; }
            button { "Explain" }
        }
        @if let Some(phone) = chosen.filter(|_| !dialled.is_empty()) {
            @let (steps, plan) = decided(view, phone.name(), &dialled);
            section {
                h2 { (verdict(&plan)) }
                ol.steps {
                    @for step in &steps { li { strong { (step.rule.as_str()) } " " (step.finding) } }
                }
                h2 { "TwiML" }
                pre tabindex="0" { (broken(&plan.reply.to_string())) }
                h2 { "Events" }
                ul.plain { @for event in &plan.events { li { code { (event.name()) } " " span.quiet { (event.endpoint()) } } } }
            }
        }
    }
}

fn decided(view: &View<'_>, phone: &str, dialled: &str) -> (Vec<Step>, Plan) {
    let domain = &view.network.stage().sip_domain;
    let uri = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
    let call =
        Call { from: uri(phone), to: uri(dialled), sip_domain: Some(domain.clone()), ..Call::default() };
    let mut steps = Vec::new();
    let plan = dialplan::outgoing(&call, view.network, &mut steps);
    (steps, plan)
}

fn verdict(plan: &Plan) -> Markup {
    html! {
        @match plan.decision.reason() {
            Some(reason) => { span.warn { "▲ Refused: " (ledger::Why::parse(reason.as_str()).map_or(reason.as_str(), ledger::Why::in_words)) } }
            None => { span.good { "● " (placed(plan.decision)) } }
        }
    }
}

/// A decision that places a call, in words.
fn placed(decision: Decision) -> &'static str {
    match decision {
        Decision::Pstn => "Dials a number in the telephone network",
        Decision::Extension => "Rings phones of this network",
        Decision::Asterisk => "Goes to the menu or operator",
        Decision::Emergency => "Calls for help",
        Decision::AddressTest => "Makes a drill with 933",
        other => other.as_str(),
    }
}

/// One verb a line.
fn broken(twiml: &str) -> String {
    twiml.replace("><", ">\n<")
}
