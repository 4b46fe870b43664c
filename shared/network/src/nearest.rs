//! The word that a misspelt one most likely means.

/// The known key or name that a misspelt one most likely means. An empty one means none.
#[must_use]
pub fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    if key.is_empty() {
        return None;
    }
    known
        .iter()
        .map(|&candidate| (edits(&key.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= 1 + candidate.len() / 5)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance.
pub(crate) fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in (1..).zip(a.chars()) {
        let mut cells = row.iter_mut();
        let Some(first) = cells.next() else { break };
        let mut diagonal = std::mem::replace(first, i);
        let mut left = i;
        for (above, y) in cells.zip(b.chars()) {
            let cost = (diagonal + usize::from(x != y)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, cost);
            left = cost;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples by which the distance of Levenshtein (1966) is taught. It is the same in both directions.
    #[test]
    fn words_are_as_far_apart_as_the_textbooks_say() {
        for (one, other, distance) in [
            ("kitten", "sitting", 3),
            ("saturday", "sunday", 3),
            ("flaw", "lawn", 2),
            ("gumbo", "gambol", 2),
            ("intention", "execution", 5),
            ("ab", "ba", 2),
            ("bxc", "abc", 2),
            ("xabc", "abc", 1),
            ("", "lobby", 5),
            ("lobby", "lobby", 0),
            // Letters, not bytes.
            ("café", "cafe", 1),
        ] {
            assert_eq!(edits(one, other), distance, "{one} {other}");
            assert_eq!(edits(other, one), distance, "{other} {one}");
        }
    }

    /// A slip in a short name, and one more for every five letters, is taken for what was meant: more would be another word.
    #[test]
    fn a_hint_is_given_for_a_slip_and_for_nothing_else() {
        for (key, known, hint) in [
            ("hos", "host", Some("host")),
            ("hots", "host", None),
            ("lby", "lobby", Some("lobby")),
            ("ly", "lobby", None),
            ("nubmer", "number", Some("number")),
            ("caller", "caller_id", None),
            ("callerid", "caller_id", Some("caller_id")),
            ("callxr_xd", "caller_id", Some("caller_id")),
            ("calxxr_xd", "caller_id", None),
            ("rng_tmout", "ring_timeout", Some("ring_timeout")),
            ("rng_tmot", "ring_timeout", None),
            ("Language", "language", Some("language")),
            ("zzz", "number", None),
        ] {
            assert_eq!(nearest(key, &[known]), hint, "{key}");
        }
        assert_eq!(nearest("calls", &["codes", "call"]), Some("call"), "the nearest of several");
    }
}
