//! Turns the metadata of the crate `phonenumber` into two small Rust files.
//!
//! `world.rs`: the patterns of all countries, multiplied into one table. `countries.rs`: country calling codes and
//! regions. So whether a number can exist is decided with neither the metadata nor a regular expression: loading and
//! compiling those takes 60 ms, thirty times everything else that a cold start does.

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
mod rules;
mod table;
mod world;

/// Shared with the crate itself.
#[path = "../src/kind.rs"]
#[expect(unreachable_pub, reason = "public in the crate")]
mod kind;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/kind.rs");
    let folder = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    let write = |name: &str, text: String| {
        fs::write(Path::new(&folder).join(name), text).expect("OUT_DIR can be written");
    };
    write("world.rs", table::generate(&world::build()));
    write("countries.rs", countries::generate());
}
