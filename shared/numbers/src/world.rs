//! The table of all countries: what follows each calling code, digit by digit.

use generated::{CASES, CLASSES, FIRST_ROW, NEXT, STARTS, VERDICTS};

use crate::countries::Region;
use crate::found::Found;
use crate::kind::Kind;

/// Looks up a number by its calling code and the digits after it; nothing if it cannot exist.
pub(crate) fn find(code: u16, national: &str) -> Option<Found> {
    let state = walk(code, national)?;
    let verdict = row(state).map_or(state, |[.., end]| *end);
    let (_, class) = cases(verdict).iter().find(|(length, _)| usize::from(*length) == national.len())?;
    CLASSES.get(usize::from(*class)).copied()
}

/// The region of all numbers that begin so, if it is one.
pub(crate) fn region(code: u16, beginning: &str) -> Option<Region> {
    let start = walk(code, beginning)?;
    // Every call asks for a region, so only what is reached is looked at. A row leads to states before it.
    let mut reached = vec![false; usize::from(start) + 1];
    let mut ahead = vec![start];
    let mut region = None;
    while let Some(state) = ahead.pop() {
        if std::mem::replace(reached.get_mut(usize::from(state))?, true) {
            continue;
        }
        ahead.extend(row(state).into_iter().flatten());
        let mut classes = cases(state).iter().filter_map(|(_, class)| CLASSES.get(usize::from(*class)));
        if !classes.all(|found| *region.get_or_insert(found.region) == found.region) {
            return None;
        }
    }
    region
}

/// Whether any number begins so.
pub(crate) fn leads_on(code: u16, beginning: &str) -> bool {
    walk(code, beginning).is_some_and(|state| row(state).is_some() || !cases(state).is_empty())
}

/// The state after some digits.
fn walk(code: u16, digits: &str) -> Option<u16> {
    let index = STARTS.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    let (_, mut state) = *STARTS.get(index)?;
    for byte in digits.bytes() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        if let Some(row) = row(state) {
            state = *row.get(usize::from(digit))?;
        }
    }
    Some(state)
}

fn row(state: u16) -> Option<&'static [u16; 11]> {
    NEXT.get(usize::from(state.checked_sub(FIRST_ROW)?))
}

/// The decisions of a state, by the length of the number: none as long as it is a row.
fn cases(state: u16) -> &'static [(u8, u16)] {
    let state = usize::from(state);
    match (VERDICTS.get(state), VERDICTS.get(state + 1)) {
        (Some(from), Some(to)) => CASES.get(usize::from(*from)..usize::from(*to)).unwrap_or_default(),
        _ => &[],
    }
}

/// Written by `build/table.rs`.
mod generated {
    use super::{Found, Kind, Region};

    include!(concat!(env!("OUT_DIR"), "/world.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_small_and_sound() {
        let sizes = [size_of_val(&NEXT), size_of_val(&VERDICTS), size_of_val(&CASES), size_of_val(&CLASSES)];
        assert!(sizes.iter().sum::<usize>() < 256 * 1024, "{sizes:?} bytes");
        let states = usize::from(FIRST_ROW) + NEXT.len();
        assert_eq!(usize::from(FIRST_ROW) + 1, VERDICTS.len());
        assert!(VERDICTS.is_sorted() && VERDICTS.last().copied().map(usize::from) == Some(CASES.len()));
        assert!(CASES.iter().all(|(_, class)| usize::from(*class) < CLASSES.len()));
        assert!(STARTS.iter().all(|(_, state)| usize::from(*state) < states));
        // Rows are written after the rows they lead to, so no walk is longer than the digits.
        for (row, next) in NEXT.iter().enumerate() {
            assert!(next.iter().all(|state| usize::from(*state) < usize::from(FIRST_ROW) + row));
        }
    }

    #[test]
    fn only_digits_lead_on() {
        assert!(find(44, "2079460123").is_some());
        // The neighbours of the digits in ASCII are `/` and `:`.
        for national in [
            "",
            "207946012",
            "207946012x",
            "2079460123x",
            "/079460123",
            ":079460123",
            "207946012/",
            "207946012:",
            "２０７９４６０１２３",
        ] {
            assert_eq!(find(44, national), None, "{national:?}");
        }
        assert_eq!(find(0, "2079460123"), None);
    }
}
