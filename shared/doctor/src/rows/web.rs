//! Whether the service answers Twilio, and nobody else.

use std::time::Duration;

use jiff::Timestamp;
use network::{Finding, Stage};

use crate::report::{Check, Row};
use crate::sources::certificate::CertificateError;
use crate::sources::probe::{Answer, Probe, ProbeError, Signed};
use crate::{DEBUGGER_HOW, debugger_url};

const REFUSES: Check = Check { id: "webhook-refuses", name: "strangers are turned away" };
const ACCEPTS: Check = Check { id: "webhook-accepts", name: "Twilio is answered" };
const FALLBACK: Check = Check { id: "fallback", name: "the fallback answers" };
const CERTIFICATE: Check = Check { id: "certificate", name: "the certificate" };
const DEBUGGER: Check = Check { id: "debugger-webhook", name: "errors are reported" };

/// From when on an answer is slow. Twilio waits for 15 s, but a caller hears the silence.
const SLOW: Duration = Duration::from_secs(3);

/// Renewal is due well before: ACM renews 60 to 45 days ahead, Let's Encrypt's clients 30.
const SOON: i64 = 14;

/// What became of each request.
pub(crate) fn rows(public_url: &str, probe: &Probe) -> Vec<Row> {
    let mut rows = vec![refuses(public_url, probe), accepts(public_url, &probe.signed)];
    rows.extend(probe.fallback.as_ref().map(fallback));
    rows
}

fn refuses(public_url: &str, probe: &Probe) -> Row {
    let attempts = [("an unsigned request", &probe.unsigned), ("a forged signature", &probe.forged)];
    for (what, answer) in attempts {
        let status = match answer {
            Ok(answer) => answer.status,
            Err(error) => return unreachable(REFUSES, error),
        };
        match status {
            403 => {}
            200..=299 => {
                return Row::fail(
                    REFUSES,
                    format!("{public_url} takes {what} ({status}): anybody can use the network's phones"),
                    "take the service off the net, and find out what answers there in its place",
                );
            }
            _ => {
                return Row::fail(
                    REFUSES,
                    format!("{public_url}/outgoing answers {what} with {status}, not 403"),
                    "is it Dialtone that answers there? look at public_url, and at the service's log",
                );
            }
        }
    }
    Row::ok(REFUSES, "403, unsigned and forged")
}

fn accepts(public_url: &str, signed: &Signed) -> Row {
    let answers = match signed {
        Signed::WithoutToken => {
            let silence = Finding::new(
                "",
                "there is no TWILIO_AUTH_TOKEN to sign a request with; an API key cannot",
                "set TWILIO_AUTH_TOKEN beside the key, and look again",
            );
            return Row::unknown(ACCEPTS, &silence);
        }
        Signed::Sent(answers) => answers,
    };
    let mut slowest = Duration::ZERO;
    for (path, expected, answer) in answers {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return unreachable(ACCEPTS, error),
        };
        slowest = slowest.max(answer.took);
        if answer.status != *expected {
            let finding =
                format!("{path}: a request with our signature gets {} (expected {expected})", answer.status);
            let remedy = match answer.status {
                403 => format!(
                    "the service has another auth token, or another public_url than {public_url}: no call works \
                     until they are the same"
                ),
                404 => "nothing is deployed at this path: deploy the whole stack, or correct public_url"
                    .to_owned(),
                _ => "the service's log says why".to_owned(),
            };
            return Row::fail(ACCEPTS, finding, remedy);
        }
    }
    let millis = slowest.as_millis();
    if slowest >= SLOW {
        let finding = format!("signed requests are taken, but the slowest answer took {millis} ms");
        return Row::warn(ACCEPTS, finding, "callers hear silence for so long: look at the service's load");
    }
    Row::ok(ACCEPTS, format!("signed requests are taken, the slowest within {millis} ms"))
}

fn fallback(answer: &Result<Answer, ProbeError>) -> Row {
    match answer {
        Ok(Answer { status, took }) if *status < 500 => {
            Row::ok(FALLBACK, format!("{status} within {} ms", took.as_millis()))
        }
        Ok(Answer { status, .. }) => Row::fail(
            FALLBACK,
            format!("fallback_url answers with {status}"),
            "calls end in an error message whenever the service fails: look at the fallback's log, or deploy it anew",
        ),
        Err(error) => Row::fail(
            FALLBACK,
            error.to_string(),
            "is the fallback deployed, and is fallback_url its URL? calls end in an error message whenever the service \
             fails",
        ),
    }
}

fn unreachable(check: Check, error: &ProbeError) -> Row {
    Row::fail(
        check,
        error.to_string(),
        "is the service deployed, its name in the DNS, and its certificate for this name? no call works without it",
    )
}

/// How long the certificate lasts. `expires` is none where the URL has no TLS at all.
pub(crate) fn certificate(expires: Option<&Result<Timestamp, CertificateError>>, now: Timestamp) -> Row {
    let remedy = "renew it: for ACM, see that the DNS record of its validation is still there";
    let expires = match expires {
        None => {
            return Row::warn(
                CERTIFICATE,
                "public_url is not https: everybody on the way can read who calls whom",
                "put TLS before the service, and write https:// into the file",
            );
        }
        Some(Err(error)) => {
            let remedy = "check that public_url answers with TLS at all";
            return Row::unknown(CERTIFICATE, &Finding::new("", error.to_string(), remedy));
        }
        Some(Ok(expires)) => *expires,
    };
    let left = expires.as_second() - now.as_second();
    let day = expires.strftime("%Y-%m-%d");
    let days = left.div_euclid(86_400);
    if left < 0 {
        let finding = format!("it expired on {day}: Twilio refuses to talk to the service");
        return Row::fail(CERTIFICATE, finding, remedy);
    }
    let finding = format!("{days} days left, until {day}");
    if days < SOON {
        return Row::warn(CERTIFICATE, finding, remedy);
    }
    Row::ok(CERTIFICATE, finding)
}

/// What only the console tells.
pub(crate) fn debugger(stage: &Stage) -> Row {
    let url = debugger_url(stage);
    Row::manual(
        DEBUGGER,
        format!("Twilio's API does not tell the account's debugger webhook; it should be {url}"),
        DEBUGGER_HOW,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;

    const URL: &str = "https://prod.example.org";

    fn answer(status: u16) -> Result<Answer, ProbeError> {
        Ok(Answer { status, took: Duration::from_millis(7) })
    }

    fn probe(unsigned: u16, forged: u16, status: u16) -> Probe {
        let signed =
            Signed::Sent(vec![("/outgoing", 405, answer(405)), ("/status/call", 204, answer(status))]);
        Probe { unsigned: answer(unsigned), forged: answer(forged), signed, fallback: None }
    }

    fn marks(probe: &Probe) -> Vec<Mark> {
        rows(URL, probe).iter().map(|row| row.mark).collect()
    }

    #[test]
    fn strangers_must_be_turned_away_and_twilio_not() {
        assert_eq!(marks(&probe(403, 403, 204)), [Mark::Ok, Mark::Ok]);
        assert_eq!(marks(&probe(200, 403, 204)), [Mark::Fail, Mark::Ok]);
        assert_eq!(marks(&probe(403, 204, 204)), [Mark::Fail, Mark::Ok]);
        assert_eq!(marks(&probe(404, 404, 404)), [Mark::Fail, Mark::Fail]);
        let wrong = rows(URL, &probe(403, 403, 403));
        assert!(wrong[1].mark == Mark::Fail && wrong[1].finding.remedy.contains("auth token"), "{wrong:?}");
    }

    #[test]
    fn without_a_token_only_half_is_known() {
        let probe = Probe { signed: Signed::WithoutToken, ..probe(403, 403, 0) };
        assert_eq!(marks(&probe), [Mark::Ok, Mark::Unknown]);
    }

    #[test]
    fn a_slow_answer_is_a_warning() {
        let slow = Answer { status: 204, took: SLOW };
        let probe =
            Probe { signed: Signed::Sent(vec![("/status/call", 204, Ok(slow))]), ..probe(403, 403, 0) };
        assert_eq!(marks(&probe), [Mark::Ok, Mark::Warn]);
    }

    #[test]
    fn any_refusal_of_the_fallback_is_an_answer() {
        for (answer, mark) in [
            (answer(403), Mark::Ok),
            (answer(502), Mark::Fail),
            (Err(ProbeError::TimedOut { origin: URL.to_owned() }), Mark::Fail),
        ] {
            assert_eq!(fallback(&answer).mark, mark);
        }
    }

    #[test]
    fn days_of_a_certificate_are_counted() {
        let now: Timestamp = "2026-11-08T12:00:00Z".parse().unwrap();
        for (expires, mark, words) in [
            ("2026-11-08T11:59:59Z", Mark::Fail, "expired on 2026-11-08"),
            ("2026-11-08T12:00:00Z", Mark::Warn, "0 days"),
            ("2026-11-11T12:00:00Z", Mark::Warn, "3 days"),
            ("2026-11-22T11:59:59Z", Mark::Warn, "13 days"),
            ("2026-11-22T12:00:00Z", Mark::Ok, "14 days"),
            ("2027-02-06T12:00:00Z", Mark::Ok, "90 days"),
        ] {
            let row = certificate(Some(&Ok(expires.parse().unwrap())), now);
            assert!(row.mark == mark && row.finding.what.contains(words), "{expires}: {row:?}");
        }
        assert_eq!(certificate(None, now).mark, Mark::Warn);
        assert_eq!(
            certificate(Some(&Err(CertificateError::without_address("prod.example.org"))), now).mark,
            Mark::Unknown
        );
    }

    #[test]
    fn the_debugger_is_a_matter_of_hands() {
        let row = debugger(crate::samples::network("").stage());
        assert!(
            row.mark == Mark::Manual && row.finding.what.contains("https://prod.example.org/status/error")
        );
        assert!(row.finding.remedy.contains("Monitor"));
    }
}
