//! What is measured: the functions, and the baselines, built by the benchmark itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::{build, client};

/// A program that answers one event.
pub(crate) struct Subject {
    /// As the table calls it.
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    arguments: Vec<PathBuf>,
    environment: Vec<(String, String)>,
    /// What API Gateway would send.
    pub(crate) event: Vec<u8>,
    /// What its answer must contain.
    answer: &'static str,
    /// What must be there for it to run, to be weighed.
    pub(crate) files: PathBuf,
}

impl Subject {
    /// A command that asks a Runtime API at this address for its events.
    pub(crate) fn command(&self, address: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        self.environment(&mut command, address);
        command
    }

    /// Sets what Lambda sets, and nothing of this process's own environment.
    pub(crate) fn environment(&self, command: &mut Command, address: &str) {
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("AWS_LAMBDA_RUNTIME_API", address);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// Whether an answer is what it must be. A program that answers wrongly fast is of no use.
    pub(crate) fn check(&self, body: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(body);
        if text.contains(r#""statusCode":20"#) && text.contains(self.answer) {
            Ok(())
        } else {
            Err(format!("{} answered {text}", self.name).into())
        }
    }

    /// Whether it is a native program, whose instructions can be counted.
    pub(crate) fn is_native(&self) -> bool {
        self.arguments.is_empty()
    }

    /// Takes another network file, and lets the given phone of it call.
    pub(crate) fn set_network(&mut self, file: &Path, phone: &str) -> Result<()> {
        let (form, signature) = client::signed(phone, "18005550199", 1)?;
        let mut event: serde_json::Value = serde_json::from_slice(&self.event)?;
        let set = |event: &mut serde_json::Value, at: &str, value: String| {
            event
                .pointer_mut(at)
                .map(|old| *old = value.into())
                .ok_or_else(|| format!("the event has no {at}"))
        };
        set(&mut event, "/headers/x-twilio-signature", signature)?;
        set(&mut event, "/body", form)?;
        event.as_object_mut().ok_or("no event")?.insert("isBase64Encoded".to_owned(), false.into());
        self.event = serde_json::to_vec(&event)?;
        self.environment.push(("DIALTONE_CONFIG".to_owned(), file.display().to_string()));
        Ok(())
    }

    /// Bytes on disk of what has to be deployed.
    pub(crate) fn size(&self) -> Result<u64> {
        size(&self.files)
    }
}

fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !entry.file_type()?.is_symlink() {
            sum += size(&entry.path())?;
        }
    }
    Ok(sum)
}

/// The name of the subject that ratios are taken against.
pub(crate) const HELLO: &str = "lambda_http hello";
const NUMBER: &str = "<Number";

/// The voice functions alone, for their budgets.
pub(crate) fn voice() -> Result<Vec<Subject>> {
    build::functions(&["outgoing", "incoming"])?;
    Ok(vec![function("outgoing", "outgoing/call", NUMBER)?, function("incoming", "incoming/call", "<Sip")?])
}

/// Everything. `endpoint` is that of a double of SNS.
pub(crate) fn all(
    endpoint: &str,
    certificate: Option<&Path>,
    before: Option<&Path>,
    with_peers: bool,
) -> Result<Vec<Subject>> {
    build::functions(&["outgoing", "incoming", "status"])?;
    let examples = build::examples("release", &["floor", "hello", "publish"])?;
    let defaults = build::examples("plain", &["hello"])?;
    let mut publishing = vec![
        ("DIALTONE_TOPIC_ARN".to_owned(), "arn:aws:sns:us-west-2:123456789012:events".to_owned()),
        ("AWS_ENDPOINT_URL_SNS".to_owned(), endpoint.to_owned()),
        ("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned()),
    ];
    if let Some(path) = certificate {
        publishing.push(("SSL_CERT_FILE".to_owned(), path.display().to_string()));
    }
    let mut all = vec![
        baseline("plain std, by hand", examples.join("floor"))?,
        baseline(HELLO, examples.join("hello"))?,
        baseline("the same, cargo's flags", defaults.join("hello"))?,
        function("outgoing", "outgoing/call", NUMBER)?,
        function("incoming", "incoming/call", "<Sip")?,
        function("status", "status/dial", "<Say")?,
        baseline("SDK's minimum", examples.join("publish"))?,
    ];
    if let Some(folder) = before {
        all.push(subject("outgoing, before", folder.join("outgoing"), "outgoing/call", NUMBER)?);
        all.push(subject("incoming, before", folder.join("incoming"), "incoming/call", "<Sip")?);
        all.push(subject("status, before", folder.join("status"), "status/dial", "<Say")?);
    }
    for subject in &mut all {
        if ["status", "status, before", "SDK's minimum"].contains(&subject.name) {
            subject.environment.extend(publishing.iter().cloned());
        }
    }
    if with_peers {
        let (node, python) = build::peers()?;
        all.push(peer("Node", "node".into(), vec![node.join("index.mjs")], node.join("node_modules"))?);
        let packages =
            fs::read_dir(python.join("venv/lib"))?.next().ok_or("no venv")??.path().join("site-packages");
        let python = python.join("venv/bin/python");
        let script = build::root().join("tests/bench/peers/function.py");
        let without = vec![script.clone(), "--no-boto3".into()];
        all.push(peer("Python", python.clone(), vec![script], packages.clone())?);
        all.push(peer("Python, no boto3", python, without, packages)?);
    }
    Ok(all)
}

fn baseline(name: &'static str, program: PathBuf) -> Result<Subject> {
    subject(name, program, "outgoing/call", "<Response/>")
}

fn function(name: &'static str, event: &str, answer: &'static str) -> Result<Subject> {
    subject(name, build::target().join("release").join(name), event, answer)
}

fn peer(name: &'static str, program: PathBuf, arguments: Vec<PathBuf>, files: PathBuf) -> Result<Subject> {
    Ok(Subject { arguments, files, ..subject(name, program, "outgoing/call", NUMBER)? })
}

fn subject(name: &'static str, program: PathBuf, event: &str, answer: &'static str) -> Result<Subject> {
    let event = fs::read_to_string(build::root().join("events").join(event).with_extension("json"))?;
    // As API Gateway sends it: without the spaces for people.
    let event = serde_json::to_vec(&serde_json::from_str::<serde_json::Value>(&event)?)?;
    let network = build::layer()?.display().to_string();
    let environment = [
        ("AWS_REGION", "us-west-2"),
        ("AWS_DEFAULT_REGION", "us-west-2"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("DIALTONE_CONFIG", &network),
        ("DIALTONE_STAGE", "prod"),
        // The token that the payloads in events/ are signed with.
        ("TWILIO_AUTH_TOKEN", "any-secret"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Subject {
        name,
        files: program.clone(),
        program,
        arguments: Vec::new(),
        environment: environment.into(),
        event,
        answer,
    })
}
