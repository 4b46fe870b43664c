//! Odd requests: whatever is posted, the answer is of the right kind, and never a failure.

use serde_json::json;

use crate::harness::{Answer, Service, Traffic, Words, twiml};

const STREET: &str = "networks/street.toml";
const TWIML: [&str; 5] = ["/outgoing", "/outgoing/digits", "/refer", "/incoming", "/status/dial"];
const CALLBACKS: [&str; 2] = ["/status/call", "/status/error"];

fn routes() -> impl Iterator<Item = &'static str> {
    TWIML.into_iter().chain(CALLBACKS)
}

/// What is wrong with the answer to a proven request, if anything.
fn fault(path: &str, answer: &Answer) -> Option<String> {
    let path = path.split('?').next().unwrap().trim_end_matches('/');
    let expected = if CALLBACKS.contains(&path) { 204 } else { 200 };
    if answer.status != expected {
        return Some(format!("{path}: {} instead of {expected}", answer.status));
    }
    let is_good = if expected == 204 { answer.body.is_empty() } else { twiml(&answer.body).is_ok() };
    (!is_good).then(|| format!("{path}: {:?}", answer.body))
}

#[test]
fn what_is_missing_is_missed_by_nobody() {
    let service = Service::on(STREET).start();
    let full = [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("CallSid", "CA00000000000000000000000000000001"),
        ("From", "sip:lobby@street-prod.sip.twilio.com"),
        ("To", "sip:5035550123@street-prod.sip.twilio.com"),
        ("SipDomain", "street-prod.sip.twilio.com"),
        ("Digits", "5035550123"),
        ("FinishedOnKey", ""),
        ("ReferTransferTarget", "sip:5035550123@pbx-prod.example.org"),
        ("DialCallStatus", "busy"),
        ("CallStatus", "completed"),
        ("ErrorCode", "32009"),
        ("Payload", "{}"),
    ];
    let mut wrong = Vec::new();
    for path in routes() {
        for method in ["POST", "GET"] {
            let ask = |fields: &[(&str, &str)]| {
                fault(path, &service.post(path).method(method).fields(fields.iter().copied()).send())
            };
            wrong.extend(ask(&[]));
            wrong.extend(ask(&full));
            for missing in 0..full.len() {
                let rest: Vec<_> =
                    full.iter().enumerate().filter(|(i, _)| *i != missing).map(|(_, f)| *f).collect();
                wrong.extend(ask(&rest));
                let blank: Vec<_> =
                    full.iter().enumerate().map(|(i, f)| if i == missing { (f.0, "") } else { *f }).collect();
                wrong.extend(ask(&blank));
                wrong.extend(ask(&[full[missing]]));
                wrong.extend(ask(&[full[missing], full[missing], ("To", "x")]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn odd_values_anywhere() {
    let service = Service::on(STREET).start();
    let long = "5".repeat(200);
    let huge = "9".repeat(20_000);
    let values = [
        "",
        " ",
        "%",
        "%ZZ",
        "%00",
        "\u{0}",
        "\u{1f4de}",
        "\u{202e}5035550123",
        "<Dial>",
        "]]>",
        "&amp;",
        "\"'",
        "\\",
        "sip:",
        "sip:@",
        "sip:@@@",
        "sips:%@x",
        "tel:",
        "client:",
        "<",
        "<>",
        "<sip:",
        "\"",
        "\"<sip:a@b>",
        "sip:[::1]",
        "sip:a@[::1",
        "sip:a:b:c@d:e:f;g?h",
        "anonymous",
        "+266696687",
        "+",
        "++",
        "#",
        "*",
        "-1",
        "1e9",
        "NaN",
        "null",
        "true",
        "weird value",
        "18446744073709551616",
        &long,
        &huge,
    ];
    let mut wrong = Vec::new();
    for path in routes() {
        for name in [
            "From",
            "To",
            "Digits",
            "FinishedOnKey",
            "SipDomain",
            "CallSid",
            "ReferTransferTarget",
            "DialCallStatus",
            "DialCallDuration",
            "DialBridged",
            "CallStatus",
            "ErrorCode",
            "Payload",
        ] {
            for value in values {
                let request = service
                    .post(path)
                    .field("From", "sip:lobby@street-prod.sip.twilio.com")
                    .field("To", "sip:lobby@street-prod.sip.twilio.com")
                    .field("DialCallStatus", "no-answer")
                    .set(name, value);
                wrong.extend(fault(path, &request.send()).map(|why| format!("{name} = {value:.40}: {why}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn odd_bodies_on_every_route() {
    let service = Service::on(STREET).start();
    let many = "a=1&".repeat(512);
    let bodies: [&[u8]; 12] = [
        b"",
        b"&",
        b"=",
        b"&&=&",
        b"\xff\xfe\xfd",
        b"From=%FF%FE&To=\xc3\x28",
        b"To=%&From=%Z&Digits=%E2%82",
        b"To",
        b"{\"a\":1}",
        b"\0\0\0",
        b"%%%%",
        many.as_bytes(),
    ];
    let mut wrong = Vec::new();
    for path in routes() {
        for body in bodies {
            wrong.extend(fault(path, &service.post(path).body(body).send()));
        }
        // Twilio posts forms; JSON that is bound by its hash is proven, but says nothing.
        wrong.extend(fault(path, &service.post(path).json("{\"To\":\"911\"}").send()));
        wrong.extend(fault(path, &service.post(path).header("Content-Type", "text/plain").send()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for path in routes() {
        let unbound = service.post(path).header("Content-Type", "application/json").body("{}").send();
        assert_eq!((unbound.status, unbound.body.as_str()), (403, ""), "{path}");
    }
}

#[test]
fn too_much_is_refused_as_such() {
    let service = Service::on(STREET).start();
    for path in routes() {
        let fields = service.post(path).body("a=1&".repeat(513)).send();
        assert_eq!(fields.status, 413, "513 fields to {path}");
        let body = service.post(path).body(vec![b'a'; webhook::MAX_BODY + 1]).send();
        assert_eq!(body.status, 413, "a byte too many to {path}");
        let exactly = service.post(path).body(vec![b'a'; webhook::MAX_BODY]).send();
        assert_eq!(fault(path, &exactly), None, "as many bytes as may be to {path}");
    }
}

#[test]
fn other_methods_and_paths() {
    let service = Service::on(STREET).start();
    for path in routes() {
        for method in ["PUT", "DELETE", "PATCH"] {
            assert_eq!(service.post(path).method(method).send().status, 405, "{method} {path}");
        }
        for other in [format!("{path}x"), format!("{path}/x"), format!("/x{path}"), path.to_uppercase()] {
            assert_eq!(service.post(&other).send().status, 404, "{other}");
        }
        for query in ["?try=2", "?try=x", "?try=-1", "?try=999", "?a=%ZZ&&", "?again=1&try=0"] {
            let target = format!("{path}{query}");
            assert_eq!(fault(path, &service.post(&target).send()), None, "{target}");
        }
    }
}

#[test]
fn every_shape_of_an_alert() {
    let service = Service::on(STREET).start();
    let whole = |request: serde_json::Value| {
        json!({"resource_sid": null, "service_sid": null, "error_code": "32011", "more_info": {}, "webhook": {
            "type": "application/json", "request": request, "response": {"status_code": null, "headers": {}, "body": null}}})
        .to_string()
    };
    let payloads = [
        whole(json!({"url": null, "method": null, "headers": null, "parameters": null})),
        whole(json!({"url": 7, "method": [], "headers": 1, "parameters": ["To", 7]})),
        whole(json!({"url": null, "parameters": {
            "To": "<sip:lobby@street-prod.sip.twilio.com:5060>",
            "From": "\"+15035550100\" <sip:+15035550100@street-prod.sip.twilio.com>;tag=1"}})),
        whole(json!({"url": "https://street.example.org/outgoing", "parameters": {"To": {"a": 1}}})),
        whole(json!(null)),
        whole(json!("x")),
        json!({"error_code": 32009}).to_string(),
        json!({"error_code": -1.5e300}).to_string(),
        json!({"error_code": {"code": 1}, "webhook": []}).to_string(),
        json!({"error_code": null, "more_info": {"ErrorCode": "32009,Your TwiML"}}).to_string(),
        json!({"error_code": "30007", "resource_sid": "SM00000000000000000000000000000001"}).to_string(),
        json!({"error_code": "11200", "more_info": {"url": "https://sms.example.com/"}}).to_string(),
        json!([]).to_string(),
        json!([[[]]]).to_string(),
        "null".into(),
        "\"32009\"".into(),
        "32009".into(),
        "{".into(),
        "{\"error_code\":\"32009\"".into(),
        "<xml/>".into(),
        "\u{feff}{}".into(),
        "[".repeat(5_000),
        format!("{{\"a\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000)),
    ];
    let statuses: Vec<_> = payloads
        .iter()
        .map(|payload| {
            let alert = service.post("/status/error").fields([
                ("Sid", "NO00000000000000000000000000000001"),
                ("ParentAccountSid", ""),
                ("Level", "WARNING"),
                ("PayloadType", "application/json"),
                ("Payload", payload.as_str()),
            ]);
            alert.send().status
        })
        .collect();
    assert_eq!(statuses, vec![204; payloads.len()]);
}

#[test]
fn thousands_of_random_requests() {
    let service = Service::on(STREET).start();
    let mut traffic = Traffic::new(5, words());
    let mut wrong = Vec::new();
    for i in 0..3_000 {
        let request = traffic.next(&service);
        let path = request.path().to_owned();
        wrong.extend(fault(&path, &request.send()).map(|why| format!("request {i}: {why}")));
    }
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
    // It is still the same process.
    assert!(service.stop().status.success());
}

fn words() -> Words<'static> {
    Words {
        dialled: &[
            "5035550123",
            "911",
            "#",
            "lobby",
            "",
            "+",
            "*67",
            "%",
            "%ZZ",
            "\u{1f4de}",
            "\u{0}\u{1}\u{7f}",
            "<>&\"'",
            "]]>",
            "\u{ffff}",
            "\u{feff}",
            "\u{202e}",
            "a b",
            "0110",
            "01199999999999999999",
            "00",
            "1-800-FLOWERS",
            "+525555550123",
            "525555550123",
            "5555551212",
            "x&y='z'$",
            "٠١٢٣٤٥٦٧٨٩",
        ],
        callers: &[
            "sip:lobby@{domain}",
            "sip:plaza@{domain}",
            "sip:inside@{domain}",
            "sip:strict@{domain}",
            "sip:x%26y%3D'z'%24@{domain}",
            "sip:\u{0}@{domain}",
            "<sip:lobby@{domain}",
            "sip:@{domain}",
            "x",
            "",
        ],
        numbers: &["+15035550110", "+15035550114", "15035550110", "5035550110", "sip:lobby@{domain}", ""],
        junk: &[
            "\u{0}",
            "\u{b}",
            "\u{ffff}",
            "<?xml?>",
            "&#0;",
            "</Response>",
            "\"",
            "{\"error_code\":\"32009\"}",
            "{\"webhook\":{\"request\":null}}",
            "999999999999999999999999",
            "\u{1f4de}",
            "\r\nX: y",
            "%0d%0a",
        ],
    }
}
