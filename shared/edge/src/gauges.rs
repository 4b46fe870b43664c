//! CloudWatch metrics, in the embedded metric format: log lines that CloudWatch turns into metrics by itself.
//!
//! On Lambda only, where standard output is CloudWatch's. The names here are the dashboard's and the alarms'
//! (`template.yaml`); a test keeps them together. Source of the format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dialplan::{Decision, Event, Plan, UserEvent};
use serde::{Serialize, Serializer};

use crate::lines::Lines;
use crate::route::Route;

/// Whether anybody reads metrics in the log.
static ON: AtomicBool = AtomicBool::new(false);

/// From now on, metrics go to the log.
pub(crate) fn start() {
    ON.store(true, Ordering::Relaxed);
}

/// What one request has to report: metrics, each with the dimension beside the stage by which it is also counted.
struct Line<'a> {
    directives: Vec<Directive<'a>>,
    members: Vec<(&'a str, Member<'a>)>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: Vec<Vec<&'a str>>,
    metrics: [Metric<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Count(u64),
    Time(f64),
    #[serde(rename_all = "PascalCase")]
    Aws {
        timestamp: u64,
        cloud_watch_metrics: Vec<Directive<'a>>,
    },
}

impl<'a> Line<'a> {
    fn new(stage: &'a str) -> Self {
        Self { directives: Vec::with_capacity(4), members: vec![("Stage", Member::Text(stage))] }
    }

    fn count(self, name: &'a str, by: Option<(&'a str, &'a str)>) -> Self {
        self.metric(name, "Count", Member::Count(1), by)
    }

    fn metric(
        mut self,
        name: &'a str,
        unit: &'a str,
        value: Member<'a>,
        by: Option<(&'a str, &'a str)>,
    ) -> Self {
        let mut dimensions = vec![vec!["Stage"]];
        if let Some((dimension, value)) = by {
            dimensions.push(vec!["Stage", dimension]);
            self.members.push((dimension, Member::Text(value)));
        }
        self.directives.push(Directive {
            namespace: "Dialtone",
            dimensions,
            metrics: [Metric { name, unit }],
        });
        self.members.push((name, value));
        self
    }

    /// The line, with its end.
    fn json(mut self, now: Duration) -> Vec<u8> {
        let timestamp = u64::try_from(now.as_millis()).unwrap_or_default();
        self.members.push(("_aws", Member::Aws { timestamp, cloud_watch_metrics: self.directives }));
        let mut line = Vec::with_capacity(1024);
        let written = serde_json::Serializer::new(&mut line).collect_map(self.members);
        // Text and numbers, into memory: nothing here can fail to be JSON.
        if written.is_err() {
            line.clear();
        }
        line.push(b'\n');
        line
    }

    fn write(self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // A metric that cannot be written must not stop a call. In one piece, as lines of a log are.
        let _ = Lines.write_all(&self.json(now));
    }
}

/// Reports a request that was answered.
pub(crate) fn answered(stage: &str, route: Route, plan: &Plan, latency: Duration) {
    if ON.load(Ordering::Relaxed) {
        lines(stage, route, plan, latency).into_iter().for_each(Line::write);
    }
}

/// Reports a request that did not come from Twilio, as far as can be proven.
pub(crate) fn rejected(stage: &str) {
    if ON.load(Ordering::Relaxed) {
        Line::new(stage).count("RejectedSignatures", None).write();
    }
}

/// Reports a message that could not be published.
pub(crate) fn unpublished(stage: &str) {
    if ON.load(Ordering::Relaxed) {
        Line::new(stage).count("PublishFailures", None).write();
    }
}

fn lines<'a>(stage: &'a str, route: Route, plan: &'a Plan, latency: Duration) -> Vec<Line<'a>> {
    let milliseconds = Member::Time(latency.as_secs_f64() * 1000.0);
    let mut line =
        Line::new(stage).metric("Latency", "Milliseconds", milliseconds, Some(("Route", route.path())));
    if route == Route::Incoming || plan.events.iter().any(|event| event.name() == UserEvent::DialOutgoing) {
        line = line.count("Calls", None);
    }
    match plan.decision {
        Decision::Refused(reason) => line = line.count("Refused", Some(("Reason", reason.as_str()))),
        // 933 reads back an address; nobody needs to be woken for it.
        Decision::Emergency => line = line.count("Emergency", None),
        _ => {}
    }
    if let Some(status) = ended(plan) {
        line = line.count("Ended", Some(("Status", status)));
        if matches!(status, "completed" | "answered") {
            line = line.count("Connected", None);
        }
    }
    let unreachable =
        plan.events.iter().filter(|event| route != Route::CallProgress && is_unreachable(event));
    let unreachable =
        unreachable.map(|event| Line::new(stage).count("Unreachable", Some(("Endpoint", event.endpoint()))));
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
    use dialplan::{Network, NetworkFile};
    use serde_json::{Value, json};
    use webhook::{Call, DialEnd, Form};

    use super::*;

    fn network() -> Network {
        let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
        NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap()
    }

    fn shown(route: Route, plan: &Plan) -> Vec<Value> {
        let json = |line: Line<'_>| {
            let text = line.json(Duration::from_millis(1_781_978_645_123));
            serde_json::from_slice(text.strip_suffix(b"\n").unwrap()).unwrap()
        };
        lines("prod", route, plan, Duration::from_micros(250)).into_iter().map(json).collect()
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
        let plan = dialplan::dial_ended(&DialEnd::from_form(&form), &network(), false);
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
