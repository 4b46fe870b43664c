//! Where things lie.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// This package.
pub(crate) fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace.
pub(crate) fn repository() -> &'static Path {
    tests().parent().unwrap()
}

/// Cargo's target directory.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// A new directory, for one test alone.
pub(crate) fn scratch() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("it-{}-{count}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
