//! Golden files.

use std::fs;

use super::paths::tests;

/// Compares `actual` with `golden/<name>`, or writes that file when `DIALTONE_OVERWRITE` is set.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = tests().join("golden").join(name);
    if std::env::var_os("DIALTONE_OVERWRITE").is_some() {
        fs::write(&path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let line = expected.lines().zip(actual.lines()).position(|(expected, actual)| expected != actual);
    let line = line.unwrap_or_else(|| expected.lines().count().min(actual.lines().count()));
    panic!(
        "{} differs from line {} on; if that is meant, run with DIALTONE_OVERWRITE=1\n  golden: {:?}\n  actual: {:?}",
        path.display(),
        line + 1,
        expected.lines().nth(line),
        actual.lines().nth(line),
    );
}
