//! `dialtone plan`

use clap::Args;
use setup::Cost;

use super::connection::Connection;
use super::wanted::Wanted;
use crate::answer;
use crate::exit::{Outcome, Result};

/// Shows what `apply` would change in Twilio, and changes nothing.
///
/// The file is compared with the account: credential lists, credentials, the SIP domain and its mappings, numbers,
/// emergency addresses, and where the account may call. `+` is made, `~` is changed, `-` is taken away, `$` is bought.
/// What belongs to others is never touched: a resource is this network's if its name in Twilio says so
/// (dialtone:NETWORK:STAGE), and numbers and the SIP domain if the file names them.
///
/// What does not fit a page is shown by kinds: --all shows every field. In the end it says what the numbers and the
/// emergency addresses cost a month once the plan is carried out, what is paid at once, and where the prices come from.
///
/// TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET) name the account.
///
/// Exit codes: 0 nothing to do; 1 there are changes, or the network is not whole and a person has to see to it; 2 wrong
/// usage or a bad file; 3 Twilio failed.
#[derive(Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    wanted: Wanted,

    /// Shows every field of every change, however many there are.
    #[arg(long)]
    all: bool,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(crate) fn run(self) -> Result {
        let session = self.connection.open()?;
        let wishes = self.wanted.wishes(&session.file, &session.network)?;
        let former = session.former(&wishes)?;
        let wishes = wishes.formerly(&former);
        let passwords = self.connection.passwords_of(&session.network, &former)?;
        let compared = session.compare(wishes, &passwords)?;
        let cost = Cost::of(&session.client, &compared);
        let plan = &compared.plan;
        let (network, stage) = (session.network.name(), &session.network.stage().name);
        let is_whole = plan.is_empty() && plan.obstacles.is_empty();
        let outcome = if is_whole { Outcome::Done } else { Outcome::No };
        if self.json {
            return Ok(answer::print(outcome, setup::json_of(network, stage, plan, &cost)));
        }
        setup::print(network, stage, plan, self.all);
        cost.print();
        Ok(outcome)
    }
}
