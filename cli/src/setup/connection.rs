//! The network, the account and the passwords that a command works with.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use network::{Finding, Network, NetworkFile};
use provision::{Account, Options, Plan, Wishes, difference, finding_of, former_owners, settled};
use twilio::{Client, Hosts, Secret, Wait};

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

/// What is wanted, what is there, and what lies between.
pub(super) struct Compared {
    pub(super) wishes: Wishes,
    pub(super) account: Account,
    pub(super) plan: Plan,
}

/// Says that the command waits for Twilio. Requests are made side by side, so one line holds for all that wait.
fn tell_waits() -> impl Fn(Wait) + Send + Sync {
    let told_until = Mutex::new(Instant::now());
    move |wait| {
        let mut told_until = told_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if *told_until <= now {
            output::aside(&words_for(wait));
            *told_until = now + wait.pause;
        }
    }
}

fn words_for(Wait { asked, pause }: Wait) -> String {
    let seconds = pause.as_secs();
    match asked {
        Some(asked) if asked > pause => {
            format!("Twilio asks us to wait {} s; asking again in {seconds} s", asked.as_secs())
        }
        Some(asked) if !asked.is_zero() => format!("Twilio asks us to wait {} s", asked.as_secs()),
        _ => format!("Twilio is busy, or hard to reach; asking again in {seconds} s"),
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

const NO_SID: &str = "TWILIO_ACCOUNT_SID is not set: the account's SID, AC and 32 digits";
const NO_TOKEN: &str =
    "TWILIO_AUTH_TOKEN is not set: the account's auth token (or TWILIO_API_KEY and TWILIO_API_SECRET)";

/// The account from the environment. All that is missing is named at once.
fn credentials() -> Result<(twilio::Account, String)> {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let sid = read("TWILIO_ACCOUNT_SID");
    // Several tokens stand there while one is rotated; the first is the one in force.
    let token = read("TWILIO_AUTH_TOKEN")
        .and_then(|tokens| tokens.split(',').map(str::trim).find(|t| !t.is_empty()).map(str::to_owned));
    let key = read("TWILIO_API_KEY").zip(read("TWILIO_API_SECRET").or_else(|| read("TWILIO_API_KEY_SECRET")));
    let account = match (sid.as_deref(), token, key) {
        (Some(sid), _, Some((key, secret))) => {
            twilio::Account::with_key(sid.trim(), key.trim(), Secret::new(secret.trim().to_owned()))
        }
        (Some(sid), Some(token), None) if read("TWILIO_PARENT_ACCOUNT_SID").is_some() => {
            let parent = read("TWILIO_PARENT_ACCOUNT_SID").unwrap_or_default();
            twilio::Account::with_token_of_parent(sid.trim(), parent.trim(), Secret::new(token))
        }
        (Some(sid), Some(token), None) => twilio::Account::with_token(sid.trim(), Secret::new(token)),
        (sid, token, None) => {
            let mut missing = Vec::new();
            if sid.is_none() {
                missing.push(NO_SID);
            }
            if token.is_none() {
                missing.push(NO_TOKEN);
            }
            return Err(Failure::found(
                Outcome::Usage,
                missing.into_iter().map(|what| Finding::new("", what, "")),
            ));
        }
        (None, ..) => {
            return Err(Failure::usage("", NO_SID, ""));
        }
    };
    let account = account.map_err(|error| Failure::usage("", error, error.remedy()))?;
    Ok((account, sid.unwrap_or_default().trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_said_in_seconds() {
        let words = |asked: Option<u64>, pause| {
            words_for(Wait { asked: asked.map(Duration::from_secs), pause: Duration::from_secs(pause) })
        };
        assert_eq!(words(Some(20), 23), "Twilio asks us to wait 20 s");
        assert_eq!(words(Some(100), 35), "Twilio asks us to wait 100 s; asking again in 35 s");
        assert!(words(None, 3).contains("asking again in 3 s"));
    }
}
