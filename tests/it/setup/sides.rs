//! Whose credentials open the account, and in which of Twilio's regions it is.

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
