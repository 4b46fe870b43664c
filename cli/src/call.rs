//! Stub.
use clap::Args;

use crate::exit::{Outcome, Result};

/// Stub.
#[derive(Args)]
pub(crate) struct Call {}

impl Call {
    pub(crate) fn run(self) -> Result {
        Ok(Outcome::Done)
    }
}
