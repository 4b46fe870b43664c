//! The lab as the name server of phones, whose files lead to Twilio.

use std::fs;
use std::process::Command;

use super::desk::Desk;
use super::phone::{self, Account, Phone};
use crate::harness::dialtone;

/// The file that goes onto the street, byte for byte.
fn file_for_the_street(lab: &Desk, user: &str) -> String {
    let out = lab.file().with_file_name(format!("files-{user}"));
    let passwords = format!("{{\"{user}\":\"{}\"}}", lab.password(user));
    let rendered = dialtone()
        .args(["devices", "render", user, "--config"])
        .arg(lab.file())
        .arg("--out")
        .arg(&out)
        .env("HOME", lab.file().parent().unwrap())
        .env("DIALTONE_PASSWORDS", passwords)
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
    fs::read_to_string(out.join(format!("{user}-baresip-accounts"))).unwrap()
}

fn rings_with_unchanged_files(change: &str) {
    if phone::modules().is_none() {
        return;
    }
    let device = "device = { kind = \"baresip\" }\nnumber = \"+15035550110\"";
    let changed = |network: &str| {
        let network = network.replace("sip_domain", &format!("{change}sip_domain"));
        let network = network.replacen("number = \"+15035550110\"", device, 1);
        network.replacen("number = \"+15035550112\"", &device.replace("0110", "0112"), 1)
    };
    let mut lab = Desk::changed(changed, &["--dns", "127.0.0.1:0"]);
    let start = |user: &'static str| {
        let transport = if change.is_empty() { "tcp" } else { "tls" };
        let file = file_for_the_street(&lab, user);
        assert!(file.contains("sip.ashburn.twilio.com") && !file.contains("127.0.0.1"), "{file}");
        let name_server = Some(lab.begins("dns").to_owned());
        let phone =
            Phone::start(&Account { file: Some(file), name_server, ..lab.account(user, 440, transport) });
        assert!(phone.trace().contains("lab-dev.sip.twilio.com"));
        phone
    };
    let (mut alpha, mut beta) = (start("alpha"), start("beta"));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("accept", "");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("talk", "alpha and beta");
    beta.does("hangup", "");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
}

#[test]
fn files_for_the_street_lead_to_the_lab() {
    rings_with_unchanged_files("");
}

#[test]
fn files_for_the_street_lead_to_the_lab_on_a_secure_domain() {
    rings_with_unchanged_files("secure = true\n");
}

/// dig (Debian: bind9-dnsutils) reads the answers.
#[test]
fn dig_finds_services_and_addresses() {
    let lab = Desk::start(&["--dns", "127.0.0.1:0"]);
    let port = lab.begins("dns").rsplit(':').next().unwrap();
    let asks = |kind: &str, name: &str| {
        let dig = Command::new("dig").args(["@127.0.0.1", "-p", port, "+short", kind, name]).output();
        dig.ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(address) = asks("A", "lab-dev.sip.twilio.com") else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: dig is not installed (Debian: bind9-dnsutils)\n");
        return;
    };
    assert_eq!(address, "127.0.0.1\n");
    let port_of = |place: &str| lab.begins(place).rsplit(':').next().unwrap().to_owned();
    for (service, place) in [("_sip._udp", "address"), ("_sip._tcp", "address"), ("_sips._tcp", "tls")] {
        let name = format!("{service}.sip.umatilla.twilio.com");
        let expected = format!("0 0 {} sip.umatilla.twilio.com.\n", port_of(place));
        assert_eq!(asks("SRV", &name), Some(expected), "{service}");
    }
    assert_eq!(asks("A", "example.org").as_deref(), Some(""));
    assert_eq!(asks("NAPTR", "lab-dev.sip.twilio.com").as_deref(), Some(""));
}
