//! Codes that hide the caller's number from the person who is called, or show it, dialled before the number.

use crate::countries::{Region, calling_code_of};

/// What such a code asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// The number shall be hidden.
    Hidden,
    /// The number shall be shown.
    Shown,
}

/// Where a code is dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Everywhere,
    NorthAmerica,
    In(&'static str),
}

/// A code, and what it asks for where.
#[derive(Debug, PartialEq, Eq)]
pub struct ShowingCode {
    keys: &'static str,
    asks: Showing,
    place: Where,
}

/// Every code, with its source.
pub const SHOWING_CODES: [ShowingCode; 17] = [
    // NANPA's vertical service codes; people use them elsewhere, too.
    of("*67", Showing::Hidden, Where::Everywhere),
    of("*82", Showing::Shown, Where::Everywhere),
    // 3GPP TS 22.030, 6.5.5.0, for the call in hand: on mobile phones everywhere. ACMA's "Make your phone number more private" has
    // the second one. On some fixed lines of Germany it hides the number; to show it is never wrong here.
    of("#31#", Showing::Hidden, Where::Everywhere),
    of("*31#", Showing::Shown, Where::Everywhere),
    // The same as *67 and *82 on telephones with a dial, which have no `*` (Wikipedia, "Caller ID": 1167).
    of("1167", Showing::Hidden, Where::NorthAmerica),
    of("1182", Showing::Shown, Where::NorthAmerica),
    // Ofcom's guide to calling line identification of June 1998; Andrews & Arnold, "Calling Line Identity", for 1470.
    of("141", Showing::Hidden, Where::In("GB")),
    of("1470", Showing::Shown, Where::In("GB")),
    // BT Ireland, "Caller Line Restriction" (answer 344).
    of("141", Showing::Hidden, Where::In("IE")),
    of("142", Showing::Shown, Where::In("IE")),
    // ACMA, "Calling number display" and "Make your phone number more private".
    of("1831", Showing::Hidden, Where::In("AU")),
    of("1832", Showing::Shown, Where::In("AU")),
    // WorldNet NZ, "Caller Display User Guide"; 0196 is assumed.
    of("0197", Showing::Hidden, Where::In("NZ")),
    of("0196", Showing::Shown, Where::In("NZ")),
    // Futurezone's archive on Telekom Austria, article 3574.
    of("*31*", Showing::Hidden, Where::In("AT")),
    // For lines of Free (y-a-s.over-blog.fr, August 2019); 3651 of Orange's fixed lines is assumed.
    of("*31*", Showing::Hidden, Where::In("FR")),
    of("3651", Showing::Hidden, Where::In("FR")),
];

const fn of(keys: &'static str, asks: Showing, place: Where) -> ShowingCode {
    ShowingCode { keys, asks, place }
}

impl ShowingCode {
    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &'static str {
        self.keys
    }

    /// What it asks for.
    #[must_use]
    pub fn asks(&self) -> Showing {
        self.asks
    }

    /// Whether it has digits only, so that a number may begin so.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.keys.bytes().all(|key| key.is_ascii_digit())
    }

    /// Whether it is dialled in one of these regions.
    #[must_use]
    pub fn is_of(&self, regions: &[Region]) -> bool {
        match self.place {
            Where::Everywhere => true,
            Where::NorthAmerica => regions.iter().any(|region| calling_code_of(*region) == Some(1)),
            Where::In(name) => regions.iter().any(|region| region.as_str() == name),
        }
    }

    /// The code that keys begin with, and what follows it.
    #[must_use]
    pub fn before<'k>(keys: &'k str, regions: &[Region]) -> Option<(&'static Self, &'k str)> {
        // Keys that begin so are few, and every call asks, so what is dialled where is asked last.
        let first = keys.bytes().next().filter(|key| matches!(key, b'*' | b'#' | b'0' | b'1' | b'3'))?;
        let likely = SHOWING_CODES.iter().filter(|code| code.keys.bytes().next() == Some(first));
        let begun = likely.filter_map(|code| Some((code, keys.strip_prefix(code.keys)?)));
        begun.into_iter().find(|(code, _)| code.is_of(regions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(keys: &str, region: &str) -> Option<(Showing, String)> {
        let here = Region::parse(region).unwrap();
        ShowingCode::before(keys, &[here]).map(|(code, rest)| (code.asks(), rest.to_owned()))
    }

    #[test]
    fn each_country_has_its_own_codes() {
        for (region, keys, asks, rest) in [
            ("US", "*675035550123", Showing::Hidden, "5035550123"),
            ("GB", "*6702079460123", Showing::Hidden, "02079460123"),
            ("DE", "#31#", Showing::Hidden, ""),
            ("DE", "*31#030", Showing::Shown, "030"),
            ("CA", "11675035550123", Showing::Hidden, "5035550123"),
            ("PR", "11825035550123", Showing::Shown, "5035550123"),
            ("GB", "14102079460123", Showing::Hidden, "02079460123"),
            ("GB", "147002079460123", Showing::Shown, "02079460123"),
            ("IE", "142015550123", Showing::Shown, "015550123"),
            ("AU", "18310255501234", Showing::Hidden, "0255501234"),
            ("NZ", "019795550123", Showing::Hidden, "95550123"),
            ("AT", "*31*0155501234", Showing::Hidden, "0155501234"),
            ("FR", "36510199005511", Showing::Hidden, "0199005511"),
        ] {
            assert_eq!(split(keys, region), Some((asks, rest.to_owned())), "{region} {keys}");
        }
        for (region, keys) in
            [("US", "141"), ("GB", "142"), ("GB", "1167"), ("DE", "*31*"), ("GB", "1471"), ("US", "")]
        {
            assert_eq!(split(keys, region), None, "{region} {keys}");
        }
    }

    /// The codes as the companies named at [`SHOWING_CODES`] print them for their customers.
    #[test]
    fn each_country_has_a_card_of_codes() {
        let everywhere = ["*67", "*82", "#31#", "*31#"];
        for (region, own) in [
            ("US", &["1167", "1182"][..]),
            ("JM", &["1167", "1182"]),
            ("GB", &["141", "1470"]),
            ("IE", &["141", "142"]),
            ("AU", &["1831", "1832"]),
            ("DE", &[]),
        ] {
            let here = [Region::parse(region).unwrap()];
            let card: Vec<_> =
                SHOWING_CODES.iter().filter(|code| code.is_of(&here)).map(ShowingCode::keys).collect();
            assert_eq!(card, [&everywhere, own].concat(), "{region}");
        }
    }

    #[test]
    fn every_code_is_found() {
        let named = |code: &ShowingCode| match code.place {
            Where::In(name) => name,
            _ => "US",
        };
        for code in &SHOWING_CODES {
            let here = Region::parse(named(code)).unwrap();
            let found = ShowingCode::before(code.keys, &[here]).unwrap();
            assert_eq!((found.0.keys, found.0.asks, found.1), (code.keys, code.asks, ""));
        }
    }

    /// The first that fits is taken, so none may begin another of the same place.
    #[test]
    fn no_code_begins_another() {
        for one in &SHOWING_CODES {
            for other in SHOWING_CODES.iter().filter(|other| *other != one) {
                let meet = one.place == other.place
                    || one.place == Where::Everywhere
                    || other.place == Where::Everywhere;
                assert!(!meet || !other.keys.starts_with(one.keys), "{one:?} {other:?}");
            }
        }
    }
}
