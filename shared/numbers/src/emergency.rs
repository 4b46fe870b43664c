//! Emergency numbers, recognised generously.
//!
//! Somebody in an emergency presses too many keys, dials an outside line first, or has a phone that rewrites
//! what was dialled. Nothing here looks anything up, so nothing here can fail.

use crate::Keys;

/// An emergency service that Twilio connects.
///
/// Source: <https://www.twilio.com/docs/voice/tutorials/emergency-calling-for-programmable-voice>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// 911, and 112, its name in mobile networks.
    Emergency,
    /// 933: a test, which reads back the number and the address that 911 would get.
    AddressTest,
}

impl Service {
    /// What Twilio is told to dial.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::Emergency => "911",
            Self::AddressTest => "933",
        }
    }
}

/// The service that `text`, in whatever spelling, asks for.
#[must_use]
pub fn recognize(text: &str) -> Option<Service> {
    recognize_keys(&Keys::read(text))
}

/// The service that these keys ask for.
#[must_use]
pub fn recognize_keys(keys: &Keys) -> Option<Service> {
    // Nobody begins with a pause: p112 is the name of a phone.
    if keys.as_str().starts_with(['w', 'p']) {
        return None;
    }
    // Punctuation and pauses (`w` and `p`) mean nothing to somebody who needs help.
    let keys: String = keys.as_str().chars().filter(|key| !matches!(key, ',' | 'w' | 'p')).collect();
    if keys == "sos" || keys.starts_with("urnservicesos") {
        return Some(Service::Emergency);
    }
    let digits = without_privacy_code(&keys).trim_matches(['*', '#', '+']);
    let found = prefixes(digits).find_map(|rest| service(rest).map(|service| (service, rest)));
    match found {
        // Seven digits may be a local number. Then only the plain number behind a prefix is a cry for help.
        Some((service, rest)) if is_local(digits) => {
            (rest == "911" || digits == "9911911").then_some(service)
        }
        found => found.map(|(service, _)| service),
    }
}

/// Whether the digits could be a local number: seven, not beginning with 0 or 1, nor with an exchange that cannot be.
fn is_local(digits: &str) -> bool {
    digits.len() == 7
        && digits.starts_with(['2', '3', '4', '5', '6', '7', '8', '9'])
        && !digits.starts_with("911")
}

/// `*67`, `*82`, `#31#` or `*31#` before a number hides or shows the caller's; a 911 call shows it in any case.
fn without_privacy_code(keys: &str) -> &str {
    ["*67", "*82", "#31#", "*31#"].iter().find_map(|code| keys.strip_prefix(code)).unwrap_or(keys)
}

/// The digits as they are, and without what may come before them: an outside line's 9, an international 011 or 00 or a
/// trunk 0, a long distance 1, in that order.
fn prefixes(digits: &str) -> impl Iterator<Item = &str> {
    // An outside line's 9 pressed twice is taken only before plain 911: more would be 9 and a local number.
    let twice = digits.strip_prefix("99").filter(|rest| *rest == "911");
    let outside = [Some(digits), digits.strip_prefix('9'), twice];
    outside.into_iter().flatten().flat_map(|digits| {
        let digits = digits.strip_prefix('+').unwrap_or(digits);
        let international = ["011", "00", "0"].into_iter().find_map(|prefix| digits.strip_prefix(prefix));
        [Some(digits), international]
            .into_iter()
            .flatten()
            .flat_map(|digits| [Some(digits), digits.strip_prefix('1')].into_iter().flatten())
    })
}

/// The service that is spelt by exactly these digits.
///
/// 911 and 112 may be pressed again and again, begun once more (91191), and the last 1 too often. Anything longer is
/// a number whose dialler slipped (9-1-1-503...), and is not worth sending help to the wrong place.
fn service(digits: &str) -> Option<Service> {
    if digits == "933" {
        return Some(Service::AddressTest);
    }
    let mut rest = digits;
    while let Some(after) = rest.strip_prefix("911").or_else(|| rest.strip_prefix("112")) {
        rest = after;
    }
    let is_begun_again = matches!(rest, "9" | "91");
    let is_held = digits.starts_with("911") && rest.bytes().all(|key| key == b'1');
    (rest.len() < digits.len() && (rest.is_empty() || is_begun_again || is_held))
        .then_some(Service::Emergency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_911_gets_through() {
        for text in [
            "911",
            "9911",
            "1911",
            "91911",
            "+911",
            "+1911",
            "0111911",
            "011911",
            "00911",
            "001911",
            "9011911",
            "900911",
            "9+1911",
            "911#",
            "911##",
            "#911",
            "*911",
            "*911#",
            "**911",
            "911*",
            "911911",
            "911911911",
            "9111",
            "91111",
            "99111",
            "9 1 1",
            " 9 1 1",
            "9-1-1",
            "9.1.1",
            "(911)",
            "911\n",
            "112",
            "1112",
            "9112",
            "+112",
            "112112",
            "112#",
            "\u{ff19}\u{ff11}\u{ff11}",
            "\u{669}\u{661}\u{661}",
            "\u{96f}\u{967}\u{967}",
            "9\u{20e3}1\u{20e3}1\u{20e3}",
            "*67911",
            "*67 911",
            "#31#911",
            "*31#911",
            "*82911",
            "*671911",
            "911,",
            "911\u{ff0c}",
            "\u{1f198}911",
            "9,1,1",
            "911!",
            "\"911\"",
            "9w911",
            "911p",
            "9~1~1",
            "911111",
            "9111111",
            "99911",
            "0911",
            "01911",
            "911112",
            "112911",
            "9119",
            "91191",
            "9119119",
            "sos",
            "SOS",
            "urn:service:sos",
            "urn:service:sos.police",
            "+\u{ff11}\u{ff19}\u{ff11}\u{ff11}",
        ] {
            assert_eq!(recognize(text), Some(Service::Emergency), "{text:?}");
        }
    }

    #[test]
    fn every_spelling_of_933_is_the_test() {
        for text in ["933", "1933", "9933", "+1933", "933#", "*933", "0111933", "9-3-3"] {
            assert_eq!(recognize(text), Some(Service::AddressTest), "{text:?}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "",
            "9",
            "91",
            "11",
            "1",
            "0",
            "#",
            "*",
            "411",
            "211",
            "988",
            "999",
            "119",
            "110",
            "91",
            "19",
            "9115",
            "91150",
            "9115551212",
            "9115035550123",
            "91115035550123",
            "5039110123",
            "5550911",
            "9111234",
            "9911111",
            "9991111",
            "9331234",
            "9935550123",
            "9933933",
            "933933",
            "1122",
            "nine11",
            "911a",
            "9a11",
            "911\u{e9}",
            "sosa",
            "99911111",
            "9995550123",
            "operator",
            "p112",
            "W911",
            "0911 911 911 0",
        ] {
            assert_eq!(recognize(text), None, "{text:?}");
        }
    }

    /// Of all local numbers that could exist, these alone are heard as a cry for help: an outside line's 9 and
    /// 911 behind an international prefix, or pressed twice. No prefix begins with another digit than 9, so
    /// neither does any of them.
    #[test]
    fn which_local_numbers_are_given_up() {
        let locals = (900..1000)
            .filter(|exchange| exchange % 100 != 11)
            .flat_map(|exchange| (0..10_000).map(move |line| format!("{exchange}{line:04}")));
        let given_up: Vec<_> = locals.filter(|number| recognize(number).is_some()).collect();
        assert_eq!(given_up, ["9001911", "9011911", "9911911"]);
    }

    proptest! {
        #[test]
        fn separators_and_trailing_keys_never_matter(
            before in "[*#+ ]{0,3}", gap in "[-. ()\n]{0,3}", after in "[*# ]{0,3}", service in "911|1911|9911|112|911911",
        ) {
            let spelt: Vec<_> = service.chars().map(String::from).collect();
            let text = format!("{before}{}{after}", spelt.join(&gap));
            prop_assert_eq!(recognize(&text), Some(Service::Emergency));
        }

        #[test]
        fn no_ten_digit_number_is_taken_for_help(npa in 200u16..1000, exchange in 200u16..1000, line in 0u16..10_000) {
            prop_assume!(npa % 100 != 11);
            for prefix in ["", "1", "+1", "9", "91", "011"] {
                let number = format!("{prefix}{npa}{exchange:03}{line:04}");
                prop_assert_eq!(recognize(&number), None);
            }
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = recognize(&text);
        }
    }
}
