//! The measurements of a request: the metrics of the dashboard and the alarms in `template.yaml`.

use std::time::Duration;

use dialplan::{Decision, Event, Plan, UserEvent};
use telemetry::Metrics;

use crate::route::Route;

/// Reports a request that was answered.
pub(crate) fn answered(stage: &str, route: Route, plan: &Plan, latency: Duration) {
    if telemetry::metrics_are_read() {
        lines(stage, route, plan, latency).into_iter().for_each(Metrics::write);
    }
}

/// Reports a request that did not come from Twilio, as far as can be proven.
pub(crate) fn rejected(stage: &str) {
    rejection(stage).write();
}

fn rejection(stage: &str) -> Metrics<'_> {
    Metrics::of(stage).count("RejectedSignatures", None)
}

fn lines<'a>(stage: &'a str, route: Route, plan: &'a Plan, latency: Duration) -> Vec<Metrics<'a>> {
    let mut line = Metrics::of(stage).time("Latency", latency, Some(("Route", route.path())));
    if route == Route::Incoming || plan.events.iter().any(|event| event.name() == UserEvent::DialOutgoing) {
        line = line.count("Calls", None);
    }
    match plan.decision {
        Decision::Refused(reason) => line = line.count("Refused", Some(("Reason", reason.as_str()))),
        // 933 reads back an address; nobody needs to be woken for it.
        Decision::Emergency => line = line.count("Emergency", None),
        _ => {}
    }
    let has = |name: UserEvent| plan.events.iter().any(|event| event.name() == name);
    if has(UserEvent::EmergencyFailed) {
        line = line.count("EmergencyFailed", None);
    }
    if has(UserEvent::EmergencyRefused) {
        line = line.count("EmergencyRefused", None);
    }
    if let Some(status) = ended(plan) {
        line = line.count("Ended", Some(("Status", status)));
        if matches!(status, "completed" | "answered") {
            line = line.count("Connected", None);
        }
    }
    let unreachable =
        plan.events.iter().filter(|event| route != Route::CallProgress && is_unreachable(event));
    let unreachable = unreachable
        .map(|event| Metrics::of(stage).count("Unreachable", Some(("Endpoint", event.endpoint()))));
    std::iter::once(line).chain(unreachable).collect()
}

/// How a Dial ended; once, however many phones had rung.
fn ended(plan: &Plan) -> Option<&'static str> {
    plan.events.iter().find_map(|event| match event.name() {
        UserEvent::OutgoingDialStatus(status) | UserEvent::IncomingDialStatus(status) => {
            Some(status.as_str())
        }
        _ => None,
    })
}

fn is_unreachable(event: &Event) -> bool {
    matches!(event.name(), UserEvent::Error(code) | UserEvent::TwilioError(code) if code.is_unreachable())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use network::{Network, NetworkFile};
    use serde_json::{Value, json};
    use webhook::{Call, DialEnd, Form};

    use super::*;

    fn network() -> Network {
        let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
        NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap()
    }

    fn json_of(line: Metrics<'_>) -> Value {
        let text = line.json(Duration::from_millis(1_781_978_645_123));
        serde_json::from_slice(text.strip_suffix(b"\n").unwrap()).unwrap()
    }

    fn shown(route: Route, plan: &Plan) -> Vec<Value> {
        lines("prod", route, plan, Duration::from_micros(250)).into_iter().map(json_of).collect()
    }

    fn dialled(to: &str) -> Plan {
        let to = format!("sip:{to}@n.sip.twilio.com");
        let form = Form::from_pairs([("From", "sip:lobby@n.sip.twilio.com"), ("To", to.as_str())]);
        dialplan::outgoing(&Call::from_form(&form), &network(), &mut ())
    }

    fn ended_with(status: &str, code: &str) -> Plan {
        let call = [("From", "+15035550199"), ("To", "+15035550110")];
        let form =
            Form::from_pairs(call.into_iter().chain([("DialCallStatus", status), ("ErrorCode", code)]));
        dialplan::dial_ended(&DialEnd::from_form(&form), &network(), dialplan::Dialled::default())
    }

    /// Namespace, name and dimensions of everything that the functions say, for `tests/deploy/run agreement`, which
    /// compares them with the alarms and the dashboard.
    #[test]
    fn the_list_of_metrics_is_what_is_emitted() {
        let mut said = vec![json_of(rejection("prod")), json_of(telemetry::unpublished("prod"))];
        for to in ["5035550123", "311", "911", "933", "lobby"] {
            said.extend(shown(Route::Outgoing, &dialled(to)));
        }
        for (status, code) in [("completed", ""), ("no-answer", "32009"), ("busy", "")] {
            said.extend(shown(Route::DialEnded, &ended_with(status, code)));
        }
        // A call for help that was connected to nobody, and one that was refused.
        let fields = [
            ("From", "sip:lobby@n.sip.twilio.com"),
            ("To", "sip:911@n.sip.twilio.com"),
            ("DialCallStatus", "failed"),
        ];
        let help = dialplan::Dialled { help: true, again: false };
        let end = DialEnd::from_form(&Form::from_pairs(fields));
        said.extend(shown(Route::DialEnded, &dialplan::dial_ended(&end, &network(), help)));
        let stranger =
            Form::from_pairs([("From", "sip:x@n.sip.twilio.com"), ("To", "sip:911@n.sip.twilio.com")]);
        said.extend(shown(
            Route::Outgoing,
            &dialplan::outgoing(&Call::from_form(&stranger), &network(), &mut ()),
        ));
        let mut triples = BTreeSet::new();
        for directive in said.iter().flat_map(|line| line["_aws"]["CloudWatchMetrics"].as_array().unwrap()) {
            for metric in directive["Metrics"].as_array().unwrap() {
                for dimensions in directive["Dimensions"].as_array().unwrap() {
                    triples.insert(json!([directive["Namespace"], metric["Name"], dimensions]).to_string());
                }
            }
        }
        let actual = format!("[\n{}\n]\n", triples.into_iter().collect::<Vec<_>>().join(",\n"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/metrics.json");
        if std::env::var_os("DIALTONE_OVERWRITE").is_some() {
            fs::write(path, actual).unwrap();
        } else {
            assert_eq!(fs::read_to_string(path).unwrap(), actual, "DIALTONE_OVERWRITE=1 writes it anew");
        }
    }

    #[test]
    fn a_refused_call() {
        let form =
            Form::from_pairs([("From", "sip:lobby@n.sip.twilio.com"), ("To", "sip:311@n.sip.twilio.com")]);
        let plan = dialplan::outgoing(&Call::from_form(&form), &network(), &mut ());
        let count = |name: &str| json!({"Name": name, "Unit": "Count"});
        assert_eq!(
            shown(Route::Outgoing, &plan),
            [json!({
                "_aws": {"Timestamp": 1_781_978_645_123_u64, "CloudWatchMetrics": [
                    {"Namespace": "Dialtone", "Dimensions": [["Stage"], ["Stage", "Route"]],
                     "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}]},
                    {"Namespace": "Dialtone", "Dimensions": [["Stage"]], "Metrics": [count("Calls")]},
                    {"Namespace": "Dialtone", "Dimensions": [["Stage"], ["Stage", "Reason"]], "Metrics": [count("Refused")]},
                ]},
                "Stage": "prod", "Route": "/outgoing", "Latency": 0.25, "Calls": 1, "Refused": 1, "Reason": "special_service",
            })]
        );
    }

    #[test]
    fn an_unreachable_phone_has_a_line_of_its_own() {
        let form = Form::from_pairs([
            ("From", "+15035550199"),
            ("To", "+15035550110"),
            ("DialCallStatus", "no-answer"),
            ("ErrorCode", "32009"),
        ]);
        let plan = dialplan::dial_ended(
            &DialEnd::from_form(&form),
            &network(),
            dialplan::Dialled { again: true, help: false },
        );
        let lines = shown(Route::DialEnded, &plan);
        assert_eq!((&lines[0]["Ended"], &lines[0]["Status"]), (&json!(1), &json!("no-answer")));
        assert_eq!(lines[0].get("Connected"), None);
        assert_eq!((&lines[1]["Unreachable"], &lines[1]["Endpoint"]), (&json!(1), &json!("lobby")));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn help_is_counted_and_its_test_is_not() {
        for (dialled, emergency) in [("911", Some(&json!(1))), ("933", None)] {
            let to = format!("sip:{dialled}@n.sip.twilio.com");
            let form = Form::from_pairs([("From", "sip:lobby@n.sip.twilio.com"), ("To", to.as_str())]);
            let plan = dialplan::outgoing(&Call::from_form(&form), &network(), &mut ());
            assert_eq!(shown(Route::Outgoing, &plan)[0].get("Emergency"), emergency, "{dialled}");
        }
    }
}
