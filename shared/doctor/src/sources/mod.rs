//! Everything that is asked, all at once.

pub(crate) mod alerts;
pub(crate) mod certificate;
pub(crate) mod delivery;
pub(crate) mod probe;
pub(crate) mod traces;
pub(crate) mod waiting;

use jiff::Timestamp;
use network::{Finding, Network};
use provision::{Account, Keyring, Plan, Wishes, difference};
use samconfig::Stack;
use twilio::{Client, CountryPermission, PhoneNumber, SipDomain};
use webhook::AuthToken;

use self::alerts::{Alerts, alerts};
use self::certificate::{CertificateError, expiry};
use self::delivery::{Delivery, delivery};
use self::probe::{Probe, probe};
use self::traces::{Sightings, sightings};
use self::waiting::{Watch, result};

/// An answer, or why there is none.
type Asked<T> = Result<T, Finding>;

/// The findings of all sources.
pub struct Sources {
    /// The plan of `dialtone apply`.
    pub(crate) plan: Asked<Plan>,
    pub(crate) numbers: Asked<Vec<PhoneNumber>>,
    pub(crate) domain: Asked<Option<SipDomain>>,
    pub(crate) permissions: Asked<Vec<CountryPermission>>,
    pub(crate) alerts: Asked<Alerts>,
    pub(crate) sightings: Asked<Sightings>,
    pub(crate) probe: Probe,
    pub(crate) delivery: Delivery,
    /// None where there is no TLS.
    pub(crate) certificate: Option<Result<Timestamp, CertificateError>>,
}

/// The questions to the account itself.
struct Look {
    account: twilio::Result<Account>,
    numbers: Asked<Vec<PhoneNumber>>,
    domain: Asked<Option<SipDomain>>,
}

impl Sources {
    /// Asks Twilio and the service everything at the same time, and changes nothing.
    ///
    /// `token` signs the requests to the service; `stack` is where it runs on AWS, if it does. `tell` gets a line when something takes longer than a second.
    pub fn ask(
        client: &Client,
        network: &Network,
        wishes: &Wishes,
        keyring: &dyn Keyring,
        (token, stack): (Option<&AuthToken>, Option<&Stack>),
        now: Timestamp,
        tell: &dyn Fn(&str),
    ) -> Self {
        std::thread::scope(|scope| {
            let stage = network.stage();
            let mut watch = Watch::new();
            let look = watch.spawn(scope, "the account", || Look::at(client, wishes));
            let permissions = watch.spawn(scope, "its permissions", || client.dialing_permissions());
            let reported = watch.spawn(scope, "its alerts", || alerts(client, network, now));
            let seen = watch.spawn(scope, "its calls", || sightings(client, network, now));
            let web = watch.spawn(scope, "the service", || probe(stage, token));
            let events = watch.spawn(scope, "its events", || delivery(stage, stack, now));
            let certificate = watch.spawn(scope, "its certificate", || expiry(stage.public_url.as_str()));
            watch.wait(tell);
            let Look { account, numbers, domain } = result(look);
            let plan = account.map(|account| difference(wishes, &account, keyring));
            Self {
                plan: plan.map_err(silence_of),
                numbers,
                domain,
                permissions: result(permissions).map_err(silence_of),
                alerts: result(reported).map_err(silence_of),
                sightings: result(seen).map_err(silence_of),
                probe: result(web),
                delivery: result(events),
                certificate: result(certificate),
            }
        })
    }

    /// Why nothing was heard of Twilio, if nothing was.
    pub fn silence(&self) -> Option<&Finding> {
        let first = self.plan.as_ref().err()?;
        let rest = [
            self.numbers.is_err(),
            self.domain.is_err(),
            self.permissions.is_err(),
            self.alerts.is_err(),
            self.sightings.is_err(),
        ];
        rest.into_iter().all(|is_err| is_err).then_some(first)
    }
}

impl Look {
    fn at(client: &Client, wishes: &Wishes) -> Self {
        match Account::read(client, &wishes.names, &wishes.domain_name, &|_, _| {}) {
            // Permissions have rows of their own, so the comparison goes without them.
            Ok(account) => Self {
                numbers: Ok(account.numbers.clone()),
                domain: Ok(account.domain.as_ref().map(|domain| domain.domain.clone())),
                account: Ok(account),
            },
            // A key that may not read credentials may still read what matters for 911.
            Err(error) if error.status().is_some_and(|status| status != 401) => Self {
                numbers: client.numbers().map_err(silence_of),
                domain: client.sip_domains().map_err(silence_of).map(|domains| {
                    let is_ours =
                        |domain: &SipDomain| domain.domain_name.eq_ignore_ascii_case(&wishes.domain_name);
                    domains.into_iter().find(is_ours)
                }),
                account: Err(error),
            },
            Err(error) => Self {
                numbers: Err(silence_of(error.clone())),
                domain: Err(silence_of(error.clone())),
                account: Err(error),
            },
        }
    }
}

/// Why Twilio does not say something, and what to do.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn silence_of(error: twilio::Error) -> Finding {
    Finding::new(error.request(), error.to_string(), error.remedy().unwrap_or("run the doctor again"))
}
