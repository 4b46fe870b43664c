//! An account at Twilio, or what stands in for one.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::peers::Peer;
use super::{dialtone, scratch};

/// A stand-in for Twilio's REST API with one empty account (`peers/twilio_api`).
///
/// ```text
/// let account = Account::new();
/// account.seed(json!({"numbers": [{"phone_number": "+15035550100"}]}));
/// account.command(&["plan"]).output();
/// account.mutations()             what was done, one line for each request
/// account.state()                 what is there now
/// openapi::check(&account.journal());
/// ```
///
/// It ends when it is dropped, and so does its scratch directory.
pub(crate) struct Account {
    peer: Mutex<Peer>,
    /// Where it listens, without a slash at the end: all of Twilio's hosts are this one.
    pub(crate) base: String,
    pub(crate) sid: String,
    pub(crate) token: String,
    /// An API key (`SK…`) and its secret, which open the account just as the token does.
    pub(crate) key: String,
    pub(crate) secret: String,
    /// The home directory of the commands.
    pub(crate) home: PathBuf,
}

impl Account {
    pub(crate) fn new() -> Self {
        let mut peer = Peer::start("twilio_api");
        let said = peer.hear();
        let word = |name: &str| said[name].as_str().unwrap().to_owned();
        Self {
            base: word("base"),
            sid: word("sid"),
            token: word("token"),
            key: word("key"),
            secret: word("secret"),
            home: scratch(),
            peer: Mutex::new(peer),
        }
    }

    /// Says something on the control channel; `peers/twilio_api/__main__.py` has a list.
    pub(crate) fn ask(&self, question: &Value) -> Value {
        let answer = self.peer.lock().unwrap().ask(question);
        assert!(answer.get("error").is_none(), "{question}: {answer}");
        answer
    }

    /// Puts resources there, as `peers/twilio_api/seeds.py` describes. Returns their sids by collection.
    pub(crate) fn seed(&self, mut collections: Value) -> Value {
        collections["do"] = json!("seed");
        self.ask(&collections)
    }

    /// Somebody else changes fields of a resource.
    pub(crate) fn change(&self, collection: &str, sid: &Value, fields: &Value) {
        self.ask(&json!({"do": "change", "collection": collection, "sid": sid, "fields": fields}));
    }

    /// Somebody else deletes a resource.
    pub(crate) fn remove(&self, collection: &str, sid: &Value) {
        self.ask(&json!({"do": "remove", "collection": collection, "sid": sid}));
    }

    /// All that is there, by collection.
    pub(crate) fn state(&self) -> Value {
        self.ask(&json!({"do": "state"}))
    }

    /// All requests so far, with passwords masked.
    pub(crate) fn journal(&self) -> Vec<Value> {
        self.ask(&json!({"do": "journal"})).as_array().unwrap().clone()
    }

    /// What was asked for that could change anything, each as `POST /SIP/Domains.json 201`.
    ///
    /// Without an answer the line ends with the name of the fault.
    pub(crate) fn mutations(&self) -> Vec<String> {
        let prefix = format!("/2010-04-01/Accounts/{}", self.sid);
        let line = |entry: &Value| {
            let path = entry["path"].as_str().unwrap();
            let path = path.strip_prefix(&prefix).unwrap_or(path);
            let end =
                entry["status"].as_u64().map_or(entry["fault"].to_string(), |status| status.to_string());
            format!("{} {path} {}", entry["method"].as_str().unwrap(), end.trim_matches('"'))
        };
        self.journal().iter().filter(|entry| entry["method"] != "GET").map(line).collect()
    }

    /// What shall go wrong from now on, as `peers/twilio_api/faults.py` describes.
    pub(crate) fn faults(&self, rules: &Value) {
        self.ask(&json!({"do": "faults", "rules": rules}));
    }

    /// The SHA-256, in hexadecimal digits, of the passwords that a user name has now: one for each list that has it.
    pub(crate) fn passwords(&self, username: &str) -> Vec<String> {
        let answer = self.ask(&json!({"do": "password", "username": username}));
        answer["sha256"].as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()).collect()
    }

    /// `dialtone` with this account and an empty home, and with nothing else in its environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = dialtone();
        command
            .args(words)
            .env("TWILIO_ACCOUNT_SID", &self.sid)
            .env("TWILIO_AUTH_TOKEN", &self.token)
            .env("TWILIO_API_BASE", &self.base)
            .env("HOME", &self.home);
        command
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // A failed test leaves its files for inspection.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.home);
        }
    }
}
