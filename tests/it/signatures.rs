//! Only Twilio is answered: what proves nothing learns nothing, and what Twilio's own library takes is taken.

use serde_json::{Value, json};
use webhook::{AuthToken, AuthTokens, Content, Form, PublicUrl, Signed, Verifier, sign};

use crate::harness::peers::Peer;
use crate::harness::{Random, Service};

const STREET: &str = "networks/street.toml";

#[test]
fn whoever_cannot_prove_it_learns_nothing() {
    let service = Service::on(STREET).start();
    let paths = [
        "/outgoing",
        "/outgoing/digits",
        "/refer",
        "/incoming",
        "/status/dial",
        "/status/call",
        "/status/error",
        "/",
        "/unknown",
        "/outgoing?try=1",
        "/.env",
        "/healthz/x",
    ];
    let mut sent = 0;
    for path in paths {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD"] {
            let request = || service.post(path).method(method).field("To", "911");
            let right = request().right_signature();
            let flipped = right.chars().rev().collect::<String>();
            for (how, request) in [
                ("none", request().unsigned()),
                ("blank", request().signature("")),
                ("malformed", request().signature("?")),
                ("reversed", request().signature(&flipped)),
                ("another token's", request().signed_with("12345")),
                ("of another request", request().signature(&right).field("From", "x")),
                ("twice", request().signature(&right).signature(&right)),
                ("right and wrong", request().signature(&right).signature("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
                ("wrong and right", request().signature("AAAAAAAAAAAAAAAAAAAAAAAAAAA=").signature(&right)),
                ("right, in a list", request().signature(&format!("{right}, {right}"))),
            ] {
                let answer = request.send();
                assert_eq!(
                    (answer.status, answer.body.as_str()),
                    (403, ""),
                    "{method} {path}, signature: {how}"
                );
                assert_eq!(answer.header("content-type"), "");
                sent += 1;
            }
        }
    }
    let record = service.stop();
    assert_eq!(record.events, Vec::<String>::new(), "nothing was reported");
    let rejected: Vec<_> =
        record.parsed_log().into_iter().filter(|line| line["message"] == "request rejected").collect();
    let totals: Vec<_> = rejected.iter().map(|line| line["rejected_total"].as_u64().unwrap()).collect();
    assert_eq!(totals, (1..=sent).collect::<Vec<_>>(), "each is counted once");
    for line in rejected {
        assert_eq!((line["level"].as_str(), line["status"].as_u64()), (Some("WARN"), Some(403)));
        assert!(matches!(line["why"].as_str(), Some("missing" | "malformed" | "mismatch")), "{line}");
    }
}

#[test]
fn only_the_proven_learn_which_paths_there_are() {
    let service = Service::on(STREET).start();
    for path in ["/", "/unknown", "/.env", "/healthz/x", "/outgoing/x", "//outgoing"] {
        assert_eq!(service.post(path).unsigned().send().status, 403, "{path}");
        assert_eq!(service.get(path).unsigned().send().status, 403, "{path}");
        assert_eq!(service.post(path).send().status, 404, "{path}");
        assert_eq!(service.get(path).send().status, 404, "{path}");
    }
}

/// A request, and how it is signed.
struct Case {
    base: &'static str,
    path: String,
    query: Option<String>,
    content: Body,
    token: &'static str,
    signed: Signing,
}

#[derive(Clone)]
enum Body {
    None,
    Fields(Vec<(String, String)>),
    Json(String),
}

/// What is signed, in the place of the request, by whom.
struct Signing {
    url: String,
    fields: Vec<(String, String)>,
    token: &'static str,
}

/// Origins of a service, and the ways in which Twilio may write each when it signs: with or without a port.
///
/// Left out is one case in which Dialtone takes more than the library: a base with a port of its own, signed with
/// the scheme's own port.
const BASES: [(&str, &[&str]); 6] = [
    ("https://voice.example.org", &["https://voice.example.org", "https://voice.example.org:443"]),
    ("https://voice.example.org:443", &["https://voice.example.org:443", "https://voice.example.org"]),
    ("http://voice.example.org", &["http://voice.example.org", "http://voice.example.org:80"]),
    ("http://voice.example.org:80", &["http://voice.example.org:80", "http://voice.example.org"]),
    ("http://voice.example.org:8080", &["http://voice.example.org:8080", "http://voice.example.org"]),
    ("https://voice.example.org:8443", &["https://voice.example.org:8443", "https://voice.example.org"]),
];

/// Pieces that parsers and re-encoders trip over. All may stand in a request line as they are.
const PIECES: [&str; 30] = [
    "a",
    "=",
    "&",
    "Body=It's",
    "%27",
    "%20",
    "+",
    "%2B",
    "%2b",
    "~",
    "%7E",
    "*",
    "(",
    ")",
    "!",
    ";",
    ",",
    "/",
    ":",
    "@",
    "$",
    "%",
    "%ZZ",
    "%E9",
    "%C3%A9",
    "a=1&a=1",
    "b=",
    "&&",
    "sip%3Aa%40b",
    "?",
];

const NAMES: [&str; 14] = [
    "From",
    "To",
    "a",
    "A",
    "A1",
    "",
    "Digits",
    "FinishedOnKey",
    "From ",
    "B\u{e9}",
    "\u{1f4de}",
    "a=b",
    "&",
    "bodySHA256",
];

const VALUES: [&str; 14] = [
    "",
    " ",
    "1",
    "2",
    "+15035550100",
    "Gather End",
    "Zo\u{eb}",
    "\u{1f4de}",
    "a&b=c",
    "%2B",
    "'\"<>",
    "\r\n",
    "\u{0}",
    " lead",
];

const TOKENS: [&str; 3] = ["12345", "an-older-token", "T0ken/+="];

impl Case {
    fn random(random: &mut Random) -> Self {
        let (base, written) = BASES[random.below(BASES.len())];
        let path =
            random.of(&["/outgoing", "/a%20b/", "/", "/a'b", "/a;b=c", "/%C3%A9", "/status/dial", "/a//b"]);
        let mut query = (!random.one_in(3)).then(|| random.text(&PIECES, 6));
        let content = match random.below(5) {
            0 => Body::None,
            1 => {
                let body = random.text(&["{", "}", "\"a\":", "1", " ", "\u{e9}", "[]", "a=b"], 6) + "x";
                let hash =
                    if random.one_in(4) { "0".repeat(64) } else { crate::harness::sha256(body.as_bytes()) };
                let hash = if random.one_in(9) { hash.to_uppercase() } else { hash };
                let before =
                    query.take().filter(|query| !query.is_empty()).map_or(String::new(), |query| query + "&");
                query = Some(format!("{before}bodySHA256={hash}"));
                Body::Json(body)
            }
            _ => Body::Fields(
                (0..random.below(7))
                    .map(|_| (random.of(&NAMES).to_owned(), random.of(&VALUES).to_owned()))
                    .collect(),
            ),
        };
        let token = random.of(&TOKENS);
        let written = random.of(written);
        let url = target(written, path, query.as_deref());
        let fields = match &content {
            Body::Fields(fields) => fields.clone(),
            _ => Vec::new(),
        };
        let mut signed = Signing { url, fields, token };
        if random.one_in(3) {
            signed.corrupt(random);
        }
        Self { base, path: path.to_owned(), query, content, token, signed }
    }

    /// The question for Twilio's library whether it takes this signature.
    fn question(&self, signature: &str) -> Value {
        let url = target(self.base, &self.path, self.query.as_deref());
        let mut question = json!({"do": "validate", "token": self.token, "url": url, "signature": signature});
        match &self.content {
            Body::None => {}
            Body::Fields(fields) => question["fields"] = json!(fields),
            Body::Json(body) => question["body"] = json!(body),
        }
        question
    }

    fn is_taken(&self, signature: &str) -> bool {
        let verifier =
            Verifier::new(AuthTokens::parse(self.token).unwrap(), &PublicUrl::parse(self.base).unwrap());
        let form = match &self.content {
            Body::Fields(fields) => Form::from_pairs(fields.clone()),
            _ => Form::default(),
        };
        let content = match &self.content {
            Body::None => Content::Query,
            Body::Fields(_) => Content::Form(&form),
            Body::Json(body) => Content::Raw(body.as_bytes()),
        };
        let signature = Some(signature.as_bytes());
        verifier
            .verify(&Signed { path: &self.path, query: self.query.as_deref(), signature, content })
            .is_ok()
    }
}

impl Signing {
    /// Signs something else.
    fn corrupt(&mut self, random: &mut Random) {
        match random.below(7) {
            0 => self.token = random.of(&TOKENS),
            1 => self.fields.truncate(self.fields.len().saturating_sub(1)),
            2 => self.fields.push((random.of(&NAMES).to_owned(), random.of(&VALUES).to_owned())),
            3 => self.fields.retain(|(_, value)| !value.is_empty()),
            4 => self.url.push(if random.one_in(2) { '?' } else { '/' }),
            5 => self.url = self.url.replace("%20", "+").replace("%2b", "%2B").replace('\'', "%27"),
            _ => self.url = self.url.to_lowercase(),
        }
    }

    fn signature(&self) -> String {
        let form = Form::from_pairs(self.fields.clone());
        sign(&AuthToken::parse(self.token).unwrap(), &self.url, Some(&form))
    }
}

fn target(base: &str, path: &str, query: Option<&str>) -> String {
    query.map_or_else(|| format!("{base}{path}"), |query| format!("{base}{path}?{query}"))
}

/// Spoils a signature itself, now and then.
fn spoilt(signature: String, random: &mut Random) -> String {
    if !random.one_in(8) {
        return signature;
    }
    let mut bytes = signature.into_bytes();
    let at = random.below(bytes.len());
    match random.below(4) {
        0 => bytes.truncate(at),
        1 => bytes[at] = b"AZaz09+/="[random.below(9)],
        2 => bytes.push(b'='),
        _ => bytes.make_ascii_lowercase(),
    }
    String::from_utf8(bytes).unwrap()
}

/// Twilio's library and ours sign alike, and take and refuse the same requests.
///
/// Kept out is what the two are meant to differ in. On a GET, Dialtone also takes a signature over a query in which
/// `@`, `:` and `'` are not escaped, as Twilio has sent it (twilio-node, pull request 621); none is signed that way
/// here. And a JSON body without its hash in the query is refused by Dialtone, while the library breaks on it.
#[test]
fn the_official_library_agrees() {
    let mut peer = Peer::start("signatures.py");
    let mut random = Random::seeded(1);
    let (mut taken, mut refused) = (0, 0);
    for i in 0..3_000 {
        let case = Case::random(&mut random);
        let Signing { url, fields, token } = &case.signed;
        let theirs = peer.ask(&json!({"do": "sign", "token": token, "url": url, "fields": fields}));
        let ours = case.signed.signature();
        assert_eq!(theirs["signature"], ours.as_str(), "case {i}: {url} {fields:?}");

        let signature = spoilt(ours, &mut random);
        let question = case.question(&signature);
        let theirs = peer.ask(&question)["valid"].as_bool().unwrap();
        assert_eq!(case.is_taken(&signature), theirs, "case {i}: {question}, signed: {url} {fields:?}");
        *if theirs { &mut taken } else { &mut refused } += 1;
    }
    assert!(taken > 1_000 && refused > 500, "both ways: {taken} taken, {refused} refused");
}

/// The same over the wire, where every layer could decode or re-encode something on the way.
#[test]
fn what_the_official_library_signs_gets_in() {
    let service = Service::on(STREET).start();
    let mut peer = Peer::start("signatures.py");
    let mut random = Random::seeded(2);
    for i in 0..500 {
        let mut case = Case::random(&mut random);
        let target = target("", &case.path, case.query.as_deref());
        let mut fields = Vec::new();
        let mut request = match &case.content {
            Body::None => service.get(&target),
            Body::Fields(given) => {
                fields.clone_from(given);
                let fields = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                service.post(&target).fields(fields)
            }
            Body::Json(body) => {
                service.post(&target).header("Content-Type", "application/json").body(body.as_str())
            }
        };
        case.base = "https://street.example.org";
        case.token = crate::harness::TOKEN;
        let url = format!("{}{target}", case.base);
        let question = json!({"do": "sign", "token": case.token, "url": url, "fields": fields});
        let signature = peer.ask(&question)["signature"].as_str().unwrap().to_owned();
        let signature = spoilt(signature, &mut random);
        request = request.signature(&signature);
        let theirs = peer.ask(&case.question(&signature))["valid"].as_bool().unwrap();
        assert_eq!(request.send().status != 403, theirs, "request {i}: {target} {fields:?}");
    }
}
