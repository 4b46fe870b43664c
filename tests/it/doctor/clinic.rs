//! A network that was just set up, with everything that the doctor looks at.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::front::{Behind, Front};
use crate::harness::{Account, Record, Service, scratch, tests};

/// The phones of `networks/street.toml` that may call 911.
pub(super) const CALLERS_OF_911: [&str; 9] =
    ["lobby", "plaza", "kitchen", "porch", "x&y='z'$", "+15035550115", "+15035550116", "strict", "inside"];

const CORNERS: [&str; 8] = [
    "on-direct-number",
    "on-direct-sid",
    "on-menu-number",
    "on-menu-sid",
    "off-direct-number",
    "off-direct-sid",
    "off-menu-number",
    "off-menu-sid",
];

/// An account, a service and a file.
pub(super) struct Clinic {
    pub(super) account: Account,
    pub(super) front: Front,
    pub(super) file: PathBuf,
    service: Service,
    /// The numbers' sids, in the order of `NUMBERS`.
    pub(super) numbers: Value,
}

/// What the doctor said.
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    pub(super) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The check with this id.
    pub(super) fn check(&self, id: &str) -> Value {
        let report = self.json();
        let found = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).cloned();
        found.unwrap_or_else(|| panic!("there is no check {id}: {report:#}"))
    }

    /// The ids of all checks with this result.
    pub(super) fn with_result(&self, result: &str) -> Vec<String> {
        let report = self.json();
        let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["result"] == result);
        checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
    }
}

impl Clinic {
    /// A healthy network, but for the tests of 911.
    pub(super) fn new() -> Self {
        Self::build(None, ("", ""))
    }

    /// The same with a change to the network file.
    pub(super) fn with(from: &str, to: &str) -> Self {
        Self::build(None, (from, to))
    }

    /// The same, whose service has another token than the account.
    pub(super) fn with_token(token: &str) -> Self {
        Self::build(Some(token), ("", ""))
    }

    fn build(token: Option<&str>, (from, to): (&str, &str)) -> Self {
        let (account, front) = (Account::new(), Front::new());
        let number = |last: u32| json!({"phone_number": format!("+15035550{last}"), "emergency_address_status": "registered"});
        let numbers: Vec<_> = (110..=117).chain([190]).map(number).collect();
        let open = |code: &str| json!({"iso_code": code, "low_risk_numbers_enabled": true});
        let seeded = account.seed(json!({
            "numbers": numbers, "permissions": (["US", "CA", "PR", "MX"].map(open)),
        }));
        let own = "https://street.example.org";
        let stage = "sip_domain   = \"street-prod.sip.twilio.com\"";
        let fallback = format!("{stage}\nfallback_url = \"{}/fallback\"", front.url);
        let service = Service::on("networks/street.toml")
            .but(own, &front.url)
            .but(stage, &fallback)
            .but(from, to)
            .with("TWILIO_AUTH_TOKEN", token.unwrap_or(&account.token))
            .start();
        front.put(Behind::Service(service.address));
        let file = scratch().join("dialtone.toml");
        let text = fs::read_to_string(tests().join("networks/street.toml")).unwrap().replace(own, &front.url);
        fs::write(&file, text.replace(stage, &fallback).replace(from, to)).unwrap();
        let clinic = Self { account, front, file, service, numbers: seeded["numbers"].clone() };
        // A service with another token is what some tests are about.
        let unchecked = token.map(|_| "--skip-url-check");
        let applied = Said::of(clinic.command(&["apply", "--yes"]).args(unchecked));
        assert_eq!(applied.code, 0, "{}", applied.err);
        clinic
    }

    /// All tests of 911 have passed.
    pub(super) fn test_911(&self) {
        let cases = CORNERS.iter().map(|case| (*case).to_owned());
        let phones = CALLERS_OF_911.iter().map(|phone| format!("phone:{phone}"));
        let mut command = self.command(&["doctor"]);
        for case in cases.chain(phones) {
            command.args(["--record", &format!("{case}=pass")]);
        }
        let said = Said::of(&mut command);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.account.command(words);
        command.args(["--stage", "prod", "--config"]).arg(&self.file);
        command
    }

    /// What the doctor says as JSON.
    pub(super) fn doctor(&self) -> Said {
        Said::of(&mut self.command(&["doctor", "--json"]))
    }

    pub(super) fn set_domain(&self, fields: &Value) {
        let sid = self.account.state()["domains"][0]["sid"].clone();
        self.account.change("domains", &sid, fields);
    }

    pub(super) fn stop(self) -> Record {
        self.service.stop()
    }
}
