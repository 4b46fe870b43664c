//! The keys that the server accepts, asked of its own code.

use std::iter;

use network::{Extension, Network};

use crate::pattern::{Keys, Pattern};
use crate::service::{Answer, Service};

/// How many digits the longest number has (ITU-T E.164).
const LONGEST_NUMBER: usize = 15;

/// How many keys may come before a number: 9 and 011.
const LONGEST_PREFIX: usize = 4;

/// Digits to try a number with. After any beginning they go on as an area code and an exchange that exist.
const SAMPLE: &str = "5012301250123012501";

/// The keys that people press before a number to leave the house, the area or the country.
const PREFIXES: [&str; 12] = ["", "1", "9", "91", "0", "011", "00", "0111", "001", "9011", "90111", "9001"];

/// One phone, and the server that it calls.
#[derive(Clone, Copy)]
pub(crate) struct Server<'n> {
    pub(crate) network: &'n Network,
    pub(crate) phone: &'n Extension,
    pub(crate) service: &'n dyn Service,
    /// Ways to call for help, see [`crate::help::spellings`].
    pub(crate) help: &'n [String],
}

impl Server<'_> {
    /// Whether the server connects these keys with a phone or a menu, and not with emergency services.
    pub(crate) fn accepts(self, keys: &str) -> bool {
        self.answer(keys) == Answer::Connected
    }

    fn answer(self, keys: &str) -> Answer {
        self.service.answer(self.phone.name(), keys)
    }

    /// Whether something longer that the server accepts begins as the pattern does, other than a number with a final `#`,
    /// which is the same number.
    ///
    /// Codes, names, the network's own numbers and ways to call for help are tried one by one. Of all others, the first two
    /// digits that the pattern leaves open are tried with each other, in every length: no numbering plan tells
    /// numbers of one length apart by what comes later than that.
    pub(crate) fn goes_on(self, pattern: &Pattern) -> bool {
        let is_longer = |keys: &str| keys.len() > pattern.len() && pattern.begins(keys);
        let is_another = |keys: &str| keys.trim_end_matches('#').len() > pattern.len();
        let number = |keys: &String| is_longer(keys) && is_another(keys) && self.accepts(keys);
        self.is_begun_in_the_file(pattern)
            || self.numbers().any(|keys| number(&keys))
            || samples(pattern).iter().any(number)
    }

    /// Whether something longer that the file names begins as the pattern does: a code or a phone's name. So may another way
    /// to call for help, which ends elsewhere.
    pub(crate) fn is_begun_in_the_file(self, pattern: &Pattern) -> bool {
        let is_longer = |keys: &str| keys.len() > pattern.len() && pattern.begins(keys);
        let place = |keys: String| is_longer(&keys) && self.accepts(&keys);
        self.codes().any(place)
            || self.names().any(place)
            || self.help.iter().any(|keys| is_longer(keys) && self.is_other_help(keys, pattern.len()))
    }

    /// Whether these keys call for help, and the first of them alone do not.
    fn is_other_help(self, keys: &str, length: usize) -> bool {
        let answer = self.answer(keys);
        matches!(answer, Answer::Emergency | Answer::AddressTest)
            && keys.get(..length).is_none_or(|first| self.answer(first) != answer)
    }

    /// The codes, and three digits as people dial them.
    fn codes(self) -> impl Iterator<Item = String> {
        let codes = self.network.codes_of(self.phone);
        codes.flat_map(|code| ["", "1", "9"].map(|before| format!("{before}{code}")))
    }

    fn names(self) -> impl Iterator<Item = String> {
        self.network.extensions().iter().map(|other| other.name().to_owned())
    }

    /// Numbers that are likely to be accepted: the network's own, whole and without their beginnings, and a toll-free one.
    fn numbers(self) -> impl Iterator<Item = String> {
        let own = self.network.extensions().iter().filter_map(Extension::number);
        own.map(numbers::E164::digits).chain(["18005550199"]).flat_map(|digits| {
            let ends = (0..digits.len()).filter_map(|at| digits.get(at..));
            ends.flat_map(|end| PREFIXES.map(|prefix| format!("{prefix}{end}")))
        })
    }
}

/// Longer numbers that begin as a pattern does.
fn samples(pattern: &Pattern) -> Vec<String> {
    let any = pattern.then(iter::repeat_n(Keys::DIGITS, 2));
    let mut samples = vec![String::new()];
    let mut rest = SAMPLE.chars();
    // No numbering plan knows * and #, so behind them one number is as good as another.
    let may_be_number = any.keys().all(|keys| !keys.and(Keys::DIGITS).is_empty());
    let mut to_try = if may_be_number { 2 } else { 0 };
    let may_have_prefix = ['0', '9'].into_iter().any(|key| any.at(0).holds(key));
    let longest = if may_have_prefix { LONGEST_PREFIX + LONGEST_NUMBER } else { LONGEST_NUMBER };
    for at in 0..longest {
        let keys = any.at(at);
        let next: Vec<char> = if keys.is_one() {
            keys.iter().collect()
        } else if to_try > 0 {
            to_try -= 1;
            keys.iter().collect()
        } else {
            // Behind its end a pattern has no keys, and the sample goes on.
            rest.find(|digit| keys.is_empty() || keys.holds(*digit)).into_iter().collect()
        };
        samples =
            samples.iter().flat_map(|sample| next.iter().map(move |key| format!("{sample}{key}"))).collect();
    }
    let lengths = pattern.len() + 1..=longest;
    lengths
        .flat_map(|length| samples.iter().filter_map(move |keys| keys.get(..length)).map(str::to_owned))
        .collect()
}
