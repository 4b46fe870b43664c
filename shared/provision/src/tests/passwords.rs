//! Passwords, and the phones that changes of them cut off.

use super::{Pretend, lines, list, notes, wishes};
use crate::account::{Account, List};
use crate::{Known, Options, difference};

#[test]
fn passwords_that_may_not_be_set_are_set() {
    let account = Account { lists: vec![list("CL1", "dialtone:n:prod", &["lobby"])], ..Account::default() };
    let sets = |known: Known, options| {
        let found = difference(&wishes(options), &account, &Pretend(known));
        if let Some(obstacle) = found.obstacles.iter().find(|one| one.about == "lobby") {
            assert!(obstacle.what.starts_with("1 phone: the passwords file knows another credential"));
            assert!(obstacle.remedy.contains("--set-passwords --only"), "{obstacle}");
            return (false, true);
        }
        (
            lines(&found).contains(&"Update password lobby".to_owned()),
            notes(&found).contains("is not known here"),
        )
    };
    let usual = Options::default();
    let all = Options { set_passwords: true, ..usual };
    let set = |credential: &str| Known::Set { credential: credential.into(), when: None };
    assert_eq!(sets(set("CR-lobby"), usual), (false, false));
    assert_eq!(sets(set("CR-lobby"), all), (true, false));
    assert_eq!(sets(set("CR-of-old"), usual), (false, true), "the file may be an old one");
    assert_eq!(sets(set("CR-of-old"), all), (true, false));
    assert_eq!(sets(Known::Rotating, usual), (true, false), "a rotation was cut off");
    assert_eq!(sets(Known::Unset, usual), (true, false), "a run was cut off");
    assert_eq!(sets(Known::Given, usual), (false, false));
    assert_eq!(sets(Known::Nothing, usual), (false, true), "nobody's phone is cut off for a lost file");
}

#[test]
fn phones_that_a_change_cuts_off_are_counted_and_named() {
    let users = ["lobby", "porch", "gone", "older"];
    let mut lists = vec![list("CL1", "dialtone:n:prod", &users)];
    let account = |lists: &[List]| Account { lists: lists.to_vec(), ..Account::default() };
    let forced = wishes(Options { set_passwords: true, ..Options::default() });
    let with = |known: Known, lists: &[List]| difference(&forced, &account(lists), &Pretend(known));
    let known = |credential: &str, when: Option<&str>| Known::Set {
        credential: credential.into(),
        when: when.map(str::to_owned),
    };
    let (old, new) = ("Fri, 27 Nov 2026 08:00:00 +0000", "Fri, 27 Nov 2026 09:00:00 +0000");
    assert_eq!(with(Known::Given, &lists).cut_off(), users, "nobody knows what these phones have");
    assert_eq!(with(known("CR-lobby", None), &lists).cut_off(), ["porch", "gone", "older"]);
    lists[0].credentials[0].date_updated = new.into();
    for (when, is_cut_off) in [(old, true), (new, false), ("soon", false)] {
        let cut_off = with(known("CR-lobby", Some(when)), &lists);
        assert_eq!(cut_off.cut_off().contains(&"lobby"), is_cut_off, "{when}");
    }
    let plan = with(Known::Given, &lists);
    let warnings = plan.warnings();
    let of = |about: &str| warnings.iter().find(|one| one.about == about).map(|one| one.what.clone());
    assert!(
        of("lobby, porch").is_some_and(|what| what.starts_with("(2 phones) cannot register")),
        "{warnings:?}"
    );
    assert!(
        of("gone, older").is_some_and(|what| what.starts_with("(2 phones) cannot register")),
        "{warnings:?}"
    );
    // Without being asked, nothing is set where Twilio has a newer password, and that is said.
    let found =
        difference(&wishes(Options::default()), &account(&lists), &Pretend(known("CR-lobby", Some(old))));
    assert!(notes(&found).contains("lobby 1 phone: a newer password is at Twilio"), "{found:?}");
}
