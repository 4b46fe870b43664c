//! Tests of refusals.

use super::server::{Line, Server, say};
use super::{AC, client_of};
use crate::{Error, Fields};

/// The error that a server's answer to the creation of a SIP domain becomes.
fn refused(line: Line) -> Error {
    let server = Server::new([line]);
    let error = client_of(&server).create_sip_domain("demo.sip.twilio.com", &Fields::new()).unwrap_err();
    assert_eq!(server.lines().len(), 1);
    error
}

#[test]
fn a_refusal_has_code_message_and_remedy() {
    let error = refused(say(
        400,
        r#"{"code":21232,"message":"Domain demo.sip.twilio.com already exists.",
            "more_info":"https://www.twilio.com/docs/errors/21232","status":400}"#,
    ));
    assert_eq!((error.status(), error.code()), (Some(400), Some(21232)));
    let text = error.to_string();
    for part in ["POST /SIP/Domains.json", "already exists.", "21232"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains('\n'), "{text}");
    assert!(error.remedy().unwrap().contains("choose another one"), "{error:?}");
    assert!(!text.contains(AC));
    let Error::Refused(refusal) = error else { panic!("{error:?}") };
    assert_eq!(refusal.more_info, "https://www.twilio.com/docs/errors/21232");
}

#[test]
fn a_401_asks_for_the_right_credentials() {
    let answers = [
        r#"{"code":20003,"message":"Authenticate","status":401}"#,
        r#"{"code":20003,"detail":"Your AccountSid or AuthToken was incorrect.","message":"Authentication Error"}"#,
        "",
    ];
    for body in answers {
        let error = refused(say(401, body));
        assert_eq!(error.status(), Some(401));
        let text = error.remedy().unwrap();
        assert!(text.contains("TWILIO_ACCOUNT_SID") && text.contains("TWILIO_AUTH_TOKEN"), "{text}");
    }
}

#[test]
fn a_refusal_that_is_not_json_is_one_all_the_same() {
    for body in ["<html>no</html>", "", "[1]", r#"{"code":"many","message":{}}"#, r#"{"code":-1}"#] {
        let error = refused(say(403, body));
        let Error::Refused(refusal) = &error else { panic!("{error:?}") };
        assert_eq!((refusal.status, refusal.code, refusal.message.as_str()), (403, None, ""), "{body}");
        assert!(error.to_string().contains("(403)") && !error.to_string().contains("html"), "{error}");
    }
}

#[test]
fn an_odd_field_does_not_spoil_the_others() {
    let error = refused(say(400, r#"{"code":"21232","message":"Taken.","more_info":null}"#));
    assert_eq!(error.to_string(), "Twilio refuses POST /SIP/Domains.json: Taken. (400)");
    let long = "x".repeat(10_000);
    let error = refused(say(400, &format!(r#"{{"code":21232,"message":"{long}"}}"#)));
    assert_eq!(error.code(), Some(21232));
    assert!(error.to_string().len() < 1000);
}

#[test]
fn what_is_busy_for_too_long_is_a_refusal() {
    let server = Server::new((0..4).map(|_| say(429, r#"{"code":20429,"message":"Too Many Requests"}"#)));
    let error = client_of(&server).create_credential_list("x").unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(429), Some(20429)));
    assert!(error.remedy().unwrap().contains("wait a minute"), "{error}");
    assert_eq!(server.lines().len(), 4);
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::new([]);
    let location: &'static str = Box::leak(format!("Location: {}/x\r\n", elsewhere.base()).into_boxed_str());
    for status in [301, 302, 307, 308] {
        let error = refused(Line::Say(status, location, String::new()));
        assert!(
            matches!(&error, Error::Unreadable { reason, .. } if reason.contains("redirect")),
            "{error:?}"
        );
    }
    assert!(elsewhere.lines().is_empty());
}

#[test]
fn what_is_missing_is_not_found() {
    let server =
        Server::new([say(404, r#"{"code":20404,"message":"The requested resource was not found"}"#)]);
    assert!(client_of(&server).number("PN1").unwrap_err().is_not_found());
    drop(server.lines());
}

#[test]
fn an_answer_without_an_end_is_not_read() {
    let server = Server::new([say(200, &" ".repeat(17 * 1024 * 1024))]);
    let error = client_of(&server).number("PN1").unwrap_err();
    assert!(matches!(&error, Error::Unreadable { reason, .. } if reason.contains("16 MB")), "{error:?}");
}
