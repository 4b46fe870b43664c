//! The lab and real phones. Nothing leaves this machine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests are tests, and a test that cannot go on says so and stops"
)]

mod baresip;
mod registering;
mod registrar;
