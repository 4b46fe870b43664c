//! Times as Twilio writes them.

use crate::harness::peers;

/// An RFC 3339 time so many hours ago.
pub(super) fn hours_ago(hours: u64) -> String {
    ago(hours * 3600, "%Y-%m-%dT%H:%M:%SZ")
}

/// The same as RFC 2822, as Twilio writes the times of calls.
pub(super) fn call_hours_ago(hours: u64) -> String {
    ago(hours * 3600, "%a, %d %b %Y %H:%M:%S +0000")
}

/// A time in UTC so many seconds ago. Python knows calendars, so the tests need not.
pub(super) fn ago(seconds: u64, format: &str) -> String {
    let script =
        "import sys, time; print(time.strftime(sys.argv[2], time.gmtime(time.time() - int(sys.argv[1]))))";
    let mut command = std::process::Command::new(peers::python());
    let output = command.args(["-c", script, &seconds.to_string(), format]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
