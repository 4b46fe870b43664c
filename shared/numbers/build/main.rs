//! Turns the metadata of the crate `phonenumber` into two small Rust files.
//!
//! `nanp.rs`: every North American pattern, multiplied into one table. `countries.rs`: country calling codes and
//! regions. So a call inside North America needs neither the metadata nor a regular expression: loading and compiling
//! those takes 60 ms, thirty times everything else that a cold start does.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a build that cannot make the tables must stop loudly"
)]
#![expect(clippy::print_stdout, reason = "so a build script speaks to Cargo")]

use std::path::Path;
use std::{env, fs};

mod automaton;
mod countries;
mod nanp;

/// The order in which patterns decide, shared with the crate itself.
#[path = "../src/rules.rs"]
#[expect(unreachable_pub, reason = "public in the crate")]
mod rules;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/rules.rs");
    let folder = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    let write = |name: &str, text: String| {
        fs::write(Path::new(&folder).join(name), text).expect("OUT_DIR can be written");
    };
    write("nanp.rs", nanp::generate());
    write("countries.rs", countries::generate());
}
