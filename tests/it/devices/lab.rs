//! `dialtone devices render --lab`: the same files, but for the proxy and a warning.

use std::collections::BTreeMap;
use std::fs;

use super::{NETWORK, PASSWORD, render, text};
use crate::harness::scratch;

const HOST: &str = "xn--lab--1.example.org";

#[test]
fn only_the_proxy_and_a_warning_differ() {
    let directory = scratch();
    let files = |folder: &str, more: &[&str]| -> BTreeMap<String, String> {
        let said = render(&directory, NETWORK, "prod", &[&["--all", "--out", folder], more].concat());
        assert!(said.status.success(), "{}", text(&said.stderr));
        let warns =
            text(&said.stderr).contains("a call for help from a telephone that has one reaches nobody");
        assert_eq!(warns, !more.is_empty());
        let entries = fs::read_dir(directory.join(folder)).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_name() != ".gitignore");
        files
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    };
    let (real, lab) = (files("real", &[]), files("lab", &["--lab", HOST]));
    assert_eq!(real.keys().collect::<Vec<_>>(), lab.keys().collect::<Vec<_>>());
    for (name, lab) in &lab {
        let (warnings, lines): (Vec<&str>, Vec<&str>) =
            lab.lines().partition(|line| line.contains("A call for help"));
        let warning = "For the lab alone. A call for help (911, 112) from this telephone reaches nobody.";
        assert!(warnings.len() == 1 && warnings[0].contains(warning), "{name}: {warnings:?}");
        assert!(warnings[0].starts_with("<!-- ") || warnings[0].starts_with("# "), "{name}: {warnings:?}");
        let at_lab = |line: &str| {
            let line = line.replace("sip.umatilla.twilio.com", HOST).replace("sip.ashburn.twilio.com", HOST);
            // Linphone registers with this host, and not by way of its route.
            match line.contains("\"reg_proxy\"") {
                true => line.replace("street.sip.twilio.com", HOST),
                false => line,
            }
        };
        let expected: Vec<String> = real[name].lines().map(at_lab).collect();
        assert_eq!(lines, expected, "{name}");
        // A Polycom's boot file names no proxy; every other file does, and it is the lab's.
        let changed = lines.iter().zip(real[name].lines()).filter(|(lab, real)| *lab != real).count();
        assert!(name == "0004f2000001.cfg" || (1..=2).contains(&changed), "{name}: {changed} lines");
    }
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_lab_needs_a_host_and_a_folder_of_its_own() {
    let directory = scratch();
    let said = render(&directory, NETWORK, "prod", &["ht801", "--lab", HOST]);
    assert_eq!(said.status.code(), Some(2), "real files are not overwritten by accident");
    assert!(text(&said.stderr).contains("--out"), "{}", text(&said.stderr));
    for wrong in ["", "192.168.1.10:5060", "a b", "<a>", "a;transport=udp", "-a", "a..b", "sip:a"] {
        let said = render(&directory, NETWORK, "prod", &["ht801", "--out", "lab", &format!("--lab={wrong}")]);
        assert_eq!(said.status.code(), Some(2), "{wrong:?}");
        assert!(text(&said.stderr).contains("without a port") || wrong.is_empty(), "{}", text(&said.stderr));
    }
    assert!(!directory.join("lab").exists());
    let said = render(&directory, NETWORK, "prod", &["ht801", "--out", "lab", "--lab", "192.168.1.10"]);
    assert!(said.status.success() && !text(&said.stdout).contains(PASSWORD));
    let written = fs::read_to_string(directory.join("lab/cfg000b82000002.xml")).unwrap();
    assert!(written.contains("<P48>192.168.1.10</P48>"), "{written}");
    fs::remove_dir_all(directory).unwrap();
}
