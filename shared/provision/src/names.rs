//! The names that resources have in Twilio, by which a network knows its own.

use network::{Fingerprint, PostalAddress};

/// The longest friendly name of most resources.
const LONGEST: usize = 64;
/// How many digits a short hash has.
const HASH: usize = 6;
/// Twilio's limit for an address that is used in emergencies (<https://www.twilio.com/docs/voice/api/sip-emergency-calling>).
const LONGEST_OF_ADDRESS: usize = 32;

/// The longest owner (`dialtone:NETWORK:STAGE`): a number's name has the phone's behind it, and must still tell the owner.
const LONGEST_OF_OWNER: usize = 56;
/// How much of a long network's name, and of its stage's, is kept before the hash that stands for the rest.
const LONGEST_OF_NETWORK: usize = 24;
const LONGEST_OF_STAGE: usize = 8;

/// The names of one stage's resources in Twilio.
///
/// The friendly name is the one thing that every resource has, that survives edits in the console, and that a person
/// sees there; nothing has to be kept beside the account. Names are compared whole, never by how they begin, but for
/// the parts that Dialtone itself has put in front.
///
/// A stage may have had other names: those of a network that was renamed, or that Dialtone cut differently once. What is
/// called so is the stage's own, too, and gets its name of today.
#[derive(Debug, Clone)]
pub struct Names {
    owner: String,
    /// The network's name, whole and as it stands where it would be too long.
    networks: [String; 2],
    /// The network's name in the file.
    full: String,
    former: Vec<String>,
}

/// Whose a telephone number is, by its friendly name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOwner<'a> {
    /// This stage's, for the named phone.
    Ours(&'a str),
    /// Another stage's of this network.
    OtherStage(&'a str),
    /// Another network's, kept by Dialtone too.
    OtherNetwork,
    /// Nobody's that Dialtone knows.
    Nobody,
}

impl Names {
    /// The names of one stage.
    #[must_use]
    pub fn new(network: &str, stage: &str) -> Self {
        let full = network.to_owned();
        // A colon separates, so there is none within. The hash keeps the network apart from one that is really called
        // so; and whatever looks as if it had such a hash gets one, so that no two networks have the same names.
        let has_hash = network.rsplit_once('~').is_some_and(|(_, end)| {
            end.len() == HASH && end.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        let network = match network.contains(':') || has_hash {
            true => format!("{}~{}", network.replace(':', "-"), short_hash(network)),
            false => network.to_owned(),
        };
        let owner = format!("dialtone:{network}:{stage}");
        let short = shorter(&network, LONGEST_OF_NETWORK);
        let networks = [network, short];
        if owner.chars().count() <= LONGEST_OF_OWNER {
            return Self { owner, networks, full, former: Vec::new() };
        }
        let short = format!("dialtone:{}:{}", networks[1], shorter(stage, LONGEST_OF_STAGE));
        Self { owner: short, networks, full, former: vec![owner] }
    }

    /// The same stage, which was called differently once (`dialtone:NETWORK:STAGE`).
    #[must_use]
    pub fn formerly(mut self, owner: &str) -> Self {
        if owner != self.owner && self.former.iter().all(|known| known != owner) {
            self.former.push(owner.to_owned());
        }
        self
    }

    /// The beginning of all names.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// The SIP domain's friendly name.
    #[must_use]
    pub fn domain(&self) -> String {
        fit(&self.owner, LONGEST)
    }

    /// The friendly name of a credential list; the first is number 0.
    #[must_use]
    pub fn list(&self, index: usize) -> String {
        list_of(&self.owner, index)
    }

    /// The index of this stage's list that has this name, or had it.
    #[must_use]
    pub fn list_index(&self, friendly_name: &str) -> Option<usize> {
        if !friendly_name.starts_with("dialtone:") {
            return None;
        }
        // Twilio allows 100 lists.
        self.owners().find_map(|owner| (0..100).find(|&index| list_of(owner, index) == friendly_name))
    }

    /// Whether a list has one of this stage's names of today.
    pub(crate) fn is_list_of_today(&self, friendly_name: &str) -> bool {
        (0..100).any(|index| self.list(index) == friendly_name)
    }

    /// Whether a SIP domain is this stage's, by its friendly name.
    pub(crate) fn is_domain(&self, friendly_name: &str) -> bool {
        self.owners().any(|owner| fit(owner, LONGEST) == friendly_name)
    }

    /// The beginning of the names of another stage of the same network.
    pub(crate) fn of_stage(&self, stage: &str) -> String {
        Names::new(&self.full, stage).owner
    }

    fn owners(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.owner).chain(&self.former).map(String::as_str)
    }

    /// The friendly name of a number: it tells for which phone it was bought or adopted.
    #[must_use]
    pub fn number(&self, phone: &str) -> String {
        fit(&format!("{}:{phone}", self.owner), LONGEST)
    }

    /// Whose a number is.
    #[must_use]
    pub fn owner_of_number<'a>(&self, friendly_name: &'a str) -> NumberOwner<'a> {
        let Some(rest) = friendly_name.strip_prefix("dialtone:") else { return NumberOwner::Nobody };
        let of = |owner| friendly_name.strip_prefix(owner)?.strip_prefix(':');
        if let Some(phone) = self.owners().find_map(of) {
            return NumberOwner::Ours(phone);
        }
        let of_network =
            self.networks.iter().find_map(|network| rest.strip_prefix(network.as_str())?.strip_prefix(':'));
        match of_network.and_then(|rest| rest.split(':').next()) {
            Some(stage) => NumberOwner::OtherStage(stage),
            None => NumberOwner::OtherNetwork,
        }
    }

    /// An address's friendly name. It changes with the address: Twilio registers what an address was, so another street
    /// is another resource, to which numbers move.
    #[must_use]
    pub fn address(&self, address: &PostalAddress) -> String {
        address_of(&self.owner, address)
    }

    /// The names that an address had under the stage's former names.
    pub(crate) fn former_addresses(&self, address: &PostalAddress) -> Vec<String> {
        self.former.iter().map(|owner| address_of(owner, address)).collect()
    }

    /// Whether an address is one of this stage's, present or past.
    #[must_use]
    pub fn is_address(&self, friendly_name: &str) -> bool {
        self.owners().any(|owner| friendly_name.starts_with(&addresses_of(owner)))
    }

    /// The file's name for one of this stage's addresses, or the beginning of it.
    pub(crate) fn name_of_address<'a>(&self, friendly_name: &'a str) -> &'a str {
        let rest = self.owners().find_map(|owner| friendly_name.strip_prefix(&addresses_of(owner)));
        let rest = rest.unwrap_or(friendly_name);
        rest.rsplit_once(':').map_or(rest, |(name, _)| name)
    }
}

fn list_of(owner: &str, index: usize) -> String {
    match index {
        0 => fit(owner, LONGEST),
        _ => fit(&format!("{owner}:list:{}", index + 1), LONGEST),
    }
}

fn address_of(owner: &str, address: &PostalAddress) -> String {
    let PostalAddress { name, customer, street, unit, city, region, postal_code, country } = address;
    let unit = unit.as_deref().unwrap_or_default();
    let content = [customer, street, unit, city, region, postal_code, country.as_str()].join("\n");
    let name: String = name.chars().take(8).collect();
    let hash = short_hash(&format!("{}\n{content}", address.name));
    fit(&format!("{}{name}:{hash}", addresses_of(owner)), LONGEST_OF_ADDRESS)
}

/// How the names of addresses begin. There is no room for network and stage, so a hash stands for them.
fn addresses_of(owner: &str) -> String {
    format!("dialtone:{}:", short_hash(owner))
}

/// The network and stage of Dialtone that a friendly name tells, as `dialtone:NETWORK:STAGE`.
pub(crate) fn owner_of(friendly_name: &str) -> Option<&str> {
    friendly_name.strip_prefix("dialtone:")?;
    let end = friendly_name.match_indices(':').nth(2).map_or(friendly_name.len(), |(end, _)| end);
    friendly_name.get(..end)
}

/// A name within a limit. One that is cut is told apart from others by its hash.
fn fit(name: &str, limit: usize) -> String {
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    let head: String = name.chars().take(limit - HASH - 1).collect();
    format!("{head}~{}", short_hash(name))
}

/// A name of at most so many letters, with a hash for the rest.
fn shorter(name: &str, limit: usize) -> String {
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    let head: String = name.chars().take(limit).collect();
    format!("{head}~{}", short_hash(name))
}

/// 24 bits: enough to tell a handful of names apart, since only the owner of the account could forge one.
fn short_hash(text: &str) -> String {
    Fingerprint::of(text).to_string().chars().take(6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(street: &str) -> PostalAddress {
        PostalAddress {
            name: "shop-in-the-centre".into(),
            customer: "Shop".into(),
            street: street.into(),
            unit: None,
            city: "Portland".into(),
            region: "OR".into(),
            postal_code: "97201".into(),
            country: numbers::Region::parse("US").unwrap(),
        }
    }

    #[test]
    fn names_fit_and_tell_apart() {
        let long = Names::new(&"n".repeat(80), "prod");
        let other = Names::new(&format!("{}m", "n".repeat(79)), "prod");
        for name in [long.domain(), long.list(1), long.number("lobby"), long.number(&"p".repeat(60))] {
            assert!(name.chars().count() <= 64, "{name}");
        }
        assert_ne!(long.domain(), other.domain());
        assert_eq!(long.list_index(&long.list(3)), Some(3));
        let names = Names::new("direct-futel", "prod");
        assert_eq!(
            (names.list(0).as_str(), names.list(1).as_str()),
            ("dialtone:direct-futel:prod", "dialtone:direct-futel:prod:list:2")
        );
        assert_eq!(names.list_index("dialtone:direct-futel:prod-old"), None);
    }

    #[test]
    fn no_two_networks_have_the_same_names() {
        let of = |network: &str| Names::new(network, "prod").domain();
        let mangled = of("a:b");
        let alike = mangled.split(':').nth(1).unwrap();
        let all = [of("a-b"), of("a:b"), of("a::b"), of("a-:b"), of(alike), of(&format!("{alike}~000000"))];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
        assert!(all.iter().all(|name| name.split(':').count() == 3), "{all:?}");
        // Ordinary ones are called what they are called: their resources have these names already.
        for network in ["a-b", "direct-futel", "n~1", "shop ~ north"] {
            assert_eq!(of(network), format!("dialtone:{network}:prod"));
        }
    }

    #[test]
    fn networks_with_long_names_know_their_own() {
        for length in [1, 30, 42, 43, 45, 46, 64, 200] {
            let network = "n".repeat(length);
            let names = Names::new(&network, "prod");
            let (dev, other) = (Names::new(&network, "dev"), Names::new(&format!("{network}m"), "prod"));
            for phone in ["lobby", "a-phone-at-the-corner-of-thirty-first-street"] {
                let name = names.number(phone);
                assert!(name.chars().count() <= 64, "{name}");
                assert!(matches!(names.owner_of_number(&name), NumberOwner::Ours(_)), "{length}: {name}");
                assert_eq!(dev.owner_of_number(&name), NumberOwner::OtherStage("prod"), "{length}: {name}");
                assert_eq!(other.owner_of_number(&name), NumberOwner::OtherNetwork, "{length}: {name}");
            }
            assert_eq!(names.owner_of_number(&names.number("lobby")), NumberOwner::Ours("lobby"));
            assert_eq!(owner_of(&names.number("lobby")), Some(names.owner()));
            // What Dialtone called them once.
            let owner = format!("dialtone:{network}:prod");
            assert!(names.is_domain(&fit(&owner, LONGEST)), "{length}");
            assert_eq!(names.list_index(&fit(&owner, LONGEST)), Some(0));
            assert!(names.is_address(&address_of(&owner, &address("100 Main Street"))));
            assert!(!other.is_domain(&fit(&owner, LONGEST)));
        }
    }

    #[test]
    fn a_stage_that_was_renamed_knows_what_it_had() {
        let (old, place) = (Names::new("old", "prod"), address("100 Main Street"));
        let new = Names::new("new", "live").formerly("dialtone:old:prod");
        assert_eq!(new.list_index(&old.list(2)), Some(2));
        assert!(new.is_domain(&old.domain()) && !new.is_domain("dialtone:old:prod-2"));
        assert_eq!(new.owner_of_number(&old.number("lobby")), NumberOwner::Ours("lobby"));
        assert_eq!(new.former_addresses(&place), [old.address(&place)]);
        assert_eq!(new.name_of_address(&old.address(&place)), "shop-in-");
        assert!(new.domain() == "dialtone:new:live" && new.list(0) == "dialtone:new:live");
        assert_eq!(new.owner_of_number("dialtone:old:dev:lobby"), NumberOwner::OtherNetwork);
    }

    #[test]
    fn a_friendly_name_tells_its_owner() {
        for (name, owner) in [
            ("dialtone:n:prod", Some("dialtone:n:prod")),
            ("dialtone:n:prod:lobby", Some("dialtone:n:prod")),
            ("dialtone:n:prod:list:2", Some("dialtone:n:prod")),
            ("n:prod", None),
        ] {
            assert_eq!(owner_of(name), owner, "{name}");
        }
    }

    #[test]
    fn an_address_that_changes_is_another() {
        let (prod, stage) = (Names::new("n", "prod"), Names::new("n", "stage"));
        let (old, new) =
            (prod.address(&address("100 Main Street")), prod.address(&address("101 Main Street")));
        assert!(old != new && old.len() <= 32 && prod.is_address(&old) && !stage.is_address(&old), "{old}");
    }

    #[test]
    fn numbers_say_whose_they_are() {
        let names = Names::new("direct-futel", "prod");
        for (friendly_name, owner) in [
            ("dialtone:direct-futel:prod:lobby", NumberOwner::Ours("lobby")),
            ("dialtone:direct-futel:dev:lobby", NumberOwner::OtherStage("dev")),
            ("dialtone:other:prod:lobby", NumberOwner::OtherNetwork),
            ("direct-futel prod", NumberOwner::Nobody),
            ("(503) 555-0110", NumberOwner::Nobody),
        ] {
            assert_eq!(names.owner_of_number(friendly_name), owner, "{friendly_name}");
        }
    }
}
