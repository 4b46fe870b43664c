//! The ledger, as the commands take it: where it lies, and what is read into it first.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use feed::{Feed, FeedError, Source};
use jiff::Timestamp;
use ledger::{Access, Ledger};
use network::Network;

use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output::Progress;
use crate::setup::Connection;

/// For how many days the ledger keeps what happened: a year, and a month to compare it with.
const DAYS: i64 = 400;

/// Which ledger, and what is read into it.
#[derive(Args, Clone)]
pub(crate) struct LedgerArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,

    /// The ledger. Default: dialtone/NETWORK/STAGE.ledger in the user's own state folder (XDG_STATE_HOME, or else
    /// ~/.local/state).
    #[arg(long, value_name = "FILE", env = "DIALTONE_LEDGER")]
    ledger: Option<PathBuf>,

    /// Reads what is new in this journal of `serve`, this file, or the files of this folder, into the ledger first: events,
    /// logs, exports of CloudWatch Logs. May be given several times.
    #[arg(long, value_name = "PATH")]
    from: Vec<PathBuf>,

    /// Reads what is new in the logs of the functions on AWS (CloudWatch Logs) into the ledger first. samconfig.toml names the
    /// stack and its region; credentials are AWS's own, as in AWS_PROFILE.
    #[arg(long)]
    aws: bool,

    /// The file that names the stack of the stage, for --aws.
    #[arg(long, value_name = "FILE", default_value = "./samconfig.toml")]
    samconfig: PathBuf,

    /// Asks Twilio for its lists of calls and alerts first: countries, prices, and calls that never reached Dialtone.
    /// TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or an API key) name the account.
    #[arg(long)]
    twilio: bool,

    /// For how many days the ledger keeps what happened.
    #[arg(long, value_name = "DAYS", default_value_t = DAYS, value_parser = clap::value_parser!(i64).range(1..=36_500))]
    keep: i64,
}

/// A ledger that is open, and the network that it is about.
pub(crate) struct Opened {
    pub(crate) network: Network,
    pub(crate) ledger: Ledger,
    pub(crate) path: PathBuf,
    pub(crate) sources: Vec<Source>,
}

impl LedgerArgs {
    /// Opens the ledger, and reads into it what is new.
    pub(crate) fn open(&self) -> Result<Opened> {
        let network = self.network().network()?;
        let path = feed::place(self.ledger.as_deref(), &network)?;
        // Without sources nothing is written, so that a page that is served meanwhile is not disturbed.
        let is_reader = self.from.is_empty() && !self.aws && !self.twilio && path.exists();
        let access = if is_reader { Access::Read } else { Access::Write };
        let mut ledger = feed::open(&path, access)?;
        let mut sources = self.sources(&network)?;
        if access == Access::Write {
            self.retain(&mut ledger)?;
            for source in &mut sources {
                let _under_way = Progress::of(&format!("reading {source}"));
                source.read(&mut ledger)?;
            }
            if self.twilio {
                let _under_way = Progress::of("asking Twilio for its lists of calls and alerts");
                self.read_lists(&mut ledger)?;
            }
        }
        Ok(Opened { network, ledger, path, sources })
    }

    /// Opens the ledger to write, and reads nothing yet: that is done beside the answers.
    pub(crate) fn open_unread(&self) -> Result<Opened> {
        let unread = Self { from: Vec::new(), aws: false, twilio: false, ..self.clone() };
        let opened = unread.open_to_write()?;
        Ok(Opened { sources: self.sources(&opened.network)?, ..opened })
    }

    fn sources(&self, network: &Network) -> Result<Vec<Source>> {
        Ok(feed::sources(&self.from, self.aws.then_some(&*self.samconfig), network)?)
    }

    /// Asks Twilio for its lists, if that is wanted.
    pub(crate) fn read_lists(&self, ledger: &mut Ledger) -> Result<()> {
        if !self.twilio {
            return Ok(());
        }
        let session = self.connection.open()?;
        Ok(feed::read_lists(ledger, &session.client, &session.network, Timestamp::now())?)
    }

    /// Fills the ledger while its pages are served. What went wrong is said once.
    pub(crate) fn feed(self, ledger: Ledger, sources: Vec<Source>) -> Feed {
        let mut told = BTreeSet::new();
        let tell = move |failure: Failure| {
            if told.insert(failure.findings().to_vec()) {
                failure.tell();
            }
        };
        let seldom = move |ledger: &mut Ledger| self.retain(ledger).and_then(|()| self.read_lists(ledger));
        Feed::start(ledger, sources, seldom, tell)
    }

    /// The same, to be written to.
    pub(crate) fn open_to_write(&self) -> Result<Opened> {
        let opened = self.open()?;
        let ledger = feed::open(&opened.path, Access::Write)?;
        Ok(Opened { ledger, ..opened })
    }

    /// The files, folders and journals that are read.
    pub(crate) fn from(&self) -> &[PathBuf] {
        &self.from
    }

    /// The network file and its stage.
    pub(crate) fn network(&self) -> &NetworkArgs {
        &self.connection.network
    }

    /// Forgets what is too old, once a day.
    pub(crate) fn retain(&self, ledger: &mut Ledger) -> Result<()> {
        feed::retain(ledger, self.keep, Timestamp::now()).map_err(failure)
    }
}

/// A failure of the ledger, with what to do about it. The cause is said, too.
pub(crate) fn failure(error: ledger::Error) -> Failure {
    FeedError::from(error).into()
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        let outcome = if error.is_usage() { Outcome::Usage } else { Outcome::OtherSide };
        Self::found(outcome, [error.finding()])
    }
}
