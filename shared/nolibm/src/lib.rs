//! `pow`, so that `libm.so` is not loaded for it.
//!
//! tokio's scheduler for many threads raises one number to a power. Functions have one thread and never get there, but
//! the code is linked, and for its sake the dynamic linker maps a whole library at each cold start, runs the
//! selection of its processor-specific variants and takes its page faults. docs/performance.md has what that costs.

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
        for (base, exponent) in [(2.0, 10.0), (0.9, 3.0), (2.0, -0.5), (0.0, 0.0), (-8.0, 3.0), (1.5, 40.25)]
        {
            let (ours, expected) = (super::pow(base, exponent), f64::powf(base, exponent));
            assert!((ours - expected).abs() <= expected.abs() * f64::EPSILON, "{base} {exponent}");
        }
        assert!(super::pow(-1.0, 0.5).is_nan());
    }
}
