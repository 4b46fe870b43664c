//! Emergency addresses are moved with care: nothing that is right is touched, and one place at a time.

use serde_json::{Value, json};

use super::Setup;

/// An address that somebody made by hand, of the shop or with other fields, registered for a number.
fn by_hand(setup: &Setup, number: &str, other: &Value) -> Value {
    let mut address = json!({
        "friendly_name": "The bookshop", "customer_name": "Example Bookshop", "street": "100 MAIN ST",
        "street_secondary": "STE 2", "city": "PORTLAND", "region": "OR", "postal_code": "97201", "iso_country": "US",
        "emergency_enabled": true,
    });
    address.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    let sid = setup.account.seed(json!({"addresses": [address]}))["addresses"][0].clone();
    let registered = json!({"emergency_address_sid": sid, "emergency_address_status": "registered"});
    setup.account.change("numbers", &setup.number(number)["sid"], &registered);
    sid
}

/// The requests so far that give a number an address, or take it away.
fn moves_of(setup: &Setup, number: &str) -> usize {
    let sid = setup.number(number)["sid"].as_str().unwrap().to_owned();
    let is_move = |entry: &&Value| {
        entry["path"].as_str().unwrap().contains(&sid)
            && entry["form"].to_string().contains("EmergencyAddressSid")
    };
    setup.account.journal().iter().filter(is_move).count()
}

#[test]
fn a_registered_address_of_the_same_place_is_adopted() {
    let setup = Setup::new();
    let sid = by_hand(&setup, "+15035550110", &json!({}));
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.number("+15035550110")["emergency_address_sid"], sid);
    assert_eq!(moves_of(&setup, "+15035550110"), 0, "it was never without");
    assert_eq!(setup.number("+15035550100")["emergency_address_status"], "registered");
    assert_eq!(setup.plan(&[]), [""; 0]);
    // It belongs to somebody else, so it outlives the network.
    setup.done(&["destroy", "--yes"]);
    setup.one("addresses", "sid", sid.as_str().unwrap());
}

#[test]
fn nothing_is_created_where_every_number_has_an_address_by_hand() {
    let setup = Setup::new();
    by_hand(&setup, "+15035550110", &json!({}));
    by_hand(&setup, "+15035550100", &json!({}));
    assert!(!setup.plan(&[]).iter().any(|line| line.contains("address")), "{:?}", setup.plan(&[]));
}

#[test]
fn another_place_or_unit_is_not_adopted() {
    for other in [
        json!({"street_secondary": "STE 3"}),
        json!({"street_secondary": ""}),
        json!({"street": "102 MAIN ST"}),
        json!({"emergency_enabled": false}),
    ] {
        let setup = Setup::new();
        let sid = by_hand(&setup, "+15035550110", &other);
        setup.done(&["apply", "--yes"]);
        let number = setup.number("+15035550110");
        assert_ne!(number["emergency_address_sid"], sid, "{other}");
        assert_eq!(number["emergency_address_status"], "registered", "{other}");
    }
}

#[test]
fn a_number_that_is_not_in_the_file_keeps_the_address_that_somebody_gave_it() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let sid = setup.number("+15035550110")["emergency_address_sid"].clone();
    let stranger = setup.number("+15035550190")["sid"].clone();
    let registered = json!({"emergency_address_sid": sid, "emergency_address_status": "registered"});
    setup.account.change("numbers", &stranger, &registered);
    let said = setup.done(&["plan"]);
    assert!(
        said.err.contains("note: +15035550190 is not in the file, but has the emergency address"),
        "{}",
        said.err
    );
    for run in [&["apply", "--yes", "--buy"][..], &["destroy", "--yes"]] {
        if run[0] == "apply" {
            setup.edit("100 Main Street", "200 Side Street");
        }
        setup.done(run);
        let number = setup.number("+15035550190");
        assert_eq!(
            (&number["emergency_address_sid"], &number["emergency_address_status"]),
            (&sid, &json!("registered"))
        );
        setup.one("addresses", "sid", sid.as_str().unwrap());
    }
}

#[test]
fn the_right_address_with_a_wrong_status_is_repaired() {
    for (status, is_move) in [("unregistered", true), ("registration-failure", true)] {
        let setup = Setup::new();
        setup.done(&["apply", "--yes", "--buy"]);
        let number = setup.number("+15035550110");
        setup.account.change("numbers", &number["sid"], &json!({"emergency_address_status": status}));
        assert_eq!(setup.plan(&[]) == ["update emergency address +15035550110"], is_move, "{status}");
        setup.done(&["apply", "--yes", "--buy"]);
        let after = setup.number("+15035550110");
        assert_eq!(after["emergency_address_sid"], number["emergency_address_sid"], "{status}");
        assert_eq!(after["emergency_address_status"], "registered", "{status}");
        setup.assert_whole();
    }
}

#[test]
fn a_status_that_nobody_can_repair_is_explained() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let sid = setup.number("+15035550110")["sid"].clone();
    for status in ["unregistration-failure", "half-registered"] {
        setup.account.change("numbers", &sid, &json!({"emergency_address_status": status}));
        let said = setup.done(&["plan"]);
        assert!(said.err.contains(status) && said.err.contains("Twilio's support"), "{status}: {}", said.err);
    }
}

#[test]
fn places_move_one_after_the_other() {
    let setup = Setup::new();
    setup.edit(
        "[stages.dev]",
        "[addresses.barn]\ncustomer = \"Barn\"\nstreet = \"1 Side Road\"\ncity = \"Portland\"\nregion = \"OR\"\n\
         postal_code = \"97202\"\n[stages.dev]",
    );
    setup.edit("[extensions.lobby]\n", "[extensions.lobby]\naddress = \"barn\"\n");
    setup.edit("[extensions.Porch]\n", "[extensions.Porch]\naddress = \"barn\"\n");
    setup.done(&["apply", "--yes"]);
    setup.edit("100 Main Street", "200 Side Street");
    setup.edit("1 Side Road", "3 Side Road");
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1000}));
    let said = setup.run(&["apply", "--yes", "--wait", "1"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let without = ["+15035550110", "+15035550100"]
        .into_iter()
        .filter(|number| setup.number(number)["emergency_address_status"] != "registered")
        .count();
    assert_eq!(without, 1, "{}", said.err);
    // Once the first place is done, the other follows.
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1}));
    for number in ["+15035550110", "+15035550100"] {
        let found = setup.number(number);
        if found["emergency_address_status"] != "registered" {
            let free = json!({"emergency_address_status": "unregistered", "_pending": null});
            setup.account.change("numbers", &found["sid"], &free);
        }
    }
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    for (number, street) in [("+15035550110", "3 Side Road"), ("+15035550100", "200 Side Street")] {
        let sid = setup.number(number)["emergency_address_sid"].clone();
        assert_eq!(setup.one("addresses", "sid", sid.as_str().unwrap())["street"], street);
    }
}
