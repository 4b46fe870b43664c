//! Everything that is asked, all at once.

use jiff::Timestamp;
use provision::{Account, Options, Plan, difference};
use twilio::{Client, CountryPermission, PhoneNumber, SipDomain};
use webhook::{AuthToken, AuthTokens};

use super::certificate::expiry;
use super::probe::{Probe, probe};
use super::report::Silence;
use super::traces::{Misses, Sightings, misses, sightings};
use super::waiting::{Watch, result};
use crate::passwords::Passwords;
use crate::setup::{Session, wishes};

/// An answer, or why there is none.
type Asked<T> = Result<T, Silence>;

/// What was found out.
pub(super) struct Sources {
    /// What `apply` would do.
    pub(super) plan: Asked<Plan>,
    pub(super) numbers: Asked<Vec<PhoneNumber>>,
    pub(super) domain: Asked<Option<SipDomain>>,
    pub(super) permissions: Asked<Vec<CountryPermission>>,
    pub(super) misses: Asked<Misses>,
    pub(super) sightings: Asked<Sightings>,
    pub(super) probe: Probe,
    /// None where there is no TLS.
    pub(super) certificate: Option<Result<Timestamp, String>>,
}

/// What is asked of the account itself.
struct Look {
    account: twilio::Result<Account>,
    numbers: Asked<Vec<PhoneNumber>>,
    domain: Asked<Option<SipDomain>>,
}

impl Sources {
    /// Asks everything at the same time.
    pub(super) fn ask(session: &Session, passwords: &Passwords, now: Timestamp) -> Self {
        let Session { network, client, .. } = session;
        let wishes = wishes(&session.file, network, Options::default());
        let token = token();
        std::thread::scope(|scope| {
            let stage = network.stage();
            let mut watch = Watch::new();
            let look = watch.spawn(scope, "the account", || Look::at(client, &wishes));
            let permissions = watch.spawn(scope, "its permissions", || client.dialing_permissions());
            let missed = watch.spawn(scope, "its alerts", || misses(client, network, now));
            let seen = watch.spawn(scope, "its calls", || sightings(client, network, now));
            let web = watch.spawn(scope, "the service", || probe(stage, token.as_ref()));
            let certificate = watch.spawn(scope, "its certificate", || expiry(&stage.public_url));
            watch.wait();
            let Look { account, numbers, domain } = result(look);
            let plan = account.map(|account| difference(&wishes, &account, passwords));
            Self {
                plan: plan.map_err(Silence::from),
                numbers,
                domain,
                permissions: result(permissions).map_err(Silence::from),
                misses: result(missed).map_err(Silence::from),
                sightings: result(seen).map_err(Silence::from),
                probe: result(web),
                certificate: result(certificate),
            }
        })
    }

    /// Why nothing was heard of Twilio, if nothing was.
    pub(super) fn trouble(&self) -> Option<&Silence> {
        let first = self.plan.as_ref().err()?;
        let rest = [
            self.numbers.is_err(),
            self.domain.is_err(),
            self.permissions.is_err(),
            self.misses.is_err(),
            self.sightings.is_err(),
        ];
        rest.into_iter().all(|is_err| is_err).then_some(first)
    }
}

impl Look {
    fn at(client: &Client, wishes: &provision::Wishes) -> Self {
        match Account::read(client, &wishes.names, &wishes.domain_name) {
            // Permissions have rows of their own, so the comparison goes without them.
            Ok(account) => Self {
                numbers: Ok(account.numbers.clone()),
                domain: Ok(account.domain.as_ref().map(|domain| domain.domain.clone())),
                account: Ok(account),
            },
            // Somebody whose key may not read credentials can still be told about 911.
            Err(error) if error.status().is_some_and(|status| status != 401) => Self {
                numbers: client.numbers().map_err(Silence::from),
                domain: client.sip_domains().map_err(Silence::from).map(|domains| {
                    let is_ours =
                        |domain: &SipDomain| domain.domain_name.eq_ignore_ascii_case(&wishes.domain_name);
                    domains.into_iter().find(is_ours)
                }),
                account: Err(error),
            },
            Err(error) => Self {
                numbers: Err(Silence::from(error.clone())),
                domain: Err(Silence::from(error.clone())),
                account: Err(error),
            },
        }
    }
}

/// What requests to the service are signed with: the first token, as for `dialtone serve`.
fn token() -> Option<AuthToken> {
    let text = std::env::var("TWILIO_AUTH_TOKEN").ok()?;
    AuthTokens::parse(&text).ok().map(|tokens| tokens.first().clone())
}
