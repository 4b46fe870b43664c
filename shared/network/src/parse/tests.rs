//! Tests of the values of the file, at their limits.

use super::*;

#[test]
fn lengths_of_time() {
    for (text, value) in [("60m", 3600), ("30s", 30), ("2h", 7200), ("0090s", 90)] {
        assert_eq!(seconds(5, 86_400)(text), Ok(value), "{text}");
    }
    for text in ["", "s", "30", "-1s", "1.5h", "1d", "4s", "25h", "99999999999s", "99999999h", "３0s", "1é"]
    {
        assert!(seconds(5, 86_400)(text).is_err(), "{text}");
    }
}

#[test]
fn user_names() {
    for text in ["lobby", "street-roots_2", "a.b", "101", "+15035550110", "x&y", "x&y='z'$", "o'neil"] {
        assert_eq!(user_name(text), Ok(()), "{text}");
    }
    for text in [
        "",
        " a",
        "a@b",
        "5035550110",
        "503-555-0110",
        "+1503555",
        "caf\u{e9}",
        "the kitchen",
        "kitchen,hall",
        "+19995550111",
        "+10035550110",
        "+15030550110",
        "+19005550110",
        "a#b",
        &"x".repeat(33),
        "followme-operator",
    ] {
        assert!(user_name(text).is_err(), "{text}");
    }
}

#[test]
fn public_urls_are_origins() {
    for (text, origin) in [
        ("https://prod.example.org/", "https://prod.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(public_url(text).map(|url| url.to_string()).as_deref(), Ok(origin));
    }
    for text in [
        "",
        "prod.example.org",
        "ftp://x",
        "https://",
        "https://a/b",
        "https://a?b",
        "https://u:p@a",
        "https://a_b.org",
        "https://a:0",
    ] {
        assert!(public_url(text).is_err(), "{text}");
    }
}

#[test]
fn sip_domains_are_global() {
    assert_eq!(sip_domain("Direct-Futel.sip.twilio.com").as_deref(), Ok("direct-futel.sip.twilio.com"));
    for text in ["x.sip.us1.twilio.com", "x.sip.umatilla.twilio.com", "x.sip.twilio.com:5061", "a b", ""] {
        assert!(sip_domain(text).is_err(), "{text}");
    }
}

#[test]
fn area_codes() {
    for text in ["503", "212", "809", "867", "340"] {
        assert!(area_code(text).is_ok(), "{text}");
    }
    for text in
        ["", "50", "5033", "103", "911", "290", "5a3", "555", "800", "900", "500", "999", "+50", "５０３"]
    {
        assert!(area_code(text).is_err(), "{text}");
    }
}

/// Whether `parse` takes each text, and keeps it as it is.
fn keeps(parse: impl Fn(&str) -> Result<String, Wrong>, good: &[&str], bad: &[&str]) {
    for text in good {
        assert_eq!(parse(text).as_deref(), Ok(*text));
    }
    for text in bad {
        assert!(parse(text).is_err(), "{text}");
    }
}

/// The shortest number that Twilio takes has seven digits; one of North America has eleven, no more and no fewer.
#[test]
fn numbers_at_their_borders() {
    let whole = |text: &str| number(text).map(|number| number.as_str().to_owned());
    keeps(
        whole,
        &["+15035550110", "+442079460110", "+4420794"],
        &[
            "+1503555011",
            "+19995550111",
            "+10035550110",
            "+15030550110",
            "+150355501101",
            "+442079",
            "+44207",
            "5035550110",
            "",
        ],
    );
    // What a code dials must be able to exist, as far as that is known for sure: in North America.
    let callable = |text: &str| dialable(text).map(|number| number.as_str().to_owned());
    keeps(callable, &["+15035550110", "+442079460110", "+4412345678"], &["+15030550110", "+19115550110"]);
    assert!(prefix("+1503").is_ok_and(|prefix| number("+15035550110").unwrap().starts_with(&prefix)));
    assert!(prefix("1503").is_err());
}

#[test]
fn regions_and_languages() {
    let remedy = |text: &str| region(text).unwrap_err().1;
    assert_eq!(region("us").map(|region| region.to_string()).as_deref(), Ok("US"));
    assert!(remedy("UK").contains("\"GB\"") && remedy("uk").contains("\"GB\""));
    assert!(remedy("zz").contains("ISO 3166"));
    assert!(language("es").is_ok_and(|language| language.code() == "es") && language("de").is_err());
}

/// The remedy names the bounds as the file writes them.
#[test]
fn a_time_out_of_bounds_is_told_the_bounds() {
    let told = |least, most, text: &str| seconds(least, most)(text).unwrap_err();
    assert_eq!(told(5, 600, "4s"), ("is out of bounds".into(), "Twilio takes 5s to 10m".into()));
    assert_eq!(told(60, 86_400, "25h").1, "Twilio takes 1m to 24h");
    assert_eq!(told(90, 5400, "1s").1, "Twilio takes 90s to 90m");
    assert!(told(5, 600, "soon").1.contains("\"30s\""));
    assert_eq!([5, 600].map(|at| seconds(5, 600)(&format!("{at}s"))), [Ok(5), Ok(600)]);
}

/// RFC 1123, 2.1: a host name is labels of letters, digits and hyphens, of 63 at most, and 253 in all.
#[test]
fn hosts_are_those_of_the_internet() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    let long = format!("{longest}a");
    let fat = format!("{label}a.org");
    let good =
        ["pbx.example.org", "pbx.example.org:5061", "a-b.org", "192.0.2.1", "a", "a:1", "a:65535", &longest];
    let bad = [
        "", ":5061", "a..b", ".a", "a.", "-a.org", "a-.org", "a_b.org", "a b", "a:0", "a:65536", "a:x", "a:",
        "a:b:1", "a/b", &fat, &long,
    ];
    keeps(host, &good, &bad);
    assert_eq!(host("PBX.Example.ORG:5061").as_deref(), Ok("pbx.example.org:5061"));
    // A domain need not be Twilio's; one of Twilio's is the global one.
    keeps(sip_domain, &["street.sip.twilio.com", "voice.example.org", "street"], &["x.sip.us1.twilio.com"]);
    keeps(
        fallback_url,
        &["https://abc.lambda-url.us-west-2.on.aws/"],
        &["abc.lambda-url.us-west-2.on.aws", ""],
    );
    keeps(edge, &["ashburn", "sao-paulo", "dublin-ix"], &["us1", "", "dublin-xx", "Dublin"]);
    keeps(
        sound_url,
        &["https://example.org/tone.wav", "http://example.org/tone.wav"],
        &["ftp://example.org/tone.wav", ""],
    );
}

#[test]
fn names_and_words_at_their_borders() {
    let named = |text: &str| address_name(text).map(|()| text.to_owned());
    keeps(named, &["shop", "shop-2", "shop_2", "A1"], &["", "a b", "caf\u{e9}", "a.b"]);
    keeps(filled, &["x", " a b "], &["", " ", "\n"]);
    keeps(metrics_word, &["lobby", "line 1"], &["", " ", "503-555-0110", "my followme-operator"]);
    keeps(label, &["lobby"], &["unknown", "Unknown", "5035550110"]);
    let user = |text: &str| user_name(text).map(|()| text.to_owned());
    // Twilio takes 32 characters at most.
    keeps(
        user,
        &[&"x".repeat(32), "a.b", "x&y"],
        &[&"x".repeat(33), " a", "a ", "a b", "a,b", "a\u{7f}", "a%b", "a\\b"],
    );
    let keys = |text: &str| code(text).map(|()| text.to_owned());
    keeps(keys, &["5", "#", "*67#", "123456"], &["", "1234567", "12a", "12 ", "+1"]);
    keeps(
        context,
        &["operator", "outgoing_test", &"x".repeat(64)],
        &["", "a b", "caf\u{e9}", &"x".repeat(65)],
    );
    let long = |count: usize| format!(";{}", "x".repeat(count - 1));
    keeps(
        uri_params,
        &["", ";transport=tls", ";a;b=c", &long(100)],
        &["transport=tls", ";a?b", ";a b", ";<", ";\"", &long(101)],
    );
}

/// A problem may be shown to anybody, so it quotes no telephone number.
#[test]
fn a_problem_quotes_no_number() {
    assert_eq!(shown("fr"), "\"fr\"");
    assert_eq!(shown("+1 503 555 0110"), "that");
}
