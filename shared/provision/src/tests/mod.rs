//! Differences, without a network in between.

mod lists;
mod passwords;
mod renames;
mod safety;

use network::NetworkFile;
use twilio::{CountryPermission, Credential, CredentialList, Gate, Mapping, PhoneNumber, Secret, SipDomain};

use crate::account::{Account, Domain, List};
use crate::{Keyring, KeyringError, Known, Options, Plan, Wishes, difference};

const FILE: &str = r#"
[network]
name = "n"
region = "US"
emergency_caller_id = "+15035550100"
[addresses.shop]
customer = "Shop"
street = "100 Main Street"
city = "Portland"
region = "OR"
postal_code = "97201"
[stages.dev]
sip_domain = "n-dev.sip.twilio.com"
public_url = "https://dev.example.org"
[stages.prod]
sip_domain = "n-prod.sip.twilio.com"
public_url = "https://prod.example.org"
fallback_url = "https://fallback.example.org/"
[extensions.lobby]
number = "+15035550110"
address = "shop"
[extensions.porch]
number = "+15035550110"
[extensions.bench]
number = { buy = "971" }
"#;

/// Passwords of which everything, or nothing, is known.
struct Pretend(Known);

impl Keyring for Pretend {
    fn known(&self, _: &str) -> Known {
        self.0.clone()
    }
    fn password(&self, _: &str) -> Result<Secret, KeyringError> {
        Err(KeyringError::new("a difference asks for no password", ""))
    }
    fn forget(&self, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::new("a difference forgets no password", ""))
    }
    fn doubt(&self, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::new("a difference doubts no password", ""))
    }
    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Result<(), KeyringError> {
        Err(KeyringError::new("a difference sets no password", ""))
    }
}

pub(crate) fn wishes(options: Options) -> Wishes {
    let network = NetworkFile::parse(FILE).and_then(|file| file.network("prod")).unwrap();
    Wishes::new(&network, vec![("dev".into(), "https://dev.example.org".into())], options)
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |summary: crate::Summary| format!("{:?} {} {}", summary.action, summary.kind, summary.name);
    plan.summaries().into_iter().map(line).collect()
}

fn notes(plan: &Plan) -> String {
    plan.notes.iter().map(|note| format!("{} {}\n", note.about, note.what)).collect()
}

fn plan(account: &Account) -> Plan {
    plan_for(&wishes(Options::default()), account)
}

pub(crate) fn plan_for(wishes: &Wishes, account: &Account) -> Plan {
    difference(wishes, account, &Pretend(Known::Given))
}

/// From JSON as Twilio would send it, since the types have many fields.
pub(crate) fn number(sid: &str, number: &str, friendly_name: &str, voice_url: &str) -> PhoneNumber {
    serde_json::from_value(serde_json::json!({
        "sid": sid, "phone_number": number, "friendly_name": friendly_name, "voice_url": voice_url,
        "voice_method": "POST", "capabilities": {"voice": true}, "emergency_address_sid": null,
        "emergency_address_status": "unregistered",
    }))
    .unwrap()
}

fn list(sid: &str, name: &str, users: &[&str]) -> List {
    let credential = |user: &&str| -> Credential {
        serde_json::from_value(
            serde_json::json!({"sid": format!("CR-{user}"), "username": user, "credential_list_sid": sid}),
        )
        .unwrap()
    };
    let list: CredentialList =
        serde_json::from_value(serde_json::json!({"sid": sid, "friendly_name": name})).unwrap();
    List { list, credentials: users.iter().map(credential).collect() }
}

fn domain(friendly_name: &str, mapped: &[&str]) -> Domain {
    let domain: SipDomain = serde_json::from_value(serde_json::json!({
        "sid": "SD1", "domain_name": "n-prod.sip.twilio.com", "friendly_name": friendly_name,
        "voice_url": "https://old.example.org", "voice_method": "POST", "sip_registration": false,
        "emergency_calling_enabled": true, "secure": false,
    }))
    .unwrap();
    let mapping = |sid: &&str| -> Mapping {
        serde_json::from_value(serde_json::json!({"sid": sid, "friendly_name": sid})).unwrap()
    };
    let mapped: Vec<_> = mapped.iter().map(mapping).collect();
    Domain { domain, calls: mapped.clone(), registrations: mapped, addresses: Vec::new() }
}

#[test]
fn an_empty_account_gets_everything_in_an_order_that_cuts_nobody_off() {
    let found = plan(&Account::default());
    assert_eq!(
        lines(&found),
        [
            "Create address shop",
            "Create credential list dialtone:n:prod",
            "Create credential lobby",
            "Create credential porch",
            "Create credential bench",
            "Create SIP domain n-prod.sip.twilio.com",
            "Create mapping for calls dialtone:n:prod",
            "Create mapping for registrations dialtone:n:prod",
        ]
    );
    let obstacles: Vec<_> = found.obstacles.iter().map(|one| one.about.as_str()).collect();
    assert_eq!(obstacles, ["+15035550110", "+15035550100"]);
    let text = notes(&found);
    assert!(text.contains("bench has no number yet"), "{text}");
}

#[test]
fn numbers_are_bought_only_when_that_is_allowed() {
    let options = Options { buy: true, ..Options::default() };
    let found = difference(&wishes(options), &Account::default(), &Pretend(Known::Given));
    // Twilio may refuse an address, and then nothing must be bought yet.
    assert_eq!(lines(&found)[..2], ["Create address shop", "Buy phone number bench"]);
    // It was bought, and the file does not say so yet.
    let account = Account {
        numbers: vec![number("PN1", "+19715550199", "dialtone:n:prod:bench", "")],
        ..Account::default()
    };
    for options in [options, Options::default()] {
        let found = difference(&wishes(options), &account, &Pretend(Known::Given));
        assert_eq!(lines(&found)[1], "Update network file bench has the number +19715550199");
        assert!(!lines(&found).iter().any(|line| line.starts_with("Buy")));
    }
}

#[test]
fn what_is_there_is_adopted_and_what_others_have_is_left() {
    let account = Account {
        lists: vec![list("CL1", "dialtone:n:prod", &["lobby", "gone"])],
        domain: Some(domain("by hand", &["CL1", "CL-foreign"])),
        numbers: vec![
            number("PN1", "+15035550110", "(503) 555-0110", "https://demo.example.org"),
            number("PN2", "+15035550100", "x", "https://dev.example.org/incoming"),
            number("PN3", "+15035550199", "another product", "https://other.example.org"),
            number("PN4", "+15035550198", "dialtone:n:prod:old", "https://prod.example.org/incoming"),
        ],
        ..Account::default()
    };
    let found = plan(&account);
    assert_eq!(
        lines(&found),
        [
            "Create address shop",
            "Create credential porch",
            "Create credential bench",
            "Update emergency address +15035550110",
            "Update SIP domain n-prod.sip.twilio.com",
            "Update phone number +15035550110",
            "Delete credential gone",
            "Update phone number +15035550198",
        ]
    );
    let text = notes(&found);
    assert!(text.contains("also admits users of CL-foreign"), "{text}");
    assert!(text.contains("+15035550100 is answered by stage dev"), "{text}");
    assert!(!text.contains("5550199"), "{text}");
    let update = found.changes.iter().find(|change| change.summary().kind == "SIP domain").unwrap().summary();
    let fields: Vec<_> = update.fields.iter().map(|field| (field.name, field.to.as_str())).collect();
    assert!(
        fields.contains(&("SipRegistration", "true"))
            && fields.contains(&("EmergencyCallingEnabled", "false")),
        "{fields:?}"
    );
    assert!(fields.contains(&("VoiceFallbackUrl", "https://fallback.example.org/")), "{fields:?}");

    let options = Options { take_over: true, ..Options::default() };
    let found = difference(&wishes(options), &account, &Pretend(Known::Given));
    assert!(lines(&found).contains(&"Update phone number +15035550100".to_owned()), "{:?}", lines(&found));
}

#[test]
fn another_network_s_domain_is_not_touched() {
    let account = Account { domain: Some(domain("dialtone:other:prod", &[])), ..Account::default() };
    let found = plan(&account);
    // A network that was renamed is not done, and not half done.
    assert!(found.is_empty(), "{:?}", lines(&found));
    let [obstacle] = found.obstacles.as_slice() else { panic!("{:?}", found.obstacles) };
    assert!(obstacle.what.contains("dialtone:other:prod") && obstacle.remedy.contains("--take-over"));
}

#[test]
fn one_phone_gets_what_it_needs_and_the_rest_is_named() {
    let only = |account: &Account, phone: &str| {
        let wishes = wishes(Options { buy: true, ..Options::default() }).only(vec![phone.to_owned()]);
        difference(&wishes, account, &Pretend(Known::Given))
    };
    let found = only(&Account::default(), "porch");
    assert_eq!(
        lines(&found),
        [
            "Create address shop",
            "Create credential list dialtone:n:prod",
            "Create credential porch",
            "Create SIP domain n-prod.sip.twilio.com",
            "Create mapping for calls dialtone:n:prod",
            "Create mapping for registrations dialtone:n:prod",
        ]
    );
    let left: Vec<_> = found.left.iter().map(|one| format!("{} {}", one.kind, one.name)).collect();
    assert_eq!(left, ["credential lobby", "credential bench", "phone number bench"]);
    let account = Account {
        lists: vec![list("CL1", "dialtone:n:prod", &["lobby", "bench", "gone"])],
        domain: Some(domain("dialtone:n:prod", &["CL1"])),
        numbers: vec![number("PN1", "+15035550110", "(503) 555-0110", "https://demo.example.org")],
        ..Account::default()
    };
    let found = only(&account, "lobby");
    // The number is lobby's and porch's; the domain is everybody's.
    assert_eq!(
        lines(&found),
        ["Create address shop", "Update emergency address +15035550110", "Update phone number +15035550110"]
    );
    assert!(found.left.iter().any(|one| one.kind == "SIP domain") && found.obstacles.is_empty());
    assert_eq!(lines(&only(&account, "bench"))[..], ["Buy phone number bench"]);
}

#[test]
fn a_thousand_users_fill_a_list() {
    let phones: String = (0..1001).map(|i| format!("[extensions.p{i}]\n")).collect();
    let network =
        NetworkFile::parse(&format!("{}{phones}", FILE.split("[extensions.lobby]").next().unwrap())).unwrap();
    let wishes = Wishes::new(&network.network("prod").unwrap(), Vec::new(), Options::default());
    let found = lines(&difference(&wishes, &Account::default(), &Pretend(Known::Given)));
    let lists: Vec<_> = found.iter().filter(|line| line.contains("credential list")).collect();
    assert_eq!(
        lists,
        ["Create credential list dialtone:n:prod", "Create credential list dialtone:n:prod:list:2"]
    );
    assert_eq!(found.iter().filter(|line| line.contains("mapping")).count(), 4);
}

#[test]
fn two_lists_of_one_name_become_one() {
    let mut account = Account {
        lists: vec![
            list("CL2", "dialtone:n:prod", &["lobby", "porch", "bench"]),
            list("CL1", "dialtone:n:prod", &[]),
        ],
        domain: Some(domain("dialtone:n:prod", &["CL1", "CL2"])),
        ..Account::default()
    };
    let found = plan(&account);
    let removals: Vec<_> = lines(&found).into_iter().filter(|line| line.starts_with("Delete")).collect();
    assert_eq!(removals.len(), 3, "{removals:?}");
    assert!(
        found
            .changes
            .iter()
            .all(|change| !matches!(change, crate::Change::DeleteList { sid, .. } if sid == "CL2"))
    );
    account.lists.pop();
    assert!(!lines(&plan(&account)).iter().any(|line| line.starts_with("Delete")));
}

#[test]
fn nothing_is_left_of_a_stage_that_is_destroyed_but_its_numbers() {
    let account = Account {
        lists: vec![list("CL1", "dialtone:n:prod", &["lobby"])],
        domain: Some(domain("dialtone:n:prod", &["CL1", "CL-foreign"])),
        numbers: vec![
            number("PN1", "+15035550110", "dialtone:n:prod:lobby", "https://prod.example.org/incoming"),
            number("PN2", "+15035550100", "dialtone:n:dev:lobby", "https://dev.example.org/incoming"),
        ],
        ..Account::default()
    };
    let removed = |options| lines(&difference(&wishes(options).nothing(), &account, &Pretend(Known::Given)));
    let most = [
        "Delete mapping for calls dialtone:n:prod",
        "Delete mapping for registrations dialtone:n:prod",
        "Delete SIP domain n-prod.sip.twilio.com",
        "Delete credential list dialtone:n:prod",
    ];
    let kept = removed(Options::default());
    assert_eq!(kept[..4], most);
    assert_eq!(kept[4..], ["Update phone number +15035550110"]);
    let released = removed(Options { release_numbers: true, ..Options::default() });
    assert_eq!(released[4..], ["Delete phone number +15035550110"]);

    let by_hand = Account { domain: Some(domain("by hand", &["CL1"])), ..account.clone() };
    let found = lines(&difference(&wishes(Options::default()).nothing(), &by_hand, &Pretend(Known::Given)));
    assert!(!found.iter().any(|line| line.contains("SIP domain")), "{found:?}");
}

#[test]
fn closed_countries_are_told() {
    let country = |code: &str, is_open| -> CountryPermission {
        serde_json::from_value(serde_json::json!({"iso_code": code, "low_risk_numbers_enabled": is_open,
            "high_risk_special_numbers_enabled": false, "high_risk_tollfraud_numbers_enabled": false}))
        .unwrap()
    };
    let permissions = Some(vec![country("US", true), country("MX", false), country("DO", true)]);
    let text = notes(&plan(&Account { permissions, ..Account::default() }));
    assert!(text.contains("do not open MX") && text.contains("open DO, which"), "{text}");
}

#[test]
fn both_gates_are_opened_each_for_itself() {
    let mut account = Account {
        lists: vec![list("CL1", "dialtone:n:prod", &["lobby", "porch", "bench"])],
        domain: Some(domain("dialtone:n:prod", &["CL1"])),
        ..Account::default()
    };
    account.domain.as_mut().unwrap().registrations.clear();
    let gates: Vec<_> = plan(&account)
        .changes
        .iter()
        .filter_map(|change| match change {
            crate::Change::Map { gate, .. } => Some(matches!(gate, Gate::Registrations)),
            _ => None,
        })
        .collect();
    assert_eq!(gates, [true]);
}
