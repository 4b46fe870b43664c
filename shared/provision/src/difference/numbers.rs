//! Telephone numbers: those that are there, who answers them, and those to be bought.

use std::collections::{HashMap, HashSet};
use std::slice;

use network::Finding;
use twilio::PhoneNumber;

use crate::change::{Change, NUMBER, differences};
use crate::index::Index;
use crate::names::{NumberOwner, owner_of};
use crate::ownership::{keeper, stranger};
use crate::plan::{Acquisition, Plan};
use crate::wishes::{NumberSettings, NumberWish, Wishes};

pub(super) fn compare(index: &Index<'_>, plan: &mut Plan) {
    let &Index { wishes, account, .. } = index;
    for wish in &wishes.numbers {
        match index.number(wish.number.as_str()) {
            None if !wishes.concerns(&wish.phones) => {}
            None => plan.obstacle(
                wish.number.as_str(),
                "is not a number of this Twilio account: it does not ring, and calls that show it fail",
                "buy or port it, or correct the file",
            ),
            Some(number) => adopt(wishes, wish, number, plan),
        }
    }
    if wishes.domain.is_none() {
        note_others(index, plan);
    }
    let by_name: HashMap<&str, Vec<&PhoneNumber>> =
        account.numbers.iter().fold(HashMap::new(), |mut all, number| {
            all.entry(number.friendly_name.as_str()).or_default().push(number);
            all
        });
    // Those that the stage had under another name.
    let mut former_of: HashMap<&str, Vec<&PhoneNumber>> = HashMap::new();
    for number in &account.numbers {
        if let NumberOwner::Ours(phone) = wishes.names.owner_of_number(&number.friendly_name)
            && !number.friendly_name.starts_with(wishes.names.owner())
        {
            former_of.entry(phone).or_default().push(number);
        }
    }
    let most = wishes.options.max_purchases.unwrap_or(usize::MAX);
    let mut buying = 0;
    let wanting: HashSet<&str> = wishes.purchases.iter().map(|purchase| purchase.phone.as_str()).collect();
    let named_so: HashSet<&str> =
        wishes.purchases.iter().map(|purchase| purchase.settings.friendly_name.as_str()).collect();
    for purchase in &wishes.purchases {
        let name = &purchase.settings.friendly_name;
        let named = by_name.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let formerly = former_of.get(purchase.phone.as_str()).map_or(&[][..], Vec::as_slice);
        let mut named = named.iter().chain(formerly);
        let bought = named.find(|number| index.wish(&number.phone_number).is_none());
        match bought {
            // It was bought, but the run ended before the file said so.
            Some(number) => plan.acquire(Acquisition::Record {
                phone: purchase.phone.clone(),
                number: number.phone_number.clone(),
            }),
            None if wishes.options.buy && !wishes.concerns(slice::from_ref(&purchase.phone)) => {
                // It is not asked for (`only`), so it takes no place of one that is.
                plan.acquire(Acquisition::Buy(purchase.clone()));
            }
            None if wishes.options.buy && buying < most => {
                buying += 1;
                plan.acquire(Acquisition::Buy(purchase.clone()));
            }
            None if wishes.options.buy => plan.note(
                &purchase.phone,
                "has no number yet, and waits: --max-purchases allows this run no more",
                "run `dialtone apply --buy` again",
            ),
            None => plan.note(
                &purchase.phone,
                format!("has no number yet; one in area code {} is wanted", purchase.area_code),
                "`dialtone apply --buy` buys one",
            ),
        }
    }
    for number in &account.numbers {
        let NumberOwner::Ours(phone) = wishes.names.owner_of_number(&number.friendly_name) else { continue };
        if index.wish(&number.phone_number).is_some() || wanting.contains(phone)
            // A long name is cut.
            || named_so.contains(number.friendly_name.as_str())
        {
            continue;
        }
        match index.missing() {
            Some(missing) => plan.note(
                &number.phone_number,
                format!(
                    "is not in the file, but rings as before: {} of the file is not in the account, so one may \
                     be meant for the other",
                    missing.as_str()
                ),
                "correct the number in the file, or buy or port the new one; then the old one is given up",
            ),
            None => give_up(wishes, number, plan),
        }
    }
}

/// Numbers of the file that stay when this stage goes, since they have another's name. A mistyped network owns nothing.
fn note_others(index: &Index<'_>, plan: &mut Plan) {
    let wishes = index.wishes;
    let mut others: Vec<(String, Vec<&str>)> = Vec::new();
    for number in wishes.named.iter().filter_map(|number| index.number(number.as_str())) {
        let owner = owner_of(&number.friendly_name).filter(|owner| *owner != wishes.names.owner());
        let Some(owner) = owner else { continue };
        match others.iter_mut().find(|(known, _)| known == owner) {
            Some((_, numbers)) => numbers.push(&number.phone_number),
            None => others.push((owner.to_owned(), vec![&number.phone_number])),
        }
    }
    for (owner, numbers) in others {
        let (belongs, stays) = if numbers.len() == 1 { ("belongs", "stays") } else { ("belong", "stay") };
        plan.note(
            network::some_of(&numbers, 3),
            format!("{belongs} to {owner}, not to {}, and {stays}", wishes.names.owner()),
            "look at the network's name in the file, and at --stage",
        );
    }
}

fn adopt(wishes: &Wishes, wish: &NumberWish, number: &PhoneNumber, plan: &mut Plan) {
    if let Some(keeper) = keeper(wishes, number) {
        if let Some(owner) = stranger(wishes, number) {
            if wishes.concerns(&wish.phones) {
                plan.obstacles.push(of_stranger(number, owner));
            }
            return;
        }
        plan.note(
            wish.number.as_str(),
            format!("is answered by {keeper}, and stays there"),
            "a number has one voice URL; take it with --take-over, or give this stage numbers of its own",
        );
        return;
    }
    if !number.capabilities.voice {
        plan.note(wish.number.as_str(), "cannot take voice calls", "use another number");
    }
    let fields = differences(NUMBER, &wish.settings, number);
    if !fields.is_empty() {
        plan.add(Change::UpdateNumber {
            sid: number.sid.clone(),
            number: wish.number.as_str().to_owned(),
            fields,
            phones: wish.phones.clone(),
            gives_up: false,
        });
    }
}

/// Obstacles to setting up a stage that has nothing at Twilio, while numbers of its file belong to a name that the file does
/// not have: it may have been renamed, and would get everything anew beside what it has.
pub(super) fn obstacles(index: &Index<'_>) -> Vec<Finding> {
    let &Index { wishes, account, .. } = index;
    let is_begun = !account.lists.is_empty() || account.domain.is_some();
    if is_begun || wishes.domain.is_none() || wishes.options.take_over {
        return Vec::new();
    }
    let numbers = wishes.numbers.iter().filter_map(|wish| index.number(wish.number.as_str()));
    numbers.filter_map(|number| Some(of_stranger(number, stranger(wishes, number)?))).collect()
}

fn of_stranger(number: &PhoneNumber, owner: &str) -> Finding {
    Finding::new(
        &number.phone_number,
        format!("belongs to {owner}, which the file does not have: it does not ring the phones of the file"),
        "if you have renamed the network or the stage, `dialtone apply --take-over` renames everything at Twilio; if the number \
         moves from there to this network, it takes that number; if not, correct the file",
    )
}

/// A number of ours that no phone has any more answers nobody, and is kept: a released number is gone for good.
fn give_up(wishes: &Wishes, number: &PhoneNumber, plan: &mut Plan) {
    let (sid, text) = (number.sid.clone(), number.phone_number.clone());
    if wishes.options.release_numbers {
        plan.add(Change::Release { sid, number: text });
        return;
    }
    let nothing = NumberSettings {
        friendly_name: number.phone_number.clone(),
        voice_url: String::new(),
        fallback_url: String::new(),
        status_url: String::new(),
    };
    let fields = differences(NUMBER, &nothing, number);
    plan.add(Change::UpdateNumber { sid, number: text.clone(), fields, phones: Vec::new(), gives_up: true });
    plan.note(
        text,
        "is no longer wanted; the account keeps it, and pays for it",
        "use it for another phone, or release it in Twilio's console",
    );
}
