//! Credential lists, and the credentials in them.

use std::collections::{HashMap, HashSet};

use crate::account::{Account, List};
use crate::change::Change;
use crate::keyring::{Keyring, Known};
use crate::plan::Plan;
use crate::wishes::{USERS_OF_A_LIST, Wishes};

/// A list that phones use, there or not.
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) sid: Option<String>,
    users: usize,
}

/// Adds the changes to lists and credentials, and returns the lists that the domain has to admit.
pub(super) fn compare(
    wishes: &Wishes,
    account: &Account,
    keyring: &dyn Keyring,
    plan: &mut Plan,
) -> Vec<Kept> {
    let lists = lists_to_keep(wishes, account);
    for list in &account.lists {
        if lists.iter().all(|kept| kept.list.sid != list.list.sid) {
            let (sid, friendly_name) = (list.list.sid.clone(), list.list.friendly_name.clone());
            plan.add(Change::DeleteList { sid, friendly_name });
        }
    }
    rename(&lists, wishes, account, plan);
    let of = |list: &&List| Kept {
        name: list.list.friendly_name.clone(),
        sid: Some(list.list.sid.clone()),
        users: list.credentials.len(),
    };
    let mut kept: Vec<Kept> = lists.iter().map(of).collect();

    let mut there = HashMap::new();
    for list in &lists {
        for credential in &list.credentials {
            there.entry(credential.username.as_str()).or_insert((&list.list.sid, credential));
        }
    }
    let (mut strangers, mut new) = (Vec::new(), Vec::new());
    let mut outdated = Outdated::default();
    let is_forced = wishes.options.set_passwords;
    for user in &wishes.users {
        let Some(&(list_sid, credential)) = there.get(user.as_str()) else {
            let list = with_room(&mut kept, wishes, plan);
            let (list, list_sid) = (list.name.clone(), list.sid.clone());
            plan.add(Change::CreateCredential { list, list_sid, user: user.clone() });
            new.push(user.as_str());
            continue;
        };
        // Whether the password is to be set, and whether the phone may have another one.
        let (is_to_be_set, cuts_off) = match keyring.known(user) {
            Known::Nothing => {
                strangers.push(user.as_str());
                (false, false)
            }
            Known::Set { credential: known, when } => {
                let is_another = known != credential.sid;
                let is_newer = when.is_some_and(|when| credential.is_set_after(&when));
                match (is_forced, is_another, is_newer) {
                    (true, ..) => (true, is_another || is_newer),
                    (false, true, _) => outdated.another(user, wishes),
                    (false, false, true) => outdated.newer(user),
                    (false, false, false) => (false, false),
                }
            }
            Known::Unset => (true, false),
            Known::Rotating => (true, true),
            Known::Given => (is_forced, true),
        };
        if is_to_be_set {
            let (list_sid, sid) = (list_sid.clone(), credential.sid.clone());
            plan.add(Change::SetPassword { list_sid, sid, user: user.clone(), cuts_off });
        }
    }
    outdated.report(plan);
    if !strangers.is_empty() {
        plan.note(
            network::some_of(&strangers, 3),
            match strangers.len() {
                1 => "has a password in Twilio that is not known here",
                _ => "have passwords in Twilio that are not known here",
            },
            "bring the passwords file from where it was made; or set new ones: one with `dialtone rotate`, or those \
             that DIALTONE_PASSWORDS gives with `dialtone apply --set-passwords`",
        );
    }
    let users: HashSet<&str> = wishes.users.iter().map(String::as_str).collect();
    let new: HashSet<String> = new.into_iter().map(str::to_lowercase).collect();
    for list in &lists {
        for credential in &list.credentials {
            if users.contains(credential.username.as_str()) {
                continue;
            }
            // Twilio may compare user names of a list without regard to case, and phones log in with exactly theirs. So
            // one that is only written differently goes before the new one comes. Its phone is cut off meanwhile, but it
            // would be anyway: it needs its new user name.
            let makes_way = new.contains(&credential.username.to_lowercase());
            let (list_sid, sid) = (list.list.sid.clone(), credential.sid.clone());
            let user = credential.username.clone();
            plan.add(Change::DeleteCredential { list_sid, sid, user, makes_way });
        }
    }
    kept
}

/// Gives the lists that the stage had under another name its name of today. Their users and their mappings stay.
fn rename(lists: &[&List], wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let is_free = |name: &String| account.lists.iter().all(|known| known.list.friendly_name != *name);
    let mut free = (0..).map(|index| wishes.names.list(index)).filter(is_free);
    for list in lists {
        let (sid, from) = (list.list.sid.clone(), list.list.friendly_name.clone());
        if wishes.names.is_list_of_today(&from) {
            continue;
        }
        let own = wishes.names.list_index(&from).map(|index| wishes.names.list(index)).filter(is_free);
        let taken = |name: &String| {
            plan.changes.iter().any(|change| matches!(change, Change::RenameList { to, .. } if to == name))
        };
        let to = own.filter(|name| !taken(name)).or_else(|| free.by_ref().find(|name| !taken(name)));
        let Some(to) = to else { continue };
        plan.add(Change::RenameList { sid, from, to, is_ours: true });
    }
}

/// Phones whose kept password is older than the credential at Twilio: the passwords file is an old one, or another machine
/// has set the password. Nothing of theirs is set unless somebody asks for it, since their phones have the newer password.
#[derive(Default)]
struct Outdated<'a> {
    another: Vec<&'a str>,
    newer: Vec<&'a str>,
}

impl<'a> Outdated<'a> {
    fn another(&mut self, user: &'a str, wishes: &Wishes) -> (bool, bool) {
        if wishes.concerns(&[user.to_owned()]) {
            self.another.push(user);
        }
        (false, false)
    }

    fn newer(&mut self, user: &'a str) -> (bool, bool) {
        self.newer.push(user);
        (false, false)
    }

    fn report(&self, plan: &mut Plan) {
        let count = |users: &[&str]| match users.len() {
            1 => "1 phone".to_owned(),
            count => format!("{count} phones"),
        };
        if !self.another.is_empty() {
            plan.obstacle(
                // All of them: somebody may have to go there.
                self.another.join(", "),
                format!(
                    "{}: the passwords file knows another credential than the one at Twilio, so it is an old file, or another \
                     account's; setting its passwords would cut off the phones that have the newer ones, so they stay",
                    count(&self.another)
                ),
                "bring the newest passwords file; if the phones have the passwords of this one, \
                 `dialtone apply --set-passwords --only PHONE` sets them",
            );
        }
        if !self.newer.is_empty() {
            plan.note(
                self.newer.join(", "),
                format!("{}: a newer password is at Twilio than in the passwords file", count(&self.newer)),
                "bring the newest passwords file before you render device files; or set this file's with \
                 `dialtone apply --set-passwords --only PHONE`, which cuts off a phone that has the newer one",
            );
        }
    }
}

/// The lists that phones use, or will. An empty one stays where the others have no room for all phones: it was made for
/// them. Of two with one name the first is the better one.
fn lists_to_keep<'a>(wishes: &Wishes, account: &'a Account) -> Vec<&'a List> {
    let users: HashSet<&str> = wishes.users.iter().map(String::as_str).collect();
    let has_phones = |list: &List| list.credentials.iter().any(|one| users.contains(one.username.as_str()));
    let is_first =
        |list: &List| !users.is_empty() && wishes.names.list_index(&list.list.friendly_name) == Some(0);
    let mut kept: Vec<&List> = Vec::new();
    let is_new = |kept: &[&List], list: &List| {
        kept.iter().all(|other| other.list.friendly_name != list.list.friendly_name)
    };
    for list in &account.lists {
        if is_new(&kept, list) && (has_phones(list) || is_first(list)) {
            kept.push(list);
        }
    }
    let there: HashSet<&str> =
        kept.iter().flat_map(|list| &list.credentials).map(|one| one.username.as_str()).collect();
    let missing = users.difference(&there).count();
    let room_of = |list: &List| USERS_OF_A_LIST.saturating_sub(list.credentials.len());
    let mut room: usize = kept.iter().map(|list| room_of(list)).sum();
    for list in &account.lists {
        if room < missing && is_new(&kept, list) {
            room += room_of(list);
            kept.push(list);
        }
    }
    kept
}

/// A list that takes one more user.
fn with_room<'k>(kept: &'k mut Vec<Kept>, wishes: &Wishes, plan: &mut Plan) -> &'k Kept {
    let place = kept.iter().position(|list| list.users < USERS_OF_A_LIST).unwrap_or_else(|| {
        let free = (0..)
            .map(|index| wishes.names.list(index))
            .find(|name| kept.iter().all(|list| list.name != *name));
        let name = free.unwrap_or_default();
        plan.add(Change::CreateList { friendly_name: name.clone() });
        kept.push(Kept { name, sid: None, users: 0 });
        kept.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
    let list = &mut kept[place];
    list.users += 1;
    list
}
