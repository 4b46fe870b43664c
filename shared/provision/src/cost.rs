//! The costs of a plan: the things that Twilio charges for every month, counted. Their prices are not known here.

use numbers::{E164, Region};
use twilio::NumberKind;

use crate::account::Account;
use crate::change::{Change, EmergencyMove};
use crate::index::Index;
use crate::ownership::keeper;
use crate::plan::{Acquisition, Plan};
use crate::wishes::Wishes;

/// Something that Twilio charges for every month, with the country whose prices hold; none: it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charged {
    /// A phone number.
    Number(Option<Region>, NumberKind),
    /// The registration of a number's emergency address.
    EmergencyAddress(Option<Region>),
}

/// How many of one kind the network has, once a plan is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The thing that is charged for.
    pub what: Charged,
    /// How many of them there are then.
    pub count: usize,
    /// How many of these the plan adds.
    pub added: usize,
    /// How many were there before and are gone then.
    pub removed: usize,
}

/// Counts what the stage's numbers and their addresses are charged for. Numbers that other stages answer, and those that
/// the network gives up, are not counted.
#[must_use]
pub fn charges(wishes: &Wishes, account: &Account, plan: &Plan) -> Vec<Charge> {
    let index = Index::new(wishes, account);
    let mut charges = Charges(Vec::new());
    for wish in &wishes.numbers {
        let Some(number) = index.number(wish.number.as_str()) else { continue };
        if keeper(wishes, number).is_some() {
            continue;
        }
        let (country, kind) = class_of(&wish.number);
        charges.of(Charged::Number(country, kind)).count += 1;
        if wish.address.is_some() {
            let charge = charges.of(Charged::EmergencyAddress(country));
            charge.count += 1;
            charge.added += usize::from(number.emergency_address_sid.is_empty());
        }
    }
    for acquisition in &plan.acquisitions {
        let (phone, is_new) = match acquisition {
            Acquisition::Buy(purchase) => (&purchase.phone, true),
            Acquisition::Record { phone, .. } => (phone, false),
        };
        let Some(purchase) = wishes.purchases.iter().find(|purchase| purchase.phone == *phone) else {
            continue;
        };
        let charge = charges.of(Charged::Number(Some(purchase.country), purchase.class()));
        charge.count += 1;
        charge.added += usize::from(is_new);
        if purchase.address.is_some() {
            let charge = charges.of(Charged::EmergencyAddress(Some(purchase.country)));
            charge.count += 1;
            charge.added += 1;
        }
    }
    for change in &plan.changes {
        let (Change::Release { number, .. } | Change::Emergency(EmergencyMove { number, to: None, .. })) =
            change
        else {
            continue;
        };
        let Ok((country, kind)) = E164::parse(number).map(|number| class_of(&number)) else { continue };
        let what = match change {
            Change::Release { .. } => Charged::Number(country, kind),
            _ => Charged::EmergencyAddress(country),
        };
        charges.of(what).removed += 1;
    }
    charges.0
}

struct Charges(Vec<Charge>);

impl Charges {
    fn of(&mut self, what: Charged) -> &mut Charge {
        let place = self.0.iter().position(|charge| charge.what == what).unwrap_or_else(|| {
            self.0.push(Charge { what, count: 0, added: 0, removed: 0 });
            self.0.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
        &mut self.0[place]
    }
}

/// The country and the kind of a number, which decide its price.
fn class_of(number: &E164) -> (Option<Region>, NumberKind) {
    let is_toll_free = number.nanp().is_some_and(|parts| parts.is_toll_free());
    (number.region(), if is_toll_free { NumberKind::TollFree } else { NumberKind::Local })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{number, plan_for, wishes};
    use crate::wishes::Options;

    #[test]
    fn numbers_and_addresses_are_counted_once_the_plan_is_carried_out() {
        let mut has_address = number("PN1", "+15035550110", "", "");
        has_address.emergency_address_sid = "AD9".into();
        let numbers = vec![has_address, number("PN2", "+15035550100", "", "")];
        let account = Account { numbers, ..Account::default() };
        let us = Region::parse("US");
        for (buy, count, added) in [(false, 2, 0), (true, 3, 1)] {
            let wishes = wishes(Options { buy, ..Options::default() });
            let plan = plan_for(&wishes, &account);
            let (number, address) = (Charged::Number(us, NumberKind::Local), Charged::EmergencyAddress(us));
            let charges = charges(&wishes, &account, &plan);
            let of = |what| charges.iter().find(|charge| charge.what == what).cloned().unwrap();
            assert_eq!(of(number), Charge { what: number, count, added, removed: 0 });
            let addresses = of(address);
            // The emergency caller id has no address in this file.
            assert_eq!(addresses.count, 1, "{charges:?}");
        }
    }
}
