//! Emergency addresses: where help is sent for each number.

use network::PostalAddress;
use twilio::{Address, PhoneNumber};

use crate::account::Account;
use crate::change::{Change, Destination, EmergencyMove};
use crate::names::NumberOwner;
use crate::ownership::{keeper, missing};
use crate::place;
use crate::plan::Plan;
use crate::registration::{Registration, Unregistered};
use crate::wishes::{NumberWish, Wishes};

/// The numbers that the file gives an address, and from which 911 does not work yet.
pub(crate) fn unregistered(wishes: &Wishes, account: &Account) -> Vec<Unregistered> {
    let wanted = wishes.numbers.iter().filter(|wish| wish.address.is_some());
    wanted
        .filter_map(|wish| account.number(&wish.number))
        .filter(|number| {
            keeper(wishes, number).is_none() && Registration::of(number) != Registration::Registered
        })
        .map(|number| Unregistered { number: number.phone_number.clone(), status: Registration::of(number) })
        .collect()
}

/// An address of the file, and what it is called in Twilio.
struct Wanted<'a> {
    address: &'a PostalAddress,
    friendly_name: String,
}

impl Wanted<'_> {
    /// Whether an address of the account has this name, whatever has become of it since.
    fn has_name_of(&self, known: &Address) -> bool {
        known.friendly_name == self.friendly_name
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

pub(super) fn compare(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let mut wanted = Vec::new();
    for address in &wishes.addresses {
        let wish = Wanted { address, friendly_name: wishes.names.address(address) };
        for moved in account.addresses.iter().filter(|known| wish.has_name_of(known) && !wish.is(known)) {
            plan.note(
                &address.name,
                match place::is_same(address, moved) {
                    true => "is not an emergency address at Twilio any more".to_owned(),
                    false => format!("is another place at Twilio than in the file: {}", place::line(moved)),
                },
                "`dialtone apply` registers the file's anew; if Twilio has the right one, write it into the file",
            );
        }
        if !account.addresses.iter().any(|known| wish.is(known))
            && !is_adopted_everywhere(wishes, account, &wish)
        {
            let phones = wishes.phones_at(&address.name);
            let (friendly_name, address) = (wish.friendly_name.clone(), Box::new(address.clone()));
            plan.add(Change::CreateAddress { friendly_name, address, phones });
        }
        wanted.push(wish);
    }
    for wish in &wishes.numbers {
        let Some(number) = account.number(&wish.number).filter(|number| keeper(wishes, number).is_none())
        else {
            continue;
        };
        let address =
            wish.address.as_ref().and_then(|name| wanted.iter().find(|known| known.address.name == *name));
        match address {
            Some(address) => settle(wishes, account, number, address, plan),
            None => without(wish, number, plan),
        }
    }
    let stays = |number: &PhoneNumber| {
        missing(wishes, account).is_some()
            && wishes.numbers.iter().all(|wish| wish.number.as_str() != number.phone_number)
    };
    for number in &account.numbers {
        let is_wanted = wishes
            .numbers
            .iter()
            .any(|wish| wish.number.as_str() == number.phone_number && wish.address.is_some());
        let has_ours = account.addresses.iter().any(|address| address.sid == number.emergency_address_sid);
        if has_ours && !is_wanted && !stays(number) && keeper(wishes, number).is_none() {
            if !is_ours(wishes, number) {
                plan.note(
                    &number.phone_number,
                    format!(
                        "is not in the file, but has the emergency address {}; it keeps it",
                        address_of(wishes, account, number)
                    ),
                    "write the number into the file, or give it an address of its own in Twilio's console",
                );
                continue;
            }
            plan.add(Change::Emergency(EmergencyMove {
                number_sid: number.sid.clone(),
                number: number.phone_number.clone(),
                from_sid: number.emergency_address_sid.clone(),
                from: address_of(wishes, account, number),
                to: None,
                phones: phones_of(wishes, number),
                status: Registration::of(number),
                is_again: false,
                is_named: wishes.numbers.iter().any(|wish| wish.number.as_str() == number.phone_number),
            }));
        }
    }
    for (index, address) in account.addresses.iter().enumerate() {
        let wish = wanted.iter().find(|wish| wish.is(address));
        // Of two with one name, which a lost answer can leave, the one that a number has is kept, or else the first.
        let is_twin = account.addresses.iter().enumerate().any(|(other_index, other)| {
            wish.is_some_and(|wish| wish.is(other))
                && other.sid != address.sid
                && (is_in_use(account, &other.sid), other_index < index)
                    > (is_in_use(account, &address.sid), index < other_index)
        });
        let is_kept = account.numbers.iter().any(|number| {
            number.emergency_address_sid == address.sid && (stays(number) || !is_ours(wishes, number))
        });
        if (wish.is_none() || is_twin) && !is_kept {
            plan.add(Change::DeleteAddress {
                sid: address.sid.clone(),
                friendly_name: address.friendly_name.clone(),
                street: address.street.clone(),
            });
        }
    }
}

/// Whether a number is this stage's: the file names it, or it has this stage's name.
fn is_ours(wishes: &Wishes, number: &PhoneNumber) -> bool {
    wishes.named.iter().any(|named| named.as_str() == number.phone_number)
        || matches!(wishes.names.owner_of_number(&number.friendly_name), NumberOwner::Ours(_))
}

/// Whether all numbers that want an address have one that was made by hand for the same place.
fn is_adopted_everywhere(wishes: &Wishes, account: &Account, wanted: &Wanted<'_>) -> bool {
    let wants = |address: &Option<String>| address.as_ref() == Some(&wanted.address.name);
    let mut numbers = wishes.numbers.iter().filter(|wish| wants(&wish.address)).peekable();
    numbers.peek().is_some()
        && !wishes.purchases.iter().any(|purchase| wishes.options.buy && wants(&purchase.address))
        && numbers.all(|wish| {
            account.number(&wish.number).is_some_and(|number| adopted(account, number, wanted).is_some())
        })
}

/// The address that somebody made by hand for the same place, if the number has it and emergency services know it, or
/// will soon.
fn adopted<'a>(account: &'a Account, number: &PhoneNumber, wanted: &Wanted<'_>) -> Option<&'a Address> {
    let address = account.other_addresses.iter().find(|known| known.sid == number.emergency_address_sid)?;
    let is_known =
        matches!(Registration::of(number), Registration::Registered | Registration::PendingRegistration);
    (is_known && wanted.is_place_of(address)).then_some(address)
}

fn is_in_use(account: &Account, sid: &str) -> bool {
    account.numbers.iter().any(|number| number.emergency_address_sid == sid)
}

/// A number whose address is in the file.
fn settle(wishes: &Wishes, account: &Account, number: &PhoneNumber, address: &Wanted<'_>, plan: &mut Plan) {
    let right_ones = || account.addresses.iter().filter(|known| address.is(known));
    let is_there = right_ones().any(|known| known.sid == number.emergency_address_sid)
        || adopted(account, number, address).is_some();
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
    let best = right_ones()
        .max_by_key(|known| (known.sid == number.emergency_address_sid, is_in_use(account, &known.sid)));
    let Wanted { address: PostalAddress { name, street, .. }, friendly_name } = address;
    plan.add(Change::Emergency(EmergencyMove {
        number_sid: number.sid.clone(),
        number: number.phone_number.clone(),
        from_sid: number.emergency_address_sid.clone(),
        from: address_of(wishes, account, number),
        to: Some(Destination {
            shown: readable(name, street, friendly_name),
            friendly_name: friendly_name.clone(),
            sid: best.map(|known| known.sid.clone()),
        }),
        phones: phones_of(wishes, number),
        status,
        is_again,
        is_named: true,
    }));
}

/// What a person should know of a number that has the right address.
fn note_status(number: &PhoneNumber, status: &Registration, plan: &mut Plan) {
    let word = status.as_str();
    let (what, remedy) = match status {
        Registration::Registered => return,
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

fn phones_of(wishes: &Wishes, number: &PhoneNumber) -> Vec<String> {
    let wish = wishes.numbers.iter().find(|wish| wish.number.as_str() == number.phone_number);
    wish.map(|wish| wish.phones.clone()).unwrap_or_default()
}

/// What to call the address that a number has.
fn address_of(wishes: &Wishes, account: &Account, number: &PhoneNumber) -> String {
    let known = account.addresses.iter().find(|address| address.sid == number.emergency_address_sid);
    known.map_or_else(
        || number.emergency_address_sid.clone(),
        |address| {
            let name = wishes.names.name_of_address(&address.friendly_name);
            readable(name, &address.street, &address.friendly_name)
        },
    )
}

/// An address as the file calls it, and as Twilio does.
fn readable(name: &str, street: &str, friendly_name: &str) -> String {
    format!("{name}, {street} ({friendly_name})")
}
