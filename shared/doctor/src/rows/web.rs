//! Whether the service answers Twilio, and nobody else.

use std::time::Duration;

use jiff::Timestamp;
use network::{Finding, Network, Stage};

use crate::report::{Check, Mark, Row};
use crate::sources::certificate::CertificateError;
use crate::sources::probe::{Answer, Probe, ProbeError, Signed, Told};
use crate::{DEBUGGER_HOW, debugger_url};

const REFUSES: Check = Check { id: "webhook-refuses", name: "strangers are turned away" };
const ACCEPTS: Check = Check { id: "webhook-accepts", name: "Twilio is answered" };
const FILE: Check = Check { id: "service-file", name: "the service runs this file" };
const FALLBACK: Check = Check { id: "fallback", name: "the fallback answers" };
const CERTIFICATE: Check = Check { id: "certificate", name: "the certificate" };
const DEBUGGER: Check = Check { id: "debugger-webhook", name: "errors are reported" };

/// From when on an answer is slow. Twilio waits for 15 s, but a caller hears the silence.
const SLOW: Duration = Duration::from_secs(3);

/// Renewal is due well before: ACM renews 60 to 45 days ahead, Let's Encrypt's clients 30.
const SOON: i64 = 14;

/// The remedy for a service that gives no answer.
const UNREACHABLE: &str = "deploy the service, and see that its name is in the DNS and its certificate is for this name: no \
                           call works without it";

/// The remedy for a service that runs another file.
const DEPLOY: &str = "deploy this file (docs/operations.md, Update), or take the file that is deployed";

/// The rows on the outcome of each request.
pub(crate) fn rows(network: &Network, probe: &Probe) -> Vec<Row> {
    let public_url = network.stage().public_url.as_str();
    let is_signed = matches!(probe.signed, Signed::Sent(_));
    let mut rows =
        vec![refuses(public_url, probe), accepts(public_url, &probe.signed), file(network, &probe.signed)];
    rows.extend(probe.fallback.as_ref().map(|answer| fallback(answer, is_signed)));
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
        Signed::WithoutToken => return Row::unknown(ACCEPTS, &without_token()),
        Signed::Sent(answers) => answers,
    };
    if let Some(finding) = answers.iter().find_map(|told| refusal(public_url, told)) {
        return Row::fail(ACCEPTS, finding.what, finding.remedy);
    }
    let took = answers.iter().filter_map(|told| told.answer.as_ref().ok()).map(|answer| answer.took);
    let slowest = took.max().unwrap_or_default();
    let millis = slowest.as_millis();
    if slowest >= SLOW {
        let finding = format!("signed requests are taken, but the slowest answer took {millis} ms");
        return Row::warn(ACCEPTS, finding, "callers hear silence for so long: look at the service's load");
    }
    Row::ok(ACCEPTS, format!("signed requests are taken, the slowest within {millis} ms"))
}

/// Why a function does not take a request that is signed as Twilio signs, if it does not.
pub(crate) fn refusal(public_url: &str, Told { path, expected, answer }: &Told) -> Option<Finding> {
    let answer = match answer {
        Ok(answer) if answer.status == *expected => return None,
        Ok(answer) => answer,
        Err(error) => return Some(Finding::new(*path, error.to_string(), UNREACHABLE)),
    };
    let what = format!("{path}: a request with our signature gets {} (expected {expected})", answer.status);
    let remedy = match answer.status {
        403 => format!(
            "give the service the auth token that signs here, and this public_url ({public_url}): no call works until \
             they are the same"
        ),
        404 => "deploy the whole stack, or correct public_url: there is nothing at this path".to_owned(),
        _ => "look into the service's log".to_owned(),
    };
    Some(Finding::new(*path, what, remedy))
}

/// Nothing that was signed was answered, because nothing could be signed.
fn without_token() -> Finding {
    Finding::new(
        "",
        "there is no TWILIO_AUTH_TOKEN to sign a request with; an API key cannot",
        "set TWILIO_AUTH_TOKEN beside the key, and look again",
    )
}

/// Whether each function runs the file at hand.
fn file(network: &Network, signed: &Signed) -> Row {
    let answers = match signed {
        Signed::WithoutToken => return Row::unknown(FILE, &without_token()),
        Signed::Sent(answers) => answers,
    };
    let findings: Vec<_> =
        answers.iter().filter_map(|told| other_file(network, told).or_else(|| unsaid(told))).collect();
    if let Some(first) = findings.first() {
        let whats: Vec<_> = findings.iter().map(|finding| finding.what.as_str()).collect();
        return Row::fail(FILE, whats.join("; "), first.remedy.as_str());
    }
    if answers.iter().all(|told| told.answer.as_ref().is_ok_and(Answer::is_dialtone)) {
        return Row::ok(FILE, format!("all functions run {}", network.fingerprint()));
    }
    let silence = Finding::new("", "a function took no signed request", "the row above says what to do");
    Row::unknown(FILE, &silence)
}

/// A function that runs another file than the one at hand.
pub(crate) fn other_file(network: &Network, Told { path, answer, .. }: &Told) -> Option<Finding> {
    let identity = answer.as_ref().ok()?.identity()?;
    let ours = network.fingerprint();
    (identity.file != ours).then(|| {
        let theirs = identity.file;
        Finding::new(
            *path,
            format!("{path} runs another file ({theirs}) than the one at hand ({ours})"),
            DEPLOY,
        )
    })
}

/// A function that takes signed requests, but does not say which file it runs.
pub(crate) fn unsaid(Told { path, expected, answer }: &Told) -> Option<Finding> {
    let answer = answer.as_ref().ok()?;
    (answer.status == *expected && answer.identity().is_none()).then(|| {
        let what =
            format!("{path} does not say which file it runs: it is something else, or an older Dialtone");
        Finding::new(*path, what, DEPLOY)
    })
}

fn fallback(answer: &Result<Answer, ProbeError>, is_signed: bool) -> Row {
    let Some((mark, Finding { what, remedy, .. })) = trouble_of_fallback(answer, is_signed) else {
        let words =
            answer.as_ref().map(|answer| format!("{} within {} ms", answer.status, answer.took.as_millis()));
        return Row::ok(FALLBACK, words.unwrap_or_default());
    };
    match mark {
        Mark::Warn => Row::warn(FALLBACK, what, remedy),
        _ => Row::fail(FALLBACK, what, remedy),
    }
}

/// The fault in the answer of `fallback_url`, if there is one.
pub(crate) fn trouble_of_fallback(
    answer: &Result<Answer, ProbeError>,
    is_signed: bool,
) -> Option<(Mark, Finding)> {
    let (mark, what, remedy) = match answer {
        Err(error) => (
            Mark::Fail,
            error.to_string(),
            "deploy the fallback, and let fallback_url be its URL; without it, calls end in an error message while the \
             service fails",
        ),
        Ok(Answer { status: status @ 500.., .. }) => (
            Mark::Fail,
            format!("fallback_url answers with {status}"),
            "look into the fallback's log, or deploy it anew; while the service fails, calls end in an error message",
        ),
        Ok(Answer { status: 403, .. }) if is_signed => (
            Mark::Fail,
            "the fallback takes our signature for a stranger's".to_owned(),
            "deploy it with the account's auth token, and let fallback_url be exactly the stack's output FallbackUrl",
        ),
        Ok(answer) if is_signed && !answer.is_dialtone() => (
            Mark::Warn,
            format!("fallback_url answers with {}, but not as Dialtone's fallback does", answer.status),
            "correct fallback_url, or deploy the fallback anew; if it is a page of your own, see that 911 works with it",
        ),
        Ok(_) => return None,
    };
    Some((mark, Finding::new("fallback_url", what, remedy)))
}

fn unreachable(check: Check, error: &ProbeError) -> Row {
    Row::fail(check, error.to_string(), UNREACHABLE)
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

/// The row on a setting that only the console shows.
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
    use crate::samples::network;

    const URL: &str = "https://prod.example.org";

    fn answer(status: u16) -> Result<Answer, ProbeError> {
        let told = (status != 403).then(|| format!("1.0.0 {}", network("").fingerprint()));
        Ok(Answer { status, told, took: Duration::from_millis(7) })
    }

    fn probe(unsigned: u16, forged: u16, status: u16) -> Probe {
        let told = |path, expected, status| Told { path, expected, answer: answer(status) };
        let signed = Signed::Sent(vec![told("/outgoing", 405, 405), told("/status/call", 204, status)]);
        Probe { unsigned: answer(unsigned), forged: answer(forged), signed, fallback: None }
    }

    fn marks(probe: &Probe) -> Vec<Mark> {
        rows(&network(""), probe).iter().map(|row| row.mark).collect()
    }

    #[test]
    fn strangers_must_be_turned_away_and_twilio_not() {
        assert_eq!(marks(&probe(403, 403, 204)), [Mark::Ok, Mark::Ok, Mark::Ok]);
        assert_eq!(marks(&probe(200, 403, 204)), [Mark::Fail, Mark::Ok, Mark::Ok]);
        assert_eq!(marks(&probe(403, 204, 204)), [Mark::Fail, Mark::Ok, Mark::Ok]);
        assert_eq!(marks(&probe(404, 404, 404)), [Mark::Fail, Mark::Fail, Mark::Ok]);
        let wrong = rows(&network(""), &probe(403, 403, 403));
        assert!(wrong[1].mark == Mark::Fail && wrong[1].finding.remedy.contains("auth token"), "{wrong:?}");
    }

    #[test]
    fn without_a_token_only_half_is_known() {
        let probe = Probe { signed: Signed::WithoutToken, ..probe(403, 403, 0) };
        assert_eq!(marks(&probe), [Mark::Ok, Mark::Unknown, Mark::Unknown]);
    }

    #[test]
    fn a_slow_answer_is_a_warning() {
        let slow = answer(204).map(|answer| Answer { took: SLOW, ..answer });
        let told = Told { path: "/status/call", expected: 204, answer: slow };
        let probe = Probe { signed: Signed::Sent(vec![told]), ..probe(403, 403, 0) };
        assert_eq!(marks(&probe), [Mark::Ok, Mark::Warn, Mark::Ok]);
    }

    #[test]
    fn a_function_with_another_file_fails() {
        let told = |told: Option<&str>, status| {
            let answer = answer(status).map(|answer| Answer { told: told.map(str::to_owned), ..answer });
            let signed = Signed::Sent(vec![Told { path: "/outgoing", expected: 405, answer }]);
            file(&network(""), &signed)
        };
        let ours = format!("1.0.0 {}", network("").fingerprint());
        for (header, status, mark, words) in [
            (Some(ours.as_str()), 405, Mark::Ok, "all functions"),
            (Some("1.0.0 0000000000000000"), 405, Mark::Fail, "another file (0000000000000000)"),
            (None, 405, Mark::Fail, "does not say"),
            (None, 403, Mark::Unknown, "no signed request"),
        ] {
            let row = told(header, status);
            assert!(row.mark == mark && row.finding.what.contains(words), "{header:?} {status}: {row:?}");
        }
        assert!(told(None, 405).finding.remedy.contains("deploy this file"));
    }

    #[test]
    fn the_fallback_must_be_dialtones() {
        let silent = || Err(ProbeError::TimedOut { origin: URL.to_owned() });
        let stranger = || answer(200).map(|answer| Answer { told: None, ..answer });
        for (answer, is_signed, mark) in [
            (answer(405), true, Mark::Ok),
            (answer(403), true, Mark::Fail),
            (stranger(), true, Mark::Warn),
            (answer(502), true, Mark::Fail),
            (silent(), true, Mark::Fail),
            // Without a token, any refusal is an answer.
            (answer(403), false, Mark::Ok),
            (stranger(), false, Mark::Ok),
            (answer(502), false, Mark::Fail),
        ] {
            assert_eq!(fallback(&answer, is_signed).mark, mark, "{answer:?}");
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
