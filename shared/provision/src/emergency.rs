//! Emergency addresses: where help is sent for each number.

use twilio::PhoneNumber;

use crate::account::Account;
use crate::change::{Change, EmergencyMove};
use crate::numbers_in_use::keeper;
use crate::plan::Plan;
use crate::wishes::{NumberWish, Wishes};

/// Twilio's words for how far an address has got (`emergency_address_status`).
pub(crate) const REGISTERED: &str = "registered";
pub(crate) const PENDING: &str = "pending-registration";
const FAILED: [&str; 2] = ["registration-failure", "unregistration-failure"];

pub(crate) fn compare(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let mut wanted = Vec::new();
    for address in &wishes.addresses {
        let friendly_name = wishes.names.address(address);
        if account.addresses.iter().all(|known| known.friendly_name != friendly_name) {
            plan.add(Change::CreateAddress {
                friendly_name: friendly_name.clone(),
                address: Box::new(address.clone()),
            });
        }
        wanted.push((address.name.as_str(), friendly_name));
    }
    for wish in &wishes.numbers {
        let Some(number) = account.number(&wish.number).filter(|number| keeper(wishes, number).is_none())
        else {
            continue;
        };
        let name = wish.address.as_ref().and_then(|name| {
            wanted.iter().find(|(known, _)| known == name).map(|(_, friendly_name)| friendly_name)
        });
        match name {
            Some(name) => settle(account, number, name, plan),
            None => without(wish, number, plan),
        }
    }
    for number in &account.numbers {
        let is_wanted =
            wishes.numbers.iter().any(|wish| wish.number == number.phone_number && wish.address.is_some());
        let has_ours = account.addresses.iter().any(|address| address.sid == number.emergency_address_sid);
        if has_ours && !is_wanted && keeper(wishes, number).is_none() {
            plan.add(Change::Emergency(EmergencyMove {
                number_sid: number.sid.clone(),
                number: number.phone_number.clone(),
                from: address_name(account, number),
                to: None,
            }));
        }
    }
    for (index, address) in account.addresses.iter().enumerate() {
        let is_wanted = wanted.iter().any(|(_, name)| *name == address.friendly_name);
        // Of two with one name, which a lost answer can leave, the one that a number has is kept, or else the first.
        let is_twin = account.addresses.iter().enumerate().any(|(other_index, other)| {
            other.friendly_name == address.friendly_name
                && other.sid != address.sid
                && (is_in_use(account, &other.sid), other_index < index)
                    > (is_in_use(account, &address.sid), index < other_index)
        });
        if !is_wanted || is_twin {
            plan.add(Change::DeleteAddress {
                sid: address.sid.clone(),
                friendly_name: address.friendly_name.clone(),
            });
        }
    }
}

fn is_in_use(account: &Account, sid: &str) -> bool {
    account.numbers.iter().any(|number| number.emergency_address_sid == sid)
}

/// A number whose address is in the file.
fn settle(account: &Account, number: &PhoneNumber, name: &str, plan: &mut Plan) {
    let of_name = || account.addresses.iter().filter(|address| address.friendly_name == name);
    let is_there = of_name().any(|address| address.sid == number.emergency_address_sid);
    if is_there {
        let status = number.emergency_address_status.as_str();
        if FAILED.contains(&status) {
            plan.note(
                &number.phone_number,
                format!("has an emergency address that Twilio could not register ({status})"),
                "correct the address in the file and apply it, or ask Twilio's support",
            );
        } else if status == PENDING {
            plan.note(
                &number.phone_number,
                "has an emergency address that is still being registered",
                "wait; do not rely on 911 until `dialtone doctor` says that it is",
            );
        }
        return;
    }
    let best = of_name().max_by_key(|address| is_in_use(account, &address.sid));
    plan.add(Change::Emergency(EmergencyMove {
        number_sid: number.sid.clone(),
        number: number.phone_number.clone(),
        from: address_name(account, number),
        to: Some((name.to_owned(), best.map(|address| address.sid.clone()))),
    }));
}

/// A number whose address is not in the file: it may have been registered by hand, and stays as it is.
fn without(wish: &NumberWish, number: &PhoneNumber, plan: &mut Plan) {
    if wish.emergency && number.emergency_address_status != REGISTERED {
        plan.note(
            &wish.number,
            "has no registered emergency address: a call to 911 goes to a national centre and costs 75 USD",
            "write its address into the file ([addresses]), or register one in Twilio's console",
        );
    }
}

/// What to call the address that a number has.
fn address_name(account: &Account, number: &PhoneNumber) -> String {
    let known = account.addresses.iter().find(|address| address.sid == number.emergency_address_sid);
    known.map_or_else(|| number.emergency_address_sid.clone(), |address| address.friendly_name.clone())
}
