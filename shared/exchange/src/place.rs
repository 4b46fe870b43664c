//! Where the URLs in a document lead.

/// Resolves a URL of the document at `base`, an absolute URL, as a browser would (RFC 3986, section 5). The fragment
/// holds settings of Twilio's own and is never sent (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>).
#[must_use]
pub fn resolve(reference: &str, base: &str) -> String {
    let reference = reference.trim();
    let reference = reference.split_once('#').map_or(reference, |(url, _)| url);
    let (origin, here) = split_origin(base);
    let (path, _) = split_query(here);
    if has_scheme(reference) {
        return reference.to_owned();
    }
    if reference.starts_with("//") {
        let scheme = origin.split_once("//").map_or("", |(scheme, _)| scheme);
        return format!("{scheme}{reference}");
    }
    let place = match reference.chars().next() {
        None => here.to_owned(),
        Some('?') => format!("{path}{reference}"),
        Some('/') => without_dots(reference),
        Some(_) => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            without_dots(&format!("{folder}/{reference}"))
        }
    };
    format!("{origin}{place}")
}

/// Path and query of `url`, from the slash on, if it leads to `origin`, such as `https://prod.example.org`. A port
/// that is the scheme's own counts as none.
#[must_use]
pub fn place_at(url: &str, origin: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, place) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let is_here = plain(scheme, authority) == origin.split_once("://").map(|(s, a)| plain(s, a))?;
    is_here.then(|| if place.starts_with('/') { without_dots(place) } else { format!("/{place}") })
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// `https://host:port`, and the rest from the slash on.
fn split_origin(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(authority..).and_then(|rest| rest.find(['/', '?'])).map(|at| authority + at);
    url.split_at(end.unwrap_or(url.len()))
}

fn plain(scheme: &str, authority: &str) -> (String, String) {
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = authority.strip_suffix(own_port).unwrap_or(&authority).to_owned();
    (scheme, bare)
}

fn split_query(place: &str) -> (&str, &str) {
    place.split_at(place.find('?').unwrap_or(place.len()))
}

/// Removes `.` and `..` from a path (RFC 3986, section 5.2.4). The query is kept as it is.
fn without_dots(place: &str) -> String {
    let (path, query) = split_query(place);
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        // A slash that a dot leaves behind is kept by the blank segment after it.
        if matches!(segments.last(), Some(&("." | ".."))) {
            segments.pop();
        }
        if segment == ".." {
            segments.pop();
        }
        segments.push(segment);
    }
    if let Some(last) = segments.last_mut().filter(|last| matches!(**last, "." | "..")) {
        *last = "";
    }
    format!("/{}{query}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://prod.example.org";

    #[test]
    fn urls_resolve_against_the_document() {
        for (reference, here, place) in [
            ("/status/dial", "/outgoing", "/status/dial"),
            ("/outgoing/digits?try=2", "/outgoing/digits", "/outgoing/digits?try=2"),
            ("/a?b=%2B1&c=x+y", "/outgoing?stage=prod", "/a?b=%2B1&c=x+y"),
            ("", "/outgoing?stage=prod", "/outgoing?stage=prod"),
            ("?again=1", "/status/dial?again=0", "/status/dial?again=1"),
            ("digits", "/outgoing", "/digits"),
            ("digits?x=a/../b", "/outgoing/first?y=/z/", "/outgoing/digits?x=a/../b"),
            ("../refer", "/status/dial", "/refer"),
            ("./call", "/status/dial", "/status/call"),
            ("..", "/a/b/c", "/a/"),
            ("/a/../../b", "/", "/b"),
            ("/x#rc=2&rp=5xx", "/", "/x"),
            ("https://prod.example.org/x?y", "/", "/x?y"),
            ("HTTPS://Prod.Example.org:443/X", "/", "/X"),
            ("https://prod.example.org", "/a", "/"),
            ("https://prod.example.org?y", "/a", "/?y"),
            ("//prod.example.org/x", "/a", "/x"),
        ] {
            let url = resolve(reference, &format!("{ORIGIN}{here}"));
            assert_eq!(place_at(&url, ORIGIN).as_deref(), Some(place), "{reference} at {here}");
        }
        assert_eq!(resolve("/x", "http://h:8080/y"), "http://h:8080/x");
        assert_eq!(place_at("http://h:8080/x", "http://h:8080").as_deref(), Some("/x"));
        assert_eq!(resolve("b", "https://h"), "https://h/b");
    }

    #[test]
    fn urls_may_lead_away() {
        for url in [
            "https://other.example.org/x",
            "http://prod.example.org/x",
            "https://prod.example.org:8443/x",
            "https://prod.example.org.evil.example/x",
            "sip:a@prod.example.org",
        ] {
            let found = resolve(url, "https://prod.example.org/outgoing");
            assert_eq!((found.as_str(), place_at(&found, ORIGIN)), (url, None));
        }
        let found = resolve("//h/x", "https://prod.example.org/");
        assert_eq!((found.as_str(), place_at(&found, ORIGIN)), ("https://h/x", None));
    }
}
