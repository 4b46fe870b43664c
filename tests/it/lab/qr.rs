//! Linphone gets its settings from the lab.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use super::desk::Desk;
use crate::harness::scratch;

#[test]
fn linphone_registers_with_the_settings_of_the_qr_code() {
    for change in ["", "secure = true\n"] {
        let changed = |network: &str| network.replace("sip_domain", &format!("{change}sip_domain"));
        let mut lab = Desk::changed(changed, &["--qr", "alpha"]);
        let url = lab.begins("qr").to_owned();
        let settings = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(
            settings.contains("For the lab alone") && !settings.contains(lab.password("alpha")),
            "{settings}"
        );
        let directory = scratch();
        // Where it wants to keep its database; without one it does not start.
        fs::create_dir_all(directory.join(".local/share/linphone")).unwrap();
        let rc = format!(
            "[misc]\nconfig-uri={url}\n[sip]\nsip_port=-1\nsip_tcp_port=-1\nsip_tls_port=-1\nguess_hostname=1\n"
        );
        fs::write(directory.join("linphonerc"), rc).unwrap();
        let started = Command::new("linphonec")
            .arg("-c")
            .arg(directory.join("linphonerc"))
            .env("HOME", &directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(linphone) = started.map(Linphone) else {
            let _ = writeln!(
                std::io::stderr(),
                "\n*** SKIPPED: linphonec is not installed (Debian: apt-get install linphone-cli)\n"
            );
            return;
        };
        lab.tells("registered", if change.is_empty() { "TCP" } else { "TLS" });
        drop(linphone);
        let _ = fs::remove_dir_all(directory);
    }
}

/// A phone that ends with its test, also with one that fails: it would look for its lab for ever.
struct Linphone(Child);

impl Drop for Linphone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
