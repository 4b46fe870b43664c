//! Options that `plan` and `apply` share.

use clap::Args;
use provision::Options;

/// What may be changed beyond the usual.
#[derive(Args, Clone, Copy)]
pub(super) struct Wanted {
    /// Numbers that the file asks for (number = { buy = "503" }) may be bought.
    #[arg(long)]
    buy: bool,

    /// Numbers, and a SIP domain, that another stage or another network of Dialtone keeps are taken over.
    #[arg(long)]
    take_over: bool,

    /// Every password that is known is set again, whatever Twilio has.
    #[arg(long)]
    set_passwords: bool,
}

impl Wanted {
    pub(super) fn options(self) -> Options {
        Options {
            buy: self.buy,
            take_over: self.take_over,
            set_passwords: self.set_passwords,
            release_numbers: false,
        }
    }
}
