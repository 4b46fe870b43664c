//! What `apply` asks before it points Twilio at a URL, and what it and the doctor say of a service with another file.

use std::fs;

use serde_json::json;

use super::clinic::{Clinic, Said};
use super::front::Behind;

/// The network file changes after the service has started.
fn edit(clinic: &Clinic, from: &str, to: &str) {
    let text = fs::read_to_string(&clinic.file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(&clinic.file, text.replace(from, to)).unwrap();
}

fn apply(clinic: &Clinic, more: &[&str]) -> Said {
    Said::of(clinic.command(&["apply", "--yes"]).args(more))
}

#[test]
fn a_service_with_another_file_is_found() {
    let clinic = Clinic::new();
    clinic.test_911();
    edit(&clinic, "[extensions.lobby]", "[extensions.attic]\nemergency = false\n\n[extensions.lobby]");
    let said = apply(&clinic, &[]);
    // The account is as the file says, and the service is not.
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        said.err.contains("warning: public_url") && said.err.contains("runs another file"),
        "{}",
        said.err
    );
    assert!(said.err.lines().last().unwrap().contains("deploy this file"), "{}", said.err);
    assert!(clinic.account.passwords("attic").len() == 1, "the phone is made nonetheless");
    let said = apply(&clinic, &["--json"]);
    assert_eq!((said.code, &said.json()["ok"]), (1, &json!(false)));
    assert!(said.json()["errors"][0].to_string().contains("deploy this file"), "{}", said.out);

    let said = clinic.doctor();
    assert_eq!((said.code, said.with_result("fail")), (1, vec!["service-file".to_owned()]));
    assert!(said.check("service-file")["remedy"].as_str().unwrap().contains("deploy this file"));
}

#[test]
fn a_number_that_is_bought_has_to_be_deployed() {
    let clinic = Clinic::with(
        "[extensions.strict]",
        "[extensions.bench]\nnumber = { buy = \"971\" }\n\n[extensions.strict]",
    );
    clinic.account.seed(json!({"available": [{"phone_number": "+19715550101"}]}));
    let said = apply(&clinic, &["--buy"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(!said.err.contains("warning: public_url"), "the service had this file before: {}", said.err);
    assert!(said.err.lines().last().unwrap().contains("deploy this file"), "{}", said.err);
    assert!(fs::read_to_string(&clinic.file).unwrap().contains("+19715550101"));
}

#[test]
fn twilio_is_not_pointed_at_strangers() {
    let clinic = Clinic::new();
    let wrong = || clinic.set_domain(&json!({"voice_url": "https://former.example.org/outgoing"}));
    wrong();
    let before = clinic.account.mutations();
    for (behind, words) in [
        (Behind::Nothing, "cannot reach"),
        (Behind::Status(200), "gets 200"),
        (Behind::Status(404), "deploy the whole stack"),
        (Behind::Status(403), "the auth token"),
        (Behind::Status(502), "gets 502"),
        // As many services answer a method that they do not know.
        (Behind::Status(405), "does not say which file it runs"),
    ] {
        clinic.front.put(behind);
        let said = apply(&clinic, &[]);
        assert_eq!(said.code, 1, "{}", said.err);
        for words in
            [words, "error: public_url http://127.0.0.1", "error: fallback_url: ", "--skip-url-check"]
        {
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
        assert!(!said.err.contains(&clinic.account.token));
    }
    assert_eq!(clinic.account.mutations(), before, "nothing was changed");
    let said = apply(&clinic, &["--skip-url-check"]);
    assert_eq!((said.code, clinic.account.mutations().len()), (0, before.len() + 1), "{}", said.err);

    // An API key opens the account, and signs nothing.
    let mut command = clinic.command(&["apply", "--yes"]);
    command.env_remove("TWILIO_AUTH_TOKEN");
    command.env("TWILIO_API_KEY", &clinic.account.key).env("TWILIO_API_SECRET", &clinic.account.secret);
    let said = Said::of(&mut command);
    assert!(said.code == 2 && said.err.contains("TWILIO_AUTH_TOKEN is not set"), "{}", said.err);
    assert_eq!(Said::of(command.arg("--skip-url-check")).code, 0);
}

#[test]
fn whoever_waits_for_a_url_is_told() {
    let clinic = Clinic::new();
    clinic.front.put(Behind::Silence);
    let mut command = clinic.command(&["apply", "--yes"]);
    let said = Said::of(&mut command);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("waiting for fallback_url, public_url"), "{}", said.err);
    assert!(said.err.contains("no answer within 15 s"), "{}", said.err);
}
