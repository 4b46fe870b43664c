//! The dialled address, read once.

use std::borrow::Cow;

use network::{Extension, Network, Target};
use numbers::emergency::{self, Service};
use numbers::{Keys, Region, Showing, ShowingCode};

use crate::reading;

/// The dialled address: the text as it was sent, the keys in it, and the call for help that they may be.
pub(crate) struct Dialled<'a> {
    text: Cow<'a, str>,
    keys: Keys,
    /// The emergency service that it asks for.
    pub(crate) help: Option<Service>,
    /// The digits of a call for help that was begun and is not whole yet.
    pub(crate) begun: Option<String>,
}

/// The place that keys lead to, before any number is looked up.
pub(crate) enum Meaning<'n> {
    /// A code of the network or the phone, with where it leads.
    Code(&'n str, &'n Target),
    /// The user name of a phone.
    Name(&'n Extension),
    /// The caller's number shall be hidden.
    Hidden,
    /// A service code (`*66`), or three digits (311) that no code answers.
    Service(ServiceCode),
    /// Keys that may be a telephone number.
    Number(&'n str),
}

/// A kind of service code that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceCode {
    /// It begins with `*`, as the codes of a telephone company do.
    Star,
    /// Three digits, such as 311 and 711: their service has a whole number, too.
    Short,
    /// It asks for the caller's number to be shown, and no number follows.
    Shown,
}

impl<'a> Dialled<'a> {
    /// Reads a text. Besides 911, 112 and 999 the emergency numbers of the regions count.
    pub(crate) fn read(text: &'a str, regions: &[Region]) -> Self {
        Self::of(Cow::Borrowed(text), regions)
    }

    fn of(text: Cow<'a, str>, regions: &[Region]) -> Self {
        let keys = Keys::read(&text);
        let help = emergency::recognize_keys(&keys, regions);
        let begun = emergency::beginning_of(&keys, regions);
        Self { text, keys, help, begun }
    }

    /// Reads a text behind what was dialled before. The two are put together if, and only if, the whole is a call for help,
    /// or goes on towards one.
    pub(crate) fn read_after(begun: Option<&str>, text: &'a str, regions: &[Region]) -> Self {
        let alone = Self::read(text, regions);
        let Some(begun) = begun.filter(|_| alone.help.is_none()) else { return alone };
        let digits = alone.keys.as_str().trim_matches(['*', '#']);
        let whole = Self::of(Cow::Owned(format!("{begun}{digits}")), regions);
        match whole.help {
            Some(Service::Emergency(_)) => whole,
            _ => Self { begun: whole.begun.or(alone.begun), ..alone },
        }
    }

    /// Whether there is nothing to act on.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The place that the keys lead to on this phone. Codes win over names, and names over numbers.
    pub(crate) fn meaning<'n>(&'n self, network: &'n Network, phone: &'n Extension) -> Meaning<'n> {
        let showing = Asked::of(self.keys.as_str(), network, phone);
        let keys = showing.keys;
        if let Some((code, target)) = code(keys, network, phone) {
            return Meaning::Code(code, target);
        }
        if let Some(callee) = network.extension(self.text.trim()) {
            return Meaning::Name(callee);
        }
        match showing.asks {
            Some(Showing::Hidden) => return Meaning::Hidden,
            Some(Showing::Shown) if keys.is_empty() => return Meaning::Service(ServiceCode::Shown),
            _ => {}
        }
        if keys.starts_with('*') {
            return Meaning::Service(ServiceCode::Star);
        }
        if short_code(keys).is_some() {
            return Meaning::Service(ServiceCode::Short);
        }
        Meaning::Number(keys)
    }
}

/// What was dialled, and what a code before it asks for.
struct Asked<'k> {
    /// To hide the number, which cannot be promised, or to show it, as is done in any case.
    asks: Option<Showing>,
    /// The keys, without a code that asks for what is granted.
    keys: &'k str,
}

impl<'k> Asked<'k> {
    fn of(keys: &'k str, network: &Network, phone: &Extension) -> Self {
        let plain = Self { asks: None, keys };
        let Some((found, rest)) = ShowingCode::before(keys, &[network.region()]) else { return plain };
        // A code of the file wins, and digits that are a number are that number.
        let is_number = || reading::is_number(keys, network, phone);
        if code(keys, network, phone).is_some() || found.is_numeric() && is_number() {
            return plain;
        }
        match found.asks() {
            Showing::Hidden => Self { asks: Some(Showing::Hidden), keys },
            Showing::Shown => match Self::of(rest.trim_start_matches('#'), network, phone) {
                Self { asks: Some(Showing::Hidden), keys } => Self { asks: Some(Showing::Hidden), keys },
                Self { keys, .. } => Self { asks: Some(Showing::Shown), keys },
            },
        }
    }
}

/// A code as it stands, or a three-digit one as people dial it: 1-411, 9-411, 411#.
fn code<'n>(keys: &'n str, network: &'n Network, phone: &'n Extension) -> Option<(&'n str, &'n Target)> {
    let found = |keys: &'n str| network.code(phone, keys).map(|target| (keys, target));
    found(keys).or_else(|| found(short_code(keys)?))
}

/// The three digits of a short code.
fn short_code(keys: &str) -> Option<&str> {
    let digits = keys.strip_prefix('+').unwrap_or(keys).trim_end_matches('#');
    let is_short = |digits: &&str| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
    [Some(digits), digits.strip_prefix('1'), digits.strip_prefix('9')].into_iter().flatten().find(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_only_for_help() {
        let us = [Region::parse("US").unwrap()];
        let read = |begun, text| {
            let dialled = Dialled::read_after(begun, text, &us);
            (dialled.help.is_some(), dialled.begun, dialled.keys.as_str().to_owned())
        };
        assert_eq!(read(None, "9"), (false, Some("9".into()), "9".into()));
        assert_eq!(read(Some("9"), "1"), (false, Some("91".into()), "1".into()));
        assert_eq!(read(Some("91"), "1"), (true, None, "911".into()));
        assert_eq!(read(Some("9"), "11#"), (true, None, "911".into()));
        assert_eq!(read(Some("91"), ""), (false, Some("91".into()), String::new()));
        assert_eq!(read(Some("91"), "15035550123"), (false, None, "15035550123".into()));
        assert_eq!(read(Some("91"), "911"), (true, None, "911".into()));
        assert_eq!(read(Some("9"), "33"), (false, None, "33".into()));
    }
}
