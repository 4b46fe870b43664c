//! Sequences of keys of one length, such as `1[2-9]xx`: what the makers' dial plan languages have in common.

/// The keys of a telephone, in the order of the bits of [`Keys`].
const KEYS: &str = "0123456789*#";

/// Some keys of a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys(u16);

impl Keys {
    /// Every key.
    pub(crate) const ALL: Self = Self(0xfff);
    /// `0` to `9`.
    pub(crate) const DIGITS: Self = Self(0x3ff);
    /// `2` to `9`: what area codes begin with.
    pub(crate) const TWO_TO_NINE: Self = Self(0x3fc);
    /// `2` to `8`.
    pub(crate) const TWO_TO_EIGHT: Self = Self(0x1fc);

    /// One key, or nothing if the character is not a key.
    pub(crate) fn one(key: char) -> Option<Self> {
        KEYS.find(key).map(|at| Self(1 << at))
    }

    pub(crate) fn holds(self, key: char) -> bool {
        Self::one(key).is_some_and(|one| self.0 & one.0 != 0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = char> {
        KEYS.chars().filter(move |key| self.holds(*key))
    }

    /// `5`, `x` for any digit, or a set such as `[02-9*#]`; `[0234]` where ranges are not to be written.
    pub(crate) fn write(self, to: &mut String, has_ranges: bool) {
        if self == Self::DIGITS {
            to.push('x');
            return;
        }
        if self.is_one() {
            to.extend(self.iter());
            return;
        }
        to.push('[');
        let mut run: Vec<char> = Vec::new();
        // A character that is not a key ends the last run.
        for key in KEYS.chars().chain(['|']) {
            let goes_on = key.is_ascii_digit() && has_ranges || run.is_empty();
            if self.holds(key) && goes_on {
                run.push(key);
                continue;
            }
            match run.as_slice() {
                [first, _, .., last] => to.extend([*first, '-', *last]),
                keys => to.extend(keys),
            }
            run.clear();
            if self.holds(key) {
                run.push(key);
            }
        }
        to.push(']');
    }
}

/// Sequences of one length: any of these keys, then any of those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Keys>);

impl Pattern {
    pub(crate) fn new(keys: Vec<Keys>) -> Self {
        Self(keys)
    }

    /// Exactly these keys, or nothing if a character is no key.
    pub(crate) fn exactly(keys: &str) -> Option<Self> {
        keys.chars().map(Keys::one).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn at(&self, at: usize) -> Keys {
        self.0.get(at).copied().unwrap_or(Keys(0))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Keys> {
        self.0.iter().copied()
    }

    pub(crate) fn then(&self, keys: impl IntoIterator<Item = Keys>) -> Self {
        Self(self.keys().chain(keys).collect())
    }

    /// Whether keys begin with a sequence of this pattern, or are one.
    pub(crate) fn begins(&self, keys: &str) -> bool {
        let mut pressed = keys.chars();
        self.keys().all(|keys| pressed.next().is_some_and(|key| keys.holds(key)))
    }

    /// The pattern without the sequences that begin as `start` does, or that it begins with.
    pub(crate) fn without(&self, start: &Self) -> Vec<Self> {
        let mut remaining = Vec::new();
        let mut same = self.clone();
        for at in 0..self.len().min(start.len()) {
            let (mine, other) = (self.at(at), start.at(at));
            if !mine.without(other).is_empty() {
                remaining.push(same.with(at, mine.without(other)));
            }
            if mine.and(other).is_empty() {
                return remaining;
            }
            same = same.with(at, mine.and(other));
        }
        remaining
    }

    fn with(&self, at: usize, keys: Keys) -> Self {
        Self(self.0.iter().enumerate().map(|(i, old)| if i == at { keys } else { *old }).collect())
    }

    /// One pattern for two, if they differ in one key only.
    fn merged(&self, other: &Self) -> Option<Self> {
        if self.len() != other.len() {
            return None;
        }
        let mut differing = (0..self.len()).filter(|at| self.at(*at) != other.at(*at));
        match (differing.next(), differing.next()) {
            (None, _) => Some(self.clone()),
            (Some(at), None) => Some(self.with(at, self.at(at).or(other.at(at)))),
            _ => None,
        }
    }

    pub(crate) fn write(&self, to: &mut String, has_ranges: bool) {
        self.keys().for_each(|keys| keys.write(to, has_ranges));
    }

    pub(crate) fn text(&self, has_ranges: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, has_ranges);
        text
    }
}

/// The same sequences in fewer patterns.
pub(crate) fn merged(patterns: impl IntoIterator<Item = Pattern>) -> Vec<Pattern> {
    let mut done: Vec<Pattern> = Vec::new();
    for mut pattern in patterns {
        // Merged with one, it may now fit another.
        while let Some((at, both)) =
            done.iter().enumerate().find_map(|(at, old)| old.merged(&pattern).map(|both| (at, both)))
        {
            done.remove(at);
            pattern = both;
        }
        done.push(pattern);
    }
    done
}

/// All other sequences than those that begin with one of `complete`.
///
/// None of them overlaps with `complete`, so a device that waits as long as any sequence can go on does not wait there.
#[derive(Debug)]
pub(crate) struct Others {
    /// Beginnings of `complete`, which are nothing else when they are longer.
    pub(crate) beginnings: Vec<Pattern>,
    /// Patterns that may go on with any keys, or with none.
    pub(crate) open: Vec<Pattern>,
}

impl Others {
    pub(crate) fn than(complete: &[Pattern]) -> Self {
        let mut others = Self { beginnings: Vec::new(), open: Vec::new() };
        // Where one may be after so many keys: how one came there, and what it may still become.
        let mut places: Vec<(Vec<&Pattern>, Vec<Pattern>)> =
            vec![(complete.iter().collect(), vec![Pattern::new(Vec::new())])];
        let mut length = 0;
        while !places.is_empty() {
            let mut next: Vec<(Vec<&Pattern>, Vec<Pattern>)> = Vec::new();
            for (alive, ways) in &places {
                for (keys, still_alive) in split(alive, length) {
                    let ways = ways.iter().map(|way| way.then([keys]));
                    match next.iter_mut().find(|(other, _)| *other == still_alive) {
                        Some((_, known)) => known.extend(ways),
                        None => next.push((still_alive, ways.collect())),
                    }
                }
            }
            length += 1;
            let (open, on) = next.into_iter().partition::<Vec<_>, _>(|(alive, _)| alive.is_empty());
            others.open.extend(merged(open.into_iter().flat_map(|(_, ways)| ways)));
            places = on
                .into_iter()
                .filter(|(alive, _)| alive.iter().all(|pattern| pattern.len() > length))
                .map(|(alive, ways)| (alive, merged(ways)))
                .collect();
            others.beginnings.extend(merged(places.iter().flat_map(|(_, ways)| ways.iter().cloned())));
        }
        others
    }
}

/// The keys that may come at a place, by which of the patterns they leave alive.
fn split<'p>(alive: &[&'p Pattern], at: usize) -> Vec<(Keys, Vec<&'p Pattern>)> {
    let mut groups: Vec<(Keys, Vec<&Pattern>)> = Vec::new();
    for key in Keys::ALL.iter() {
        let Some(one) = Keys::one(key) else { continue };
        let still: Vec<_> = alive.iter().copied().filter(|pattern| pattern.at(at).holds(key)).collect();
        match groups.iter_mut().find(|(_, other)| *other == still) {
            Some((keys, _)) => *keys = keys.or(one),
            None => groups.push((one, still)),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(patterns: &[Pattern]) -> Vec<String> {
        patterns.iter().map(|pattern| pattern.text(true)).collect()
    }

    #[test]
    fn sets_are_written_as_people_do() {
        let keys = |text: &str| text.chars().filter_map(Keys::one).fold(Keys(0), Keys::or);
        for (set, ranges, none) in [
            ("5", "5", "5"),
            ("#", "#", "#"),
            ("0123456789", "x", "x"),
            ("0123456789*#", "[0-9*#]", "[0123456789*#]"),
            ("023456789*", "[02-9*]", "[023456789*]"),
            ("2346", "[2-46]", "[2346]"),
            ("12*#", "[12*#]", "[12*#]"),
            ("78", "[78]", "[78]"),
            ("*#", "[*#]", "[*#]"),
        ] {
            for (has_ranges, expected) in [(true, ranges), (false, none)] {
                let mut text = String::new();
                keys(set).write(&mut text, has_ranges);
                assert_eq!(text, expected, "{set}");
            }
        }
    }

    #[test]
    fn what_remains_without_a_country() {
        let ten = Pattern::new([vec![Keys::TWO_TO_EIGHT], vec![Keys::DIGITS; 2]].concat());
        let without = |start: &str| texts(&ten.without(&Pattern::exactly(start).unwrap()));
        assert_eq!(without("52"), ["[2-46-8]xx", "5[013-9]x"]);
        assert_eq!(without("9"), ["[2-8]xx"]);
        assert!(ten.without(&Pattern::new(vec![Keys::TWO_TO_NINE])).is_empty());
    }

    #[test]
    fn others_than_911() {
        let others = Others::than(&[Pattern::exactly("911").unwrap()]);
        assert_eq!(texts(&others.beginnings), ["9", "91"]);
        assert_eq!(texts(&others.open), ["[0-8*#]", "9[02-9*#]", "91[02-9*#]"]);
    }

    #[test]
    fn patterns_that_differ_in_one_key_become_one() {
        let codes = ["211", "411", "311", "*5"].map(|code| Pattern::exactly(code).unwrap());
        assert_eq!(texts(&merged(codes)), ["[2-4]11", "*5"]);
    }
}
