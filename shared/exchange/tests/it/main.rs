//! Calls played against an exchange, without a service.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

mod desk;
mod dials;
mod documents;
mod gathers;
mod properties;
