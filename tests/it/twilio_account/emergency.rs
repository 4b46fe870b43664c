//! Addresses, and the numbers that are registered with them.

use super::*;

fn address(street: &str) -> Value {
    json!({
        "customer_name": "Street", "street": street, "city": "Portland", "region": "OR",
        "postal_code": "97201", "iso_country": "US", "emergency_enabled": true, "friendly_name": "lobby",
    })
}

#[test]
fn an_emergency_address_takes_its_time() {
    let account = Account::new();
    let number = account.seed(json!({"numbers": [{"phone_number": "+15035550100"}]}))["numbers"][0].clone();
    let mut library = Library::of(&account);
    let (addresses, number) = (json!([["addresses"]]), json!([["incoming_phone_numbers", number]]));
    let home = library.does(&addresses, "create", &address("100 Main St"));
    assert_eq!((&home["validated"], &home["emergency_enabled"]), (&json!(true), &json!(true)));
    let shop = library.does(&addresses, "create", &address("200 Main St"));
    let plain = library.does(
        &addresses,
        "create",
        &json!({
            "customer_name": "Street", "street": "300 Main St", "city": "Portland", "region": "OR",
            "postal_code": "97201", "iso_country": "US",
        }),
    );
    let status = |said: &Value| said["emergency_address_status"].as_str().unwrap().to_owned();
    let with = |address: &Value| json!({"emergency_address_sid": address["sid"]});
    assert_eq!(library.refused(&number, "update", &with(&plain)), (400, 20001), "it is not for emergencies");

    let said = library.does(&number, "update", &json!({"emergency_status": "Active"}));
    assert_eq!(
        (status(&said), &said["emergency_status"]),
        ("unregistered".into(), &json!("Inactive")),
        "it is ignored"
    );
    assert_eq!(status(&library.does(&number, "update", &with(&home))), "pending-registration");
    assert_eq!(library.refused(&number, "update", &with(&shop)), (400, 20001), "while it is pending");
    let polls = |library: &mut Library| [(); 2].map(|()| status(&library.does(&number, "fetch", &json!({}))));
    assert_eq!(polls(&mut library), ["pending-registration", "registered"]);
    assert_eq!(status(&library.does(&number, "update", &with(&home))), "registered", "the same is no change");
    assert_eq!(library.refused(&number, "update", &with(&shop)), (400, 20001), "while there is another");
    let of_home = json!([["addresses", home["sid"]]]);
    assert_eq!(library.refused(&of_home, "delete", &json!({})), (400, 21631), "it is in use");
    let used =
        library.does(&json!([["addresses", home["sid"]], ["dependent_phone_numbers"]]), "list", &json!({}));
    assert_eq!(used[0]["phone_number"], "+15035550100");

    let none = json!({"emergency_address_sid": ""});
    let said = library.does(&number, "update", &none);
    assert_eq!(
        (status(&said), &said["emergency_address_sid"]),
        ("pending-unregistration".into(), &Value::Null)
    );
    assert_eq!(library.refused(&number, "update", &with(&shop)), (400, 20001), "it is not yet taken away");
    assert_eq!(polls(&mut library), ["pending-unregistration", "unregistered"]);
    account
        .ask(&json!({"do": "configure", "emergency_polls": 0, "emergency_outcome": "registration-failure"}));
    assert_eq!(status(&library.does(&number, "update", &with(&shop))), "registration-failure");
    library.does(&of_home, "delete", &json!({}));
    openapi::check(&account.journal());
}

#[test]
fn an_address_that_is_none_is_refused() {
    let account = Account::new();
    let suggestion = json!({
        "Street": "100 MAIN ST", "Locality": "PORTLAND", "Region": "OR", "PostalCode": "97201",
    });
    account.seed(json!({"verdicts": [
        {"street": "1 Nowhere Lane", "code": 21628},
        {"street": "100 Main Stret", "code": 21629, "suggestion": suggestion},
    ]}));
    let mut library = Library::of(&account);
    let addresses = json!([["addresses"]]);
    assert_eq!(library.refused(&addresses, "create", &address("1 Nowhere Lane")), (400, 21628));
    let said = library.tries(&addresses, "create", &address("100 Main Stret"));
    assert_eq!(said["code"], 21629);
    assert!(said["message"].as_str().unwrap().contains("Street: 100 MAIN ST, Locality: PORTLAND"), "{said}");
    let mut other = address("100 Main St");
    other["friendly_name"] = json!("x".repeat(33));
    assert_eq!(library.refused(&addresses, "create", &other), (400, 20001));
    other["emergency_enabled"] = json!(false);
    library.does(&addresses, "create", &other);
    let mut other = address("100 Main St");
    other["postal_code"] = json!("OX1");
    assert_eq!(library.refused(&addresses, "create", &other), (400, 21628));
    assert_eq!(account.state()["addresses"].as_array().unwrap().len(), 1);
}
