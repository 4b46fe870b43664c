//! The text of `world.rs`, the table as the crate reads it.

use std::fmt::Write as _;

use crate::world::{State, World};

/// Every state is a number: verdicts first, then rows.
pub(crate) fn generate(world: &World) -> String {
    let World { starts, classes, verdicts, rows } = world;
    let (verdicts, rows, classes) = (&verdicts.all, &rows.all, &classes.all);
    let first_row = verdicts.len();
    assert!(first_row + rows.len() <= usize::from(u16::MAX), "states are u16");
    let number = |state: &State| match *state {
        State::Verdict(verdict) => verdict,
        State::Row(row) => first_row + row,
    };
    let entries: usize = verdicts.iter().map(Vec::len).sum();
    let bytes = rows.len() * 22 + entries * 4 + first_row * 2 + classes.len() * 3 + starts.len() * 4;
    let mut text = format!("// {} rows, {first_row} verdicts, {bytes} bytes.\n\n", rows.len());

    let _ = writeln!(
        text,
        "/// Country calling codes in order, each with the state after it.\n\
         pub(crate) static STARTS: [(u16, u16); {}] = [",
        starts.len()
    );
    starts.iter().for_each(|(code, state)| {
        let _ = writeln!(text, "    ({code}, {}),", number(state));
    });
    let _ = writeln!(
        text,
        "];\n\n/// States below this one are verdicts.\npub(crate) const FIRST_ROW: u16 = {first_row};\n\n\
         /// The next state by digit, or, in the eleventh place, if the number ends.\n\
         pub(crate) static NEXT: [[u16; 11]; {}] = [",
        rows.len()
    );
    for row in rows {
        let _ = writeln!(text, "    {:?},", row.map(|state| number(&state)));
    }
    let _ = writeln!(
        text,
        "];\n\n/// Where the cases of each verdict begin; those of the next one follow.\n\
         pub(crate) static VERDICTS: [u16; {}] = [",
        first_row + 1
    );
    let mut at = 0;
    for length in verdicts.iter().map(Vec::len).chain([0]) {
        let _ = writeln!(text, "    {at},");
        at += length;
    }
    let _ = writeln!(
        text,
        "];\n\n/// Lengths after the calling code, and what numbers are that are so long.\n\
         pub(crate) static CASES: [(u8, u16); {entries}] = ["
    );
    for (length, class) in verdicts.iter().flatten() {
        let _ = writeln!(text, "    ({length}, {class}),");
    }
    let _ = writeln!(
        text,
        "];\n\n/// What numbers are.\npub(crate) static CLASSES: [Found; {}] = [",
        classes.len()
    );
    for (region, kind) in classes {
        let _ = writeln!(text, "    Found {{ region: Region::new(*b\"{region}\"), kind: Kind::{kind:?} }},");
    }
    text.push_str("];\n");
    text
}
