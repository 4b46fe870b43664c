//! The network, the account and the passwords that a command works with.

use std::path::PathBuf;

use clap::Args;
use network::{Finding, Network, NetworkFile};
use provision::{Account, Options, Wishes, difference, finding_of, former_owners, settled};
use setup::{Compared, tell_waits};
use twilio::{Client, EnvironmentError, Hosts};

use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use crate::output;
use passwords::{Passwords, given};

/// What every command about an account takes.
#[derive(Args, Clone)]
pub(crate) struct Connection {
    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    /// Where Twilio's API is, all of its hosts. Only tests and proxies need it.
    #[arg(long, value_name = "URL", env = "TWILIO_API_BASE")]
    endpoint: Option<String>,

    /// The file of the phones' passwords. Default: dialtone/NETWORK/STAGE.passwords.json in the user's own state
    /// folder (XDG_STATE_HOME, or else ~/.local/state). Git must not see it.
    #[arg(long, value_name = "FILE", env = "DIALTONE_PASSWORDS_FILE")]
    pub(crate) passwords: Option<PathBuf>,
}

/// A network, seen from its stage, and the account it lives in.
pub(crate) struct Session {
    pub(crate) file: NetworkFile,
    pub(crate) network: Network,
    pub(crate) client: Client,
    /// The account's SID.
    pub(crate) account_sid: String,
}

impl Connection {
    /// Reads the file and the environment, and says everything that is wrong with either. Nothing is asked yet.
    pub(crate) fn open(&self) -> Result<Session> {
        // The passwords that are given are read where they are wanted; here they are only not to be wrong.
        let environment = both(
            both(credentials(), hosts(self.endpoint.as_deref())),
            given().map(drop).map_err(Failure::from),
        );
        let ((file, network), (((account, sid), hosts), ())) = both(self.read(), environment)?;
        let stage = network.stage();
        if !stage.has_domain_of_twilio() {
            return Err(Failure::usage(
                self.network.config.display(),
                format!(
                    "stages.{}.sip_domain: {} is not a SIP domain of Twilio",
                    stage.name, stage.sip_domain
                ),
                "write NAME.sip.twilio.com with a name of your own",
            ));
        }
        let client = Client::new(account, hosts).on_wait(tell_waits());
        Ok(Session { file, network, client, account_sid: sid })
    }

    /// The file, and the network from its stage.
    pub(crate) fn read(&self) -> Result<(NetworkFile, Network)> {
        let file = self.network.file()?;
        let stage = self.network.stage(&file)?;
        let network = file.network(&stage).map_err(|problems| self.network.bad_file(&problems))?;
        Ok((file, network))
    }

    /// The passwords of a stage that was called differently once, to be read.
    pub(super) fn passwords_of(&self, network: &Network, former: &[String]) -> Result<Passwords> {
        Ok(Passwords::open_of(self.passwords.as_deref(), network.name(), &network.stage().name, former)?)
    }

    /// The passwords, to be read.
    pub(crate) fn passwords(&self, network: &Network) -> Result<Passwords> {
        Ok(Passwords::open(self.passwords.as_deref(), network.name(), &network.stage().name)?)
    }

    /// The passwords, to be changed too. Only one process has them so.
    pub(crate) fn passwords_to_write(&self, network: &Network) -> Result<Passwords> {
        self.passwords_to_write_of(network, &[])
    }

    /// The same of a stage that was called differently once.
    pub(super) fn passwords_to_write_of(&self, network: &Network, former: &[String]) -> Result<Passwords> {
        let name = &network.stage().name;
        Ok(Passwords::open_to_write_of(self.passwords.as_deref(), network.name(), name, former)?)
    }
}

impl Session {
    /// Reads the account and compares it with what is wanted.
    pub(super) fn compare(&self, wishes: Wishes, passwords: &Passwords) -> Result<Compared> {
        let under_way = output::Progress::counted("reading the account at Twilio");
        let told = |done, total| under_way.tell(done, total);
        let waits = || output::aside("waiting: Twilio's lists do not show everything yet");
        let account = settled(&self.client, &wishes, passwords, &told, &waits)
            .map_err(|error| Failure::found(Outcome::OtherSide, [finding_of("", &error)]))?;
        drop(under_way);
        let account = account.with_permissions(&self.client);
        let plan = difference(&wishes, &account, passwords);
        Ok(Compared { wishes, account, plan })
    }

    /// What the stage was called before it was renamed, if it is to be taken over.
    pub(super) fn former(&self, wishes: &Wishes) -> Result<Vec<String>> {
        if !wishes.options.take_over {
            return Ok(Vec::new());
        }
        let _under_way = output::Progress::of("looking what the network was called before");
        former_owners(&self.client, wishes)
            .map_err(|error| Failure::found(Outcome::OtherSide, [finding_of("", &error)]))
    }

    /// Reads the account, as far as it is of interest to a stage.
    pub(super) fn account(&self, wishes: &Wishes) -> Result<Account> {
        let under_way = output::Progress::counted("reading the account at Twilio");
        let told = |done, total| under_way.tell(done, total);
        Account::read(&self.client, &wishes.names, &wishes.domain_name, &told)
            .map_err(|error| Failure::found(Outcome::OtherSide, [finding_of("", &error)]))
    }
}

/// What a stage wants of Twilio.
pub(crate) fn wishes(file: &NetworkFile, network: &Network, options: Options) -> Wishes {
    let others = file
        .stages()
        .filter(|stage| *stage != network.stage().name)
        .filter_map(|stage| {
            Some((stage.to_owned(), file.network(stage).ok()?.stage().public_url.to_string()))
        })
        .collect();
    Wishes::new(network, others, options)
}

fn hosts(endpoint: Option<&str>) -> Result<Hosts> {
    match endpoint {
        Some(base) => {
            Hosts::all_at(base.trim_end_matches('/')).map_err(|error| Failure::usage("--endpoint", error, ""))
        }
        None => {
            let read = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
            let (region, edge) = (read("TWILIO_REGION"), read("TWILIO_EDGE"));
            Hosts::of_region(region.as_deref().map(str::trim), edge.as_deref().map(str::trim)).map_err(
                |error| {
                    Failure::usage(
                        "TWILIO_REGION, TWILIO_EDGE",
                        error,
                        "write a pair such as ie1 and dublin, or unset both for the United States",
                    )
                },
            )
        }
    }
}

/// A client for the account that the environment names, where there is no network file yet.
pub(crate) fn client_of_environment(endpoint: Option<&str>) -> Result<Client> {
    let ((account, _), hosts) = both(credentials(), hosts(endpoint))?;
    Ok(Client::new(account, hosts).on_wait(tell_waits()))
}

/// The account from the environment. All that is missing is named at once.
fn credentials() -> Result<(twilio::Account, String)> {
    let account = twilio::account_of(|name| std::env::var(name).ok()).map_err(|error| match error {
        EnvironmentError::Missing(missing) => {
            Failure::found(Outcome::Usage, missing.into_iter().map(|what| Finding::new("", what, "")))
        }
        EnvironmentError::Account(error) => Failure::usage("", error, error.remedy()),
    })?;
    let sid = account.sid().to_owned();
    Ok((account, sid))
}
