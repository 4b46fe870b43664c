//! The few symbols for which a function would load `libm.so` and `libgcc_s.so`, in the function itself.
//!
//! The dynamic linker maps a library, relocates it and takes its page faults at each cold start, before `main`
//! (docs/performance.md has what that costs). A function needs little of these two:
//!
//! * **`pow`**, of `libm`: tokio's scheduler for many threads raises one number to a power. Functions have one thread and
//!   never get there, but the code is linked. Here it is Rust's own `pow`.
//! * **the unwinder**, of `libgcc_s`: a panic unwinds, so that it ends one request and not the process. GCC has the same
//!   code as an archive, `libgcc_eh`, which `build.rs` asks for.
//!
//! The crate is only linked, never called: `use fewlibs as _;`. `cargo xtask budget` counts the libraries that remain.

/// `base` raised to `exponent`, as C's `pow` (ISO C 7.12.7.4): the linker takes it instead of the C library's.
///
/// The function is that of `libm`, which Rust itself uses where there is no C library.
#[unsafe(no_mangle)]
pub extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

#[cfg(test)]
mod tests {
    #[test]
    fn powers_are_those_of_the_standard_library() {
        let expected =
            [(2.0, 10.0, 1024.0), (2.0, -1.0, 0.5), (0.0, 0.0, 1.0), (-8.0, 3.0, -512.0), (2.25, 0.5, 1.5)];
        for (base, exponent, power) in expected {
            assert!((super::pow(base, exponent) - power).abs() < 1e-12, "{base} {exponent}");
        }
        assert!(super::pow(-1.0, 0.5).is_nan());
    }

    #[test]
    fn a_panic_is_caught_and_drops_what_it_passes() {
        struct Noticed<'a>(&'a std::cell::Cell<bool>);
        impl Drop for Noticed<'_> {
            fn drop(&mut self) {
                self.0.set(true);
            }
        }
        let noticed = std::cell::Cell::new(false);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _noticed = Noticed(&noticed);
            panic!("over");
        }));
        assert!(caught.is_err() && noticed.get());
    }
}
