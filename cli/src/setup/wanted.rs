//! Options that `plan` and `apply` share.

use clap::Args;
use network::{Network, NetworkFile};
use provision::{Options, Wishes};

use super::connection::wishes;
use crate::exit::{Failure, Result};

/// What may be changed beyond the usual.
#[derive(Args, Clone)]
pub(super) struct Wanted {
    /// Numbers that the file asks for (number = { buy = "503" }) may be bought.
    #[arg(long)]
    buy: bool,

    /// The most numbers that this run buys; the rest waits for another run.
    #[arg(long, value_name = "N", requires = "buy")]
    max_purchases: Option<usize>,

    /// Numbers, and a SIP domain, that another stage or another network of Dialtone keeps are taken over. After a network or a stage
    /// was renamed, this renames everything that it has: phones keep their passwords, and nothing is left under the old name.
    #[arg(long)]
    take_over: bool,

    /// Every password that is known is set again, whatever Twilio has.
    #[arg(long)]
    set_passwords: bool,

    /// Changes these phones alone, with what they need, and says what it leaves. May be given again.
    #[arg(long, value_name = "PHONE", num_args = 1..)]
    only: Vec<String>,
}

impl Wanted {
    /// What the stage wants, as far as it was asked for.
    pub(super) fn wishes(&self, file: &NetworkFile, network: &Network) -> Result<Wishes> {
        if let Some(unknown) = self.only.iter().find(|phone| network.extension(phone).is_none()) {
            return Err(Failure::usage("--only", format!("there is no phone {unknown:?} in the file"), ""));
        }
        Ok(wishes(file, network, self.options()).only(self.only.clone()))
    }

    /// Whether nothing is left because only some phones were asked for.
    pub(super) fn is_whole(&self) -> bool {
        self.only.is_empty()
    }

    fn options(&self) -> Options {
        Options {
            buy: self.buy,
            max_purchases: self.max_purchases,
            take_over: self.take_over,
            set_passwords: self.set_passwords,
            release_numbers: false,
        }
    }
}
