//! Whose credentials open the account, and in which of Twilio's regions it is.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use super::{Said, Setup};

const PARENT: &str = "AC000000000000000000000000000000aa";

#[test]
fn a_parent_s_token_opens_a_subaccount() {
    let setup = Setup::new();
    let token = "a-parent-s-token-0123456789abcdef";
    let of_parent = |words: &[&str]| {
        let mut command = setup.command(words);
        command.env("TWILIO_AUTH_TOKEN", token).env("TWILIO_PARENT_ACCOUNT_SID", PARENT);
        Said::of(&mut command)
    };
    let refused = of_parent(&["plan"]);
    assert!(refused.code == 3 && refused.err.contains("401"), "{}", refused.err);
    setup.account.ask(&serde_json::json!({"do": "configure", "parent": {"sid": PARENT, "token": token}}));
    let said = of_parent(&["apply", "--yes", "--buy"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!format!("{}{}", said.out, said.err).contains(token));
    assert_eq!(of_parent(&["plan"]).code, 0);
    // Everything was done in the subaccount.
    let all = format!("/2010-04-01/Accounts/{}/", setup.account.sid);
    let journal = setup.account.journal();
    let paths = journal.iter().filter_map(|entry| entry["path"].as_str());
    assert!(paths.filter(|path| path.contains("/Accounts/")).all(|path| path.starts_with(&all)));
    setup.assert_whole();
    // A parent that is no SID is told before anything is asked.
    let mut command = setup.command(&["plan"]);
    let said = Said::of(command.env("TWILIO_PARENT_ACCOUNT_SID", "mum"));
    assert!(said.code == 2 && said.err.contains("AC"), "{}", said.err);
}

#[test]
fn a_region_that_twilio_does_not_have_is_told_before_anything_is_asked() {
    let setup = Setup::new();
    for (region, edge, what) in
        [("mars1", "", "region mars1 needs an edge"), ("ie1", "not a host", "is not the name")]
    {
        let mut command = setup.command(&["plan"]);
        command.env_remove("TWILIO_API_BASE").env("TWILIO_REGION", region).env("TWILIO_EDGE", edge);
        let said = Said::of(&mut command);
        assert!(said.code == 2 && said.err.contains("TWILIO_REGION, TWILIO_EDGE: "), "{}", said.err);
        assert!(said.err.replace('\n', " ").contains(what), "{}", said.err);
    }
}

/// Which hosts a command wants to reach, through a proxy that lets nothing through: `HTTPS_PROXY` is asked by the host's name.
fn hosts_of(setup: &Setup, words: &[&str], places: &[(&str, &str)]) -> BTreeSet<String> {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}", proxy.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for connection in proxy.incoming() {
            let mut connection = BufReader::new(connection.unwrap());
            let mut line = String::new();
            // A request may come in pieces: its first line says all.
            if connection.read_line(&mut line).is_ok() && tell.send(line).is_err() {
                return;
            }
            let refusal = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = connection.get_mut().write_all(refusal);
        }
    });
    let mut command = setup.command(words);
    command.env_remove("TWILIO_API_BASE").env("HTTPS_PROXY", place).envs(places.iter().copied());
    let said = Said::of(&mut command);
    assert_eq!(said.code, 3, "{words:?}: {}{}", said.out, said.err);
    let hosts =
        told.try_iter().filter_map(|line| Some(line.strip_prefix("CONNECT ")?.split(':').next()?.to_owned()));
    hosts.filter(|host| host.contains("twilio.com")).collect()
}

/// The hosts are `PRODUCT.EDGE.REGION.twilio.com`
/// (<https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region>).
#[test]
fn every_request_goes_to_the_host_of_the_region() {
    let setup = Setup::new();
    let all = |place: &str| {
        BTreeSet::from(["api", "monitor", "voice"].map(|product| format!("{product}{place}.twilio.com")))
    };
    let (region, edge) = (("TWILIO_REGION", "ie1"), ("TWILIO_EDGE", "dublin"));
    assert_eq!(hosts_of(&setup, &["doctor"], &[]), all(""));
    assert_eq!(hosts_of(&setup, &["doctor"], &[region, edge]), all(".dublin.ie1"));
    let api = |place: &str| BTreeSet::from([format!("api{place}.twilio.com")]);
    for words in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"], &["rotate", "lobby", "--yes"]] {
        assert_eq!(hosts_of(&setup, words, &[region]), api(".dublin.ie1"), "{words:?}");
    }
    assert_eq!(hosts_of(&setup, &["plan"], &[("TWILIO_EDGE", "umatilla")]), api(".umatilla.us1"));
    assert!(setup.account.journal().is_empty(), "nobody else was asked");
}
