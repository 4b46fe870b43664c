//! A decision, as people and programs read it.

use serde_json::{Value, json};

use crate::{Plan, Reason, Step};

impl Plan {
    /// What was decided, in a few words: the decision, or that and why the call is refused.
    #[must_use]
    pub fn verdict(&self) -> String {
        match self.decision.reason() {
            Some(reason) => format!("refused, {}", reason.as_str()),
            None => self.decision.as_str().to_owned(),
        }
    }

    /// The events, each with its phone, on one line.
    #[must_use]
    pub fn events_in_words(&self) -> String {
        let described = |event: &crate::Event| format!("{} ({})", event.name(), event.endpoint());
        self.events.iter().map(described).collect::<Vec<_>>().join(", ")
    }
}

/// The members of `call`, an object that describes it, and what would come of the call: `decision`, `reason`, `rule`, `steps`,
/// `twiml` and `events` (docs/json.md).
#[must_use]
pub fn explained(mut call: Value, steps: &[Step], plan: &Plan) -> Value {
    let found = json!({
        "decision": plan.decision.as_str(),
        "reason": plan.decision.reason().map(Reason::as_str),
        "rule": steps.last().map(|step| step.rule.as_str()),
        "steps": steps.iter().map(|step| json!({"rule": step.rule.as_str(), "finding": step.finding})).collect::<Value>(),
        "twiml": plan.reply.to_string(),
        "events": plan.events.iter().map(|event| json!({
            "event": event.name().to_string(), "endpoint": event.endpoint(),
            "reason": event.call().reason.map(Reason::as_str),
        })).collect::<Value>(),
    });
    if let (Value::Object(call), Value::Object(found)) = (&mut call, found) {
        call.extend(found);
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing;
    use crate::testing::{call, network};

    /// `dialtone explain` tells a person in words what its `--json` tells a program (docs/json.md).
    #[test]
    fn a_person_reads_what_a_program_reads() {
        for (dialled, verdict, events) in [
            ("911", "emergency", "dial_outgoing (lobby), dial_emergency (lobby)"),
            ("5035550123", "pstn", "dial_outgoing (lobby), dial_pstn (lobby)"),
            ("9005550123", "refused, premium", "dial_outgoing (lobby), reject (lobby)"),
        ] {
            let mut steps: Vec<Step> = Vec::new();
            let plan = outgoing(&call("lobby", dialled), &network(), &mut steps);
            assert_eq!(
                (plan.verdict().as_str(), plan.events_in_words().as_str()),
                (verdict, events),
                "{dialled}"
            );
            let told = explained(json!({"phone": "lobby"}), &steps, &plan);
            assert_eq!(told["phone"], "lobby");
            let refused = told["reason"].as_str().map(|reason| format!("refused, {reason}"));
            assert_eq!(refused.as_deref().or(told["decision"].as_str()), Some(verdict));
            let listed: Vec<_> = told["events"].as_array().unwrap().iter().collect();
            let words = |event: &&Value| {
                format!("{} ({})", event["event"].as_str().unwrap(), event["endpoint"].as_str().unwrap())
            };
            assert_eq!(listed.iter().map(words).collect::<Vec<_>>().join(", "), events);
            assert_eq!(told["rule"], told["steps"][steps.len() - 1]["rule"]);
            assert!(told["twiml"].as_str().unwrap().starts_with("<?xml"));
        }
    }
}
