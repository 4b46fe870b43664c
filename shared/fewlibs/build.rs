//! Asks the linker for the unwinder as code, ahead of the standard library, which asks for it as a shared library.

use std::env;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let mut cargo = io::stdout().lock();
    writeln!(cargo, "cargo:rerun-if-changed=build.rs")?;
    // Elsewhere there is no such library, or no other.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        writeln!(cargo, "cargo:rustc-link-lib=gcc_eh")?;
    }
    Ok(())
}
