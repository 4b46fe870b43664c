//! Emergency addresses: where help is sent for each number.

use std::collections::HashMap;

use network::PostalAddress;
use twilio::{Address, PhoneNumber};

use crate::account::Account;
use crate::change::{Change, Destination, EmergencyMove};
use crate::index::Index;
use crate::names::NumberOwner;
use crate::ownership::keeper;
use crate::place;
use crate::plan::Plan;
use crate::registration::{Registration, Unregistered};
use crate::wishes::{NumberWish, Wishes};

/// The numbers that the file gives an address, and from which 911 does not work yet.
pub(crate) fn unregistered(wishes: &Wishes, account: &Account) -> Vec<Unregistered> {
    let index = Index::new(wishes, account);
    let wanted = wishes.numbers.iter().filter(|wish| wish.address.is_some() && wishes.concerns(&wish.phones));
    wanted
        .filter_map(|wish| {
            let status = match index.number(wish.number.as_str()) {
                Some(number) if keeper(wishes, number).is_some() => return None,
                Some(number) => Registration::of(number),
                None => Registration::Absent,
            };
            let number = wish.number.as_str().to_owned();
            (status != Registration::Registered).then_some(Unregistered { number, status })
        })
        .collect()
}

/// An address of the file, and what it is called in Twilio.
struct Wanted<'a> {
    address: &'a PostalAddress,
    friendly_name: String,
    /// Its names under the stage's former names.
    former: Vec<String>,
}

impl Wanted<'_> {
    /// Whether an address of the account has this name, whatever has become of it since.
    fn has_name_of(&self, known: &Address) -> bool {
        self.names().any(|name| *name == known.friendly_name)
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.friendly_name).chain(&self.former)
    }

    /// The account's addresses under its names.
    fn found<'a>(&self, index: &Index<'a>) -> Vec<&'a Address> {
        self.names().flat_map(|name| index.addresses_named(name)).copied().collect()
    }

    /// Whether an address that somebody made by hand is this place. Where it serves a number, it is adopted: to replace it
    /// would leave the number without 911 for half an hour.
    fn is_place_of(&self, known: &Address) -> bool {
        known.emergency_enabled
            && place::is_same(self.address, known)
            && place::has_same_unit(self.address, known)
    }

    /// Whether it is this address. One that somebody has moved elsewhere at Twilio is not, whatever it is called.
    fn is(&self, known: &Address) -> bool {
        self.has_name_of(known) && known.emergency_enabled && place::is_same(self.address, known)
    }
}

pub(super) fn compare(index: &Index<'_>, plan: &mut Plan) {
    let &Index { wishes, account, .. } = index;
    let mut wanted: HashMap<&str, Wanted<'_>> = HashMap::new();
    for address in &wishes.addresses {
        let (friendly_name, former) = (wishes.names.address(address), wishes.names.former_addresses(address));
        let wish = Wanted { address, friendly_name, former };
        let named = wish.found(index);
        for known in named.iter().filter(|known| known.friendly_name != wish.friendly_name && wish.is(known))
        {
            let (from, to) = (known.friendly_name.clone(), wish.friendly_name.clone());
            plan.add(Change::RenameAddress { sid: known.sid.clone(), from, to });
        }
        for moved in named.iter().filter(|known| !wish.is(known)) {
            plan.note(
                &address.name,
                match place::is_same(address, moved) {
                    true => "is not an emergency address at Twilio any more".to_owned(),
                    false => format!("is another place at Twilio than in the file: {}", place::line(moved)),
                },
                "`dialtone apply` registers the file's anew; if Twilio has the right one, write it into the file",
            );
        }
        let is_there = named.iter().any(|known| wish.is(known)) || is_adopted_everywhere(index, &wish);
        if !is_there && is_used(wishes, &address.name, plan) {
            let phones = wishes.phones_at(&address.name);
            let (friendly_name, address) = (wish.friendly_name.clone(), Box::new(address.clone()));
            plan.add(Change::CreateAddress { friendly_name, address, phones });
        }
        wanted.insert(&address.name, wish);
    }
    for wish in &wishes.numbers {
        let Some(number) =
            index.number(wish.number.as_str()).filter(|number| keeper(wishes, number).is_none())
        else {
            continue;
        };
        match wish.address.as_ref().and_then(|name| wanted.get(name.as_str())) {
            Some(address) => settle(index, number, address, plan),
            None => without(wish, number, plan),
        }
    }
    for number in &account.numbers {
        take_off(index, number, plan);
    }
    let by_name: HashMap<&str, &Wanted<'_>> =
        wanted.values().flat_map(|wish| wish.names().map(move |name| (name.as_str(), wish))).collect();
    for address in &account.addresses {
        let wish = by_name.get(address.friendly_name.as_str()).filter(|wish| wish.is(address));
        let best = wish.and_then(|wish| best_of(index, wish, None));
        // Of two that are right, both stay while numbers have them: to move one would leave it without for half an hour.
        let is_kept = index
            .users_of(&address.sid)
            .iter()
            .any(|number| wish.is_some() || stays(index, number) || !is_ours(index, number));
        if best.is_none_or(|best| best.sid != address.sid) && !is_kept {
            plan.add(Change::DeleteAddress {
                sid: address.sid.clone(),
                friendly_name: address.friendly_name.clone(),
                street: address.street.clone(),
            });
        }
    }
}

/// Whether a number has an address of the file, or will have it after this plan: a purchase that has to wait needs none yet.
fn is_used(wishes: &Wishes, name: &str, plan: &Plan) -> bool {
    let is_it = |address: &Option<String>| address.as_deref() == Some(name);
    let is_acquired = |phone: &str| plan.acquisitions.iter().any(|one| one.phone() == phone);
    wishes.numbers.iter().any(|wish| is_it(&wish.address))
        || wishes.purchases.iter().any(|one| is_it(&one.address) && is_acquired(&one.phone))
}

/// Takes this stage's address off a number for which the file has none.
fn take_off(index: &Index<'_>, number: &PhoneNumber, plan: &mut Plan) {
    let wish = index.wish(&number.phone_number);
    let is_wanted = wish.is_some_and(|wish| wish.address.is_some());
    let has_ours = index.address(&number.emergency_address_sid).is_some();
    if !has_ours || is_wanted || stays(index, number) || keeper(index.wishes, number).is_some() {
        return;
    }
    if !is_ours(index, number) {
        plan.note(
            &number.phone_number,
            format!(
                "is not in the file, but has the emergency address {}; it keeps it",
                address_of(index, number)
            ),
            "write the number into the file, or give it an address of its own in Twilio's console",
        );
        return;
    }
    plan.add(Change::Emergency(EmergencyMove {
        number_sid: number.sid.clone(),
        number: number.phone_number.clone(),
        from_sid: number.emergency_address_sid.clone(),
        from: address_of(index, number),
        to: None,
        phones: phones_of(index, number),
        status: Registration::of(number),
        is_again: false,
        is_named: wish.is_some(),
    }));
}

/// Whether a number that the file does not have keeps its address, because it may still be needed.
fn stays(index: &Index<'_>, number: &PhoneNumber) -> bool {
    index.missing().is_some() && index.wish(&number.phone_number).is_none()
}

/// Whether a number is this stage's: the file names it, or it has this stage's name.
fn is_ours(index: &Index<'_>, number: &PhoneNumber) -> bool {
    index.is_named(&number.phone_number)
        || matches!(index.wishes.names.owner_of_number(&number.friendly_name), NumberOwner::Ours(_))
}

/// Whether all numbers that want an address have one that was made by hand for the same place.
fn is_adopted_everywhere(index: &Index<'_>, wanted: &Wanted<'_>) -> bool {
    let wishes = index.wishes;
    let wants = |address: &Option<String>| address.as_ref() == Some(&wanted.address.name);
    let mut numbers = wishes.numbers.iter().filter(|wish| wants(&wish.address)).peekable();
    numbers.peek().is_some()
        && !wishes.purchases.iter().any(|purchase| wishes.options.buy && wants(&purchase.address))
        && numbers.all(|wish| {
            index.number(wish.number.as_str()).is_some_and(|number| adopted(index, number, wanted).is_some())
        })
}

/// The address that somebody made by hand for the same place, if the number has it and emergency services know it, or
/// will soon.
fn adopted<'a>(index: &Index<'a>, number: &PhoneNumber, wanted: &Wanted<'_>) -> Option<&'a Address> {
    let address = index.address_by_hand(&number.emergency_address_sid)?;
    let is_known =
        matches!(Registration::of(number), Registration::Registered | Registration::PendingRegistration);
    (is_known && wanted.is_place_of(address)).then_some(address)
}

/// Of the addresses that are the wanted one, which a lost answer can make two, that of the number, or else one that some
/// number has, or else the first.
fn best_of<'a>(index: &Index<'a>, wanted: &Wanted<'_>, number: Option<&PhoneNumber>) -> Option<&'a Address> {
    let found = wanted.found(index);
    let right_ones = found.iter().filter(|known| wanted.is(known));
    let worth = |known: &Address| {
        let is_its_own = number.is_some_and(|number| number.emergency_address_sid == known.sid);
        (is_its_own, !index.users_of(&known.sid).is_empty())
    };
    right_ones.copied().rev().max_by_key(|known| worth(known))
}

/// A number whose address is in the file.
fn settle(index: &Index<'_>, number: &PhoneNumber, address: &Wanted<'_>, plan: &mut Plan) {
    let best = best_of(index, address, Some(number));
    let is_there = best.is_some_and(|known| known.sid == number.emergency_address_sid)
        || adopted(index, number, address).is_some();
    let status = Registration::of(number);
    // Twilio has the right address for the number, but does not tell emergency services.
    let is_again =
        is_there && matches!(status, Registration::RegistrationFailure | Registration::Unregistered);
    let is_leaving = is_there && status == Registration::PendingUnregistration;
    if is_there {
        note_status(number, &status, plan);
    }
    if is_there && !is_again && !is_leaving {
        return;
    }
    let Wanted { address: PostalAddress { name, street, .. }, friendly_name, .. } = address;
    plan.add(Change::Emergency(EmergencyMove {
        number_sid: number.sid.clone(),
        number: number.phone_number.clone(),
        from_sid: number.emergency_address_sid.clone(),
        from: address_of(index, number),
        to: Some(Destination {
            shown: readable(name, street, friendly_name),
            friendly_name: friendly_name.clone(),
            sid: best.map(|known| known.sid.clone()),
        }),
        phones: phones_of(index, number),
        status,
        is_again,
        is_named: true,
    }));
}

/// Notes the status of a number that has the right address.
fn note_status(number: &PhoneNumber, status: &Registration, plan: &mut Plan) {
    let word = status.as_str();
    let (what, remedy) = match status {
        Registration::Registered | Registration::Absent => return,
        Registration::PendingRegistration => (
            "has an emergency address that is still being registered".to_owned(),
            "wait; do not rely on 911 until `dialtone doctor` says that it is",
        ),
        Registration::RegistrationFailure => (
            format!("has an emergency address that Twilio could not register ({word})"),
            "`dialtone apply` asks once more; if that fails, correct the address in the file, or ask Twilio's support",
        ),
        Registration::Unregistered => (
            format!("has the right emergency address, but it is not registered ({word})"),
            "`dialtone apply` registers it",
        ),
        Registration::PendingUnregistration => (
            format!("has the right emergency address, but Twilio is taking it off ({word})"),
            "`dialtone apply` registers it again as soon as Twilio allows, within half an hour",
        ),
        Registration::UnregistrationFailure => (
            format!("has an emergency address that Twilio could not take away ({word})"),
            "ask Twilio's support what emergency services know",
        ),
        Registration::Other(_) => (
            format!("has an emergency address in a state that is not documented ({word})"),
            "ask Twilio's support what emergency services know",
        ),
    };
    plan.note(&number.phone_number, what, remedy);
}

/// A number whose address is not in the file: it may have been registered by hand, and stays as it is.
fn without(wish: &NumberWish, number: &PhoneNumber, plan: &mut Plan) {
    if wish.emergency && Registration::of(number) != Registration::Registered {
        plan.note(
            wish.number.as_str(),
            "has no registered emergency address: a call to 911 goes to a national centre and costs 75 USD",
            "write its address into the file ([addresses]), or register one in Twilio's console",
        );
    }
}

fn phones_of(index: &Index<'_>, number: &PhoneNumber) -> Vec<String> {
    index.wish(&number.phone_number).map(|wish| wish.phones.clone()).unwrap_or_default()
}

/// The name of the address that a number has.
fn address_of(index: &Index<'_>, number: &PhoneNumber) -> String {
    index.address(&number.emergency_address_sid).map_or_else(
        || number.emergency_address_sid.clone(),
        |address| {
            let name = index.wishes.names.name_of_address(&address.friendly_name);
            readable(name, &address.street, &address.friendly_name)
        },
    )
}

/// An address as the file calls it, and as Twilio does.
fn readable(name: &str, street: &str, friendly_name: &str) -> String {
    format!("{name}, {street} ({friendly_name})")
}
