//! Look-ups in an account and in what is wanted of it, made once for each comparison: a search for each of a thousand
//! numbers among a thousand others would take longer than Twilio does.

use std::collections::{HashMap, HashSet};

use numbers::E164;
use twilio::{Address, PhoneNumber};

use crate::account::Account;
use crate::wishes::{NumberWish, Wishes};

/// Indexes for comparing.
pub(crate) struct Index<'a> {
    pub(crate) wishes: &'a Wishes,
    pub(crate) account: &'a Account,
    numbers: HashMap<&'a str, &'a PhoneNumber>,
    wanted: HashMap<&'a str, &'a NumberWish>,
    named: HashSet<&'a str>,
    users_of: HashMap<&'a str, Vec<&'a PhoneNumber>>,
    addresses: HashMap<&'a str, &'a Address>,
    by_name: HashMap<&'a str, Vec<&'a Address>>,
    by_hand: HashMap<&'a str, &'a Address>,
    missing: Option<&'a E164>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(wishes: &'a Wishes, account: &'a Account) -> Self {
        // Of two with one number the first counts.
        let mut numbers = HashMap::new();
        for number in &account.numbers {
            numbers.entry(number.phone_number.as_str()).or_insert(number);
        }
        let wanted = wishes.numbers.iter().map(|wish| (wish.number.as_str(), wish)).collect();
        let mut users_of: HashMap<&str, Vec<&PhoneNumber>> = HashMap::new();
        for number in &account.numbers {
            users_of.entry(&number.emergency_address_sid).or_default().push(number);
        }
        let mut by_name: HashMap<&str, Vec<&Address>> = HashMap::new();
        for address in &account.addresses {
            by_name.entry(&address.friendly_name).or_default().push(address);
        }
        let of = |addresses: &'a [Address]| addresses.iter().map(|one| (one.sid.as_str(), one)).collect();
        let missing =
            wishes.numbers.iter().map(|wish| &wish.number).find(|wish| !numbers.contains_key(wish.as_str()));
        Self {
            wishes,
            account,
            wanted,
            named: wishes.named.iter().map(E164::as_str).collect(),
            users_of,
            addresses: of(&account.addresses),
            by_name,
            by_hand: of(&account.other_addresses),
            missing,
            numbers,
        }
    }

    /// The account's resource of a number.
    pub(crate) fn number(&self, number: &str) -> Option<&'a PhoneNumber> {
        self.numbers.get(number).copied()
    }

    /// The file's wish for a number.
    pub(crate) fn wish(&self, number: &str) -> Option<&'a NumberWish> {
        self.wanted.get(number).copied()
    }

    /// Whether the file names a number, also when everything is to go.
    pub(crate) fn is_named(&self, number: &str) -> bool {
        self.named.contains(number)
    }

    /// The numbers that have an address (`AD…`).
    pub(crate) fn users_of(&self, address: &str) -> &[&'a PhoneNumber] {
        self.users_of.get(address).map_or(&[], Vec::as_slice)
    }

    /// An address of this stage, present or past.
    pub(crate) fn address(&self, sid: &str) -> Option<&'a Address> {
        self.addresses.get(sid).copied()
    }

    /// This stage's addresses of one name.
    pub(crate) fn addresses_named(&self, friendly_name: &str) -> &[&'a Address] {
        self.by_name.get(friendly_name).map_or(&[], Vec::as_slice)
    }

    /// An address that somebody made by hand.
    pub(crate) fn address_by_hand(&self, sid: &str) -> Option<&'a Address> {
        self.by_hand.get(sid).copied()
    }

    /// A number of the file that the account does not have: mistyped, or not ported yet. While there is one, a working
    /// number is not given up: the missing one may be its replacement.
    pub(crate) fn missing(&self) -> Option<&'a E164> {
        self.missing
    }
}
