//! Where the URLs in a document lead.

/// A place on the service: path and query, from the slash on.
pub(super) type Place = String;

/// Resolves a URL of the document at `here`, as a browser would (RFC 3986, section 5); its fragment is Twilio's own
/// (connection settings) and is never sent.
///
/// # Errors
///
/// The whole URL, when it leads away from the service at `origin`.
pub(super) fn resolve(reference: &str, here: &str, origin: &str) -> Result<Place, String> {
    let reference = reference.trim();
    let reference = reference.split_once('#').map_or(reference, |(url, _)| url);
    let (path, _) = split_query(here);
    if has_scheme(reference) {
        return within(reference, origin).ok_or_else(|| reference.to_owned());
    }
    if reference.starts_with("//") {
        let scheme = origin.split_once("//").map_or("", |(scheme, _)| scheme);
        let url = format!("{scheme}{reference}");
        return within(&url, origin).ok_or(url);
    }
    Ok(match reference.chars().next() {
        None => here.to_owned(),
        Some('?') => format!("{path}{reference}"),
        Some('/') => without_dots(reference),
        Some(_) => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            without_dots(&format!("{folder}/{reference}"))
        }
    })
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// What follows `origin` in `url`. A port that is the scheme's own counts as none.
fn within(url: &str, origin: &str) -> Option<Place> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, place) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let is_here = plain(scheme, authority) == origin.split_once("://").map(|(s, a)| plain(s, a))?;
    is_here.then(|| if place.starts_with('/') { without_dots(place) } else { format!("/{place}") })
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
fn without_dots(place: &str) -> Place {
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
            assert_eq!(resolve(reference, here, ORIGIN).as_deref(), Ok(place), "{reference} at {here}");
        }
        assert_eq!(resolve("http://h:8080/x", "/", "http://h:8080").as_deref(), Ok("/x"));
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
            assert_eq!(resolve(url, "/outgoing", ORIGIN), Err(url.to_owned()));
        }
        assert_eq!(resolve("//h/x", "/", ORIGIN), Err("https://h/x".to_owned()));
    }
}
