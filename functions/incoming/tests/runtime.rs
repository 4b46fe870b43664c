//! The function as Lambda runs it: its own binary, beside a Runtime API that hands it events
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const FILE: &str = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";

/// A function that is asked one event after another.
struct Function {
    child: Child,
    listener: TcpListener,
    connection: Option<BufReader<TcpStream>>,
    _folder: tempfile::TempDir,
}

impl Function {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("n.toml"), FILE).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_incoming"))
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string())
            .envs([("AWS_LAMBDA_FUNCTION_NAME", "incoming"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")])
            .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_REGION", "us-west-2")])
            .env("DIALTONE_CONFIG", folder.path().join("n.toml"))
            .envs([("DIALTONE_STAGE", "prod"), ("TWILIO_AUTH_TOKEN", "secret")])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, listener, connection: None, _folder: folder }
    }

    /// The next request of the function: its first line and its body.
    fn request(&mut self) -> (String, Vec<u8>) {
        loop {
            let connection =
                self.connection.get_or_insert_with(|| BufReader::new(self.listener.accept().unwrap().0));
            let mut first = String::new();
            if connection.read_line(&mut first).unwrap_or(0) == 0 {
                self.connection = None;
                continue;
            }
            let (mut length, mut line) = (0, String::new());
            while connection.read_line(&mut line).unwrap() > 2 {
                if let Some((_, value)) =
                    line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            return (first, body);
        }
    }

    fn reply(&mut self, status: &str, headers: &str, body: &str) {
        let connection = self.connection.as_mut().unwrap().get_mut();
        write!(connection, "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
            .unwrap();
    }

    /// The function's answer to an event. An error of the function is no answer.
    fn answer(&mut self, event: &Value) -> Value {
        let (line, _) = self.request();
        assert!(line.starts_with("GET /2018-06-01/runtime/invocation/next"), "{line}");
        let headers = "content-type: application/json\r\nlambda-runtime-aws-request-id: r1\r\n\
                       lambda-runtime-deadline-ms: 9999999999999\r\n\
                       lambda-runtime-invoked-function-arn: arn:aws:lambda:us-west-2:123456789012:function:incoming\r\n";
        self.reply("200 OK", headers, &event.to_string());
        let (line, body) = self.request();
        self.reply("202 Accepted", "", "{}");
        assert!(line.starts_with("POST /2018-06-01/runtime/invocation/r1/response"), "{line} for {event}");
        serde_json::from_slice(&body).unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An event as API Gateway sends it, by GET.
fn event(path: &str, query: &str, is_signed: bool) -> Value {
    let token = webhook::AuthTokens::parse("secret").unwrap();
    let url = format!("https://n.example.org{path}{}{query}", if query.is_empty() { "" } else { "?" });
    let signature = if is_signed { webhook::sign(token.first(), &url, None) } else { String::new() };
    json!({"version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": {"host": "abc.execute-api.us-west-2.amazonaws.com", "x-forwarded-proto": "https",
                    "x-twilio-signature": signature},
        "requestContext": {"stage": "$default", "domainName": "abc.execute-api.us-west-2.amazonaws.com",
            "timeEpoch": 1_781_978_645_000_u64, "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.1", "userAgent": "TwilioProxy/1.1"}},
        "isBase64Encoded": false})
}

#[test]
fn an_odd_request_is_no_failure_of_the_function() {
    let mut function = Function::start();
    let call = "From=%2B15035550199&To=%2B15035550110";
    for odd in ["a=\"b\"", "a=<", "a= b", "a=b\u{7f}", "a=\u{e9}", "a=#b", "a=`^{|}\\", "\n", "%", "%zz"] {
        let status = &function.answer(&event("/incoming", odd, false))["statusCode"];
        assert_eq!(*status, 403, "{odd:?}, unsigned");
        if odd.contains('#') {
            // A fragment is never sent (RFC 9110, section 4.2.5), and no signature covers one.
            continue;
        }
        let answer = function.answer(&event("/incoming", &format!("{call}&{odd}"), true));
        assert_eq!(answer["statusCode"], 200, "{odd:?}, signed");
        assert!(answer["body"].as_str().unwrap().contains("sip:lobby@n.sip.twilio.com"), "{odd:?}: {answer}");
    }
    for odd in ["", "/ ", "/\"", "//", "/incoming?", "/\u{e9}", "[", "\\\\", "/%"] {
        let answer = function.answer(&event(odd, "", false));
        assert_eq!(answer["statusCode"], 403, "{odd:?}");
    }
    let mut odd_host = event("/incoming", "", false);
    odd_host["headers"]["host"] = "a b\"<".into();
    odd_host["headers"]["x-forwarded-proto"] = "::".into();
    assert_eq!(function.answer(&odd_host)["statusCode"], 403);
    for (value, status) in [("Ren\u{e9}", 200), ("\u{1}", 403)] {
        let mut odd_header = event("/incoming", call, true);
        odd_header["headers"]["x-name"] = value.into();
        assert_eq!(function.answer(&odd_header)["statusCode"], status, "{value:?}");
    }
    assert_eq!(function.answer(&json!({"no": "event"}))["statusCode"], 403);
    assert_eq!(function.answer(&event("/incoming", call, true))["statusCode"], 200);
}
