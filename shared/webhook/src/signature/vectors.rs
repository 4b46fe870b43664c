//! Vectors of Twilio's own libraries and page (token 12345), and vectors made with `twilio-python` 9.13.0.

use super::tests::{U, call_from, p, token, verify};
use super::*;

#[test]
fn official_forms() {
    let duplicates = form(&[
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ]);
    let binding = ["+1325xxxxxxx", "+1415xxxxxxx"].map(|value| ("MessagingBinding.Address", value));
    let reversed = [binding[1], binding[0]];
    for (url, form, signature) in [
        (U, p(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (U, call_from("+12349013030"), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            call_from("+14158675310"),
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", p(), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (U, duplicates, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (U, form(&binding), "83O6e2vORAoJHUNzJjDWN1jz+BA="),
        (U, form(&reversed), "83O6e2vORAoJHUNzJjDWN1jz+BA="),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It%27s+amazing",
            p(),
            "TfZzewPq8wqrGlMfyAud8+/IvJ0=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing",
            p(),
            "dsq4Ehbj6cs+KdTkpF5sSSplOWw=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's%20amazing",
            p(),
            "bD9iT2C/HNMwZ/yCH1s/5R2+wUs=",
        ),
    ] {
        assert_eq!(verify(url, Content::Form(&form), signature), Ok(()), "{url}");
        assert_eq!(sign(&token(), url, Some(&form)), signature, "{url}");
    }
}

#[test]
fn official_ports() {
    for (url, signed, signature) in [
        (U, "https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            "http://mycompany.com/myapp.php?foo=1&bar=2",
            "http://mycompany.com:80/myapp.php?foo=1&bar=2",
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        ("https://mycompany.com:1234/myapp.php?foo=1&bar=2", U, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", U, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ] {
        assert_eq!(verify(url, Content::Form(&p()), signature), Ok(()), "{url}");
        assert_eq!(sign(&token(), signed, Some(&p())), signature, "{signed}");
    }
    // A port that is not the scheme's own is never made up.
    assert_eq!(verify(U, Content::Form(&p()), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="), Err(Rejection::Mismatch));
}

#[test]
fn official_bodies() {
    const HASH: &str = "bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let body: &[u8] = br#"{"property": "value", "boolean": true}"#;
    let empty = "bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    for (url, body, signature) in [
        (format!("{U}&{HASH}"), body, "a9nBmqA0ju/hNViExpshrM61xv4="),
        (format!("https://mycompany.com/myapp.php?{HASH}"), body, "y77kIzt2vzLz71DgmJGsen2scGs="),
        // Signed with `:443`; without the port it is the other one.
        (format!("{U}&{empty}"), b"{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
        (format!("{U}&{empty}"), b"{}", "rw/jVviOgicj2+kHZULvebnA4ag="),
    ] {
        assert_eq!(verify(&url, Content::Raw(body), signature), Ok(()), "{url}");
        assert_eq!(verify(&url, Content::Raw(b"{ }"), signature), Err(Rejection::BodyHash), "{url}");
    }
}

#[test]
fn forms_of_calls() {
    let names = form(&[("A", "2"), ("A", "1"), ("a", "3"), ("A1", "0")]);
    let utf8 = form(&[("a", " lead"), ("From", "+15035550100"), ("CallerName", "Zoë Ünïcode"), ("B", "x")]);
    let number = Form::parse(b"From=%2B15035550100").unwrap();
    let alert = form(&[
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("Level", "ERROR"),
        ("ParentAccountSid", ""),
        (
            "Payload",
            r#"{"resource_sid":"CA00000000000000000000000000000001","service_sid":null,"error_code":"32009"}"#,
        ),
        ("PayloadType", "application/json"),
        ("Sid", "NO00000000000000000000000000000001"),
        ("Timestamp", "2026-01-01T00:00:00Z"),
    ]);
    for (url, form, signature) in [
        ("https://voice.example.org/outgoing?stage=prod", gather(), "FZJyfnTsfeR4UY/QntvoztYD4bs="),
        ("https://voice.example.org/outgoing", gather(), "0D0eRvvZ6IKE4jjLFb+lvgXCE4U="),
        ("https://voice.example.org/incoming", names, "17hnUIERoRzTenY0LPGyRW1qIfI="),
        ("https://voice.example.org/incoming", utf8, "vJxopy82FlRrqRF8e+YE6yftET0="),
        ("https://voice.example.org/incoming", number, "Ttm1W6TKDJtW40xA6IyWIqj+YQA="),
        ("https://voice.example.org/log", alert, "Pum0Ejprp98zP3ddGZo8SaIZJNA="),
    ] {
        assert_eq!(verify(url, Content::Form(&form), signature), Ok(()), "{url}");
        assert_eq!(sign(&token(), url, Some(&form)), signature, "{url}");
    }
}

#[test]
fn mistakes_that_others_made() {
    let dropped_blank = "NXMDIrx2An//j9RXx5zMOAqbzw4=";
    let url = "https://voice.example.org/outgoing?stage=prod";
    assert_eq!(verify(url, Content::Form(&gather()), dropped_blank), Err(Rejection::Mismatch));

    let spurious_question_mark = "kY8rkvV19YxzfRcquq0Ss+yPudw=";
    for url in ["https://voice.example.org/outgoing", "https://voice.example.org/outgoing?"] {
        assert_eq!(
            verify(url, Content::Form(&gather()), spurious_question_mark),
            Err(Rejection::Mismatch),
            "{url}"
        );
    }

    let incoming = "https://voice.example.org/incoming";
    let names = form(&[("A", "2"), ("A", "1"), ("a", "3"), ("A1", "0")]);
    assert_eq!(
        verify(incoming, Content::Form(&names), "w5e06m1/1FicsD7S14KvYd/9QzU="),
        Err(Rejection::Mismatch)
    );

    let spaced = Form::parse(b"From=+15035550100").unwrap();
    assert_eq!(verify(incoming, Content::Form(&spaced), "WfeF58HApEAXTKp4uulun5OfB6c="), Ok(()));
    assert_eq!(
        verify(incoming, Content::Form(&spaced), "Ttm1W6TKDJtW40xA6IyWIqj+YQA="),
        Err(Rejection::Mismatch)
    );

    // Samples of the documentation page whose token was never published.
    for signature in ["Np1nax6uFoY6qpfT5l9jWwJeit0=", "hqeF3G9Hrnv6/R0jOhoYDD2PPUs="] {
        assert_eq!(verify(U, Content::Form(&p()), signature), Err(Rejection::Mismatch));
    }
    // HMAC-SHA256 is a setting we do not use.
    assert_eq!(
        verify(U, Content::Form(&p()), "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="),
        Err(Rejection::Malformed)
    );
}

fn gather() -> Form {
    Form::parse(
        b"AccountSid=AC00000000000000000000000000000000&CallSid=CA00000000000000000000000000000001&Digits=1234\
          &FinishedOnKey=&From=sip%3Aalice%40example.sip.twilio.com&To=sip%3A%2523%40example.sip.twilio.com\
          &msg=Gather+End",
    )
    .unwrap()
}

fn form(pairs: &[(&str, &str)]) -> Form {
    Form::from_pairs(pairs.iter().copied())
}
