//! From what is there to the parts of a network file, and what a person has to decide.

use std::collections::HashMap;

use network::{Finding, NetworkFile, Problem, Problems};
use numbers::{E164, Region};
use twilio::PhoneNumber;

use super::found::Found;
use super::guess::guess;
use super::left_over::{LeftOut, left_over};
use super::parts::{Choice, Parts, Phone, Rename};
use super::places::{places, slug};
use super::text::write;
use crate::account::{Domain, List};
use crate::names::{Names, owner_of};

/// A network file, and what a person should know of it.
#[derive(Debug)]
pub struct Draft {
    /// The file. `check` calls it good.
    pub text: String,
    /// Decisions that the account does not answer: all of them stand in the file, too.
    pub decisions: Vec<Finding>,
    /// Resources that the file does not name.
    pub left_over: Vec<Finding>,
    /// The lists to be renamed, so that they are this stage's. Users and passwords stay.
    pub renames: Vec<Rename>,
}

/// Why no file can be made.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A phone that was asked for is not there.
    #[error("the domain's lists have no user {0}")]
    NoSuchPhone(String),
    /// `apply` would delete these users, because no file can name them.
    #[error("the lists have users that no network file can name: {}", .0.join(", "))]
    Unnameable(Vec<String>),
    /// The file would not be good. Reported, since it must not happen.
    #[error("the account cannot be written as a network file: {0}")]
    NotGood(Problems),
}

impl DraftError {
    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (about, remedy) = match self {
            Self::NoSuchPhone(_) => ("--only", "write the user name as Twilio has it"),
            Self::Unnameable(_) => (
                "--adopt-lists",
                "leave it out, so that the old lists stay as they are, or rename these users",
            ),
            Self::NotGood(_) => ("", "report this, with the lines that it names"),
        };
        Finding::new(about, self.to_string(), remedy)
    }
}

/// Writes the file of an account.
///
/// # Errors
///
/// A phone that was asked for is not there, or a list cannot be adopted.
pub fn draft(found: &Found, choice: &Choice) -> Result<Draft, DraftError> {
    let domain = choice.domain.as_deref().and_then(|name| found.domain(name));
    let mut usable: Vec<&PhoneNumber> = found.numbers.iter().filter(|number| is_usable(number)).collect();
    usable.sort_by_key(|number| &number.phone_number);
    let region = choice.region.or_else(|| most_common(&usable)).unwrap_or_else(united_states);
    let (users, left_out) = users(found, domain, choice, region)?;
    let named: Vec<String> = users.iter().map(|(name, _)| name.clone()).collect();
    let numbers: Vec<PhoneNumber> = usable.iter().map(|&number| number.clone()).collect();
    let guesses = guess(&named, &numbers, region);
    let mut phones: Vec<Phone<'_>> = users
        .into_iter()
        .zip(guesses)
        .map(|((name, list), guessed)| Phone {
            name,
            list: Some(&list.list.friendly_name),
            number: guessed
                .and_then(|(index, reason)| usable.get(index).map(|&number| (number, Some(reason)))),
            misled: None,
        })
        .collect();
    if domain.is_none() {
        phones = made_up(&usable, region);
    }
    let has = |number: &PhoneNumber| {
        phones.iter().any(|phone| phone.number.is_some_and(|(own, _)| own.sid == number.sid))
    };
    let free: Vec<_> = usable.iter().copied().filter(|number| !has(number)).collect();
    let emergency_caller = domain
        .filter(|domain| domain.domain.emergency_calling_enabled)
        .and_then(|domain| usable.iter().find(|number| number.sid == domain.domain.emergency_caller_sid))
        .copied();
    // With one phone alone, the others' places are not its business.
    let placed: Vec<_> = match choice.only.is_empty() {
        true => usable.clone(),
        false => phones.iter().filter_map(|phone| phone.number.map(|(number, _)| number)).collect(),
    };
    let mut parts = Parts {
        choice,
        region,
        domain,
        places: places(found, &placed),
        phones,
        free,
        emergency_caller,
        is_without_help: false,
        is_misled: false,
    };
    let (mut text, mut decisions) = write(&parts);
    // Where help would come from, and to, is for `check` to know.
    while let Err(problems) = NetworkFile::parse(&text) {
        if !yield_to(&problems.0, &mut parts) {
            return Err(DraftError::NotGood(problems));
        }
        (text, decisions) = write(&parts);
    }
    let renames = renames(found, domain, choice);
    let left_over = left_over(found, &parts, &left_out, &renames);
    Ok(Draft { text, decisions, left_over, renames })
}

/// Gives up what `check` refuses because of calls for help. Whether anything was given up.
fn yield_to(problems: &[Problem], parts: &mut Parts<'_>) -> bool {
    let is_of_country =
        |one: &Problem| ["network.region", "network.emergency_calling"].contains(&one.key.as_str());
    if !parts.is_without_help && problems.iter().any(is_of_country) {
        parts.is_without_help = true;
        return true;
    }
    let is_of_caller =
        |one: &Problem| one.key == "network.emergency_caller_id" || one.key.starts_with("extensions.");
    if parts.emergency_caller.is_some() && problems.iter().any(is_of_caller) {
        (parts.emergency_caller, parts.is_misled) = (None, true);
        return true;
    }
    let mut is_new = false;
    for phone in parts.phones.iter_mut().filter(|phone| phone.misled.is_none()) {
        let about = format!("extensions.{}", super::text::key(&phone.name));
        let is_of_phone = |one: &&Problem| {
            one.key.strip_prefix(&about).is_some_and(|rest| rest.is_empty() || rest == ".number")
        };
        if let Some(problem) = problems.iter().find(is_of_phone) {
            phone.misled = Some(problem.what.clone());
            is_new = true;
        }
    }
    is_new
}

/// Users with their lists.
type Users<'a> = Vec<(String, &'a List)>;

/// The users that the file names, with their lists, and those that it cannot name or was not asked for.
fn users<'a>(
    found: &'a Found,
    domain: Option<&'a Domain>,
    choice: &Choice,
    region: Region,
) -> Result<(Users<'a>, Vec<LeftOut>), DraftError> {
    let (mut users, mut left_out): (Users<'a>, Vec<LeftOut>) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut nameless = Vec::new();
    let lists: Vec<&List> = domain.map(|domain| found.lists_of(domain).collect()).unwrap_or_default();
    for list in lists {
        for credential in &list.credentials {
            let user = &credential.username;
            let out = |why: &str| LeftOut {
                user: user.clone(),
                list: list.list.friendly_name.clone(),
                why: why.to_owned(),
            };
            if !choice.only.is_empty() && !choice.only.contains(user) {
                left_out.push(out("--only does not ask for them"));
            } else if let Some(twin) = seen.get(&user.to_lowercase()) {
                // `apply` keeps a user of the same name in a second list, but not one that is written differently.
                nameless.extend((twin != user).then(|| user.clone()));
                left_out.push(out("another user of that name is in it, and case makes no difference"));
            } else if let Some(why) = refusal(user, region) {
                nameless.push(user.clone());
                left_out.push(out(&why));
            } else {
                seen.insert(user.to_lowercase(), user.clone());
                users.push((user.clone(), list));
            }
        }
    }
    users.sort_by_key(|(user, _)| user.to_lowercase());
    if let Some(missing) = choice.only.iter().find(|name| users.iter().all(|(user, _)| user != *name)) {
        return Err(DraftError::NoSuchPhone(missing.clone()));
    }
    if choice.adopt_lists && !nameless.is_empty() {
        return Err(DraftError::Unnameable(nameless));
    }
    Ok((users, left_out))
}

/// Why a file cannot name a user. The file's own reader says so, so that there is one set of rules.
fn refusal(user: &str, region: Region) -> Option<String> {
    let phone = format!("[extensions.{}]", super::text::key(user));
    problem_of(&phone, region).map(|what| format!("such a name {what}"))
}

/// The reader's finding on a phone, in a file that is good otherwise.
fn problem_of(phone: &str, region: Region) -> Option<String> {
    let text = format!(
        "[network]\nname = \"n\"\nregion = \"{region}\"\n[stages.s]\nsip_domain = \"n.sip.twilio.com\"\n\
         public_url = \"https://n.example.org\"\n{phone}\n"
    );
    let problems = NetworkFile::parse(&text).err()?;
    let of_phone = problems.0.into_iter().find(|problem| problem.key.starts_with("extensions"));
    of_phone.map(|problem| problem.what)
}

/// Phones for the numbers of an account without a SIP domain: behind a trunk, Twilio knows no phones.
fn made_up<'a>(numbers: &[&'a PhoneNumber], region: Region) -> Vec<Phone<'a>> {
    let mut phones: Vec<Phone<'a>> = Vec::new();
    for &number in numbers {
        let own = slug(&number.friendly_name);
        let last = number.phone_number.len().saturating_sub(4);
        let end = number.phone_number.get(last..).unwrap_or_default();
        let own = match own.chars().any(char::is_alphabetic) && refusal(&own, region).is_none() {
            true => own,
            false => format!("phone-{end}"),
        };
        let is_free = |name: &String| phones.iter().all(|phone| phone.name != *name);
        let name = (1..)
            .map(|count| if count == 1 { own.clone() } else { format!("{own}-{count}") })
            .find(is_free)
            .unwrap_or_default();
        phones.push(Phone { name, list: None, number: Some((number, None)), misled: None });
    }
    phones
}

/// A number that a file can have: one that takes calls, and is not another network's of Dialtone.
fn is_usable(number: &PhoneNumber) -> bool {
    let phone = || format!("[extensions.lobby]\nnumber = {}", super::text::quoted(&number.phone_number));
    number.capabilities.voice
        && owner_of(&number.friendly_name).is_none()
        && problem_of(&phone(), united_states()).is_none()
}

/// The country of most numbers.
fn most_common(numbers: &[&PhoneNumber]) -> Option<Region> {
    let regions: Vec<Region> =
        numbers.iter().filter_map(|number| E164::parse(&number.phone_number).ok()?.region()).collect();
    let count = |region: &Region| regions.iter().filter(|one| *one == region).count();
    // Of several, the one that comes first.
    regions.iter().rev().max_by_key(|region| count(region)).copied()
}

#[expect(clippy::expect_used, reason = "two letters are a region")]
fn united_states() -> Region {
    Region::parse("US").expect("US is a region")
}

/// New names for the lists of the domain, in their order. A list that is another network's of Dialtone stays.
fn renames(found: &Found, domain: Option<&Domain>, choice: &Choice) -> Vec<Rename> {
    let Some(domain) = domain.filter(|_| choice.adopt_lists) else { return Vec::new() };
    let names = Names::new(&choice.network, &choice.stage);
    let is_taken = |name: &String| found.lists.iter().any(|list| list.list.friendly_name == *name);
    let mut free = (0..).map(|index| names.list(index)).filter(|name| !is_taken(name));
    found
        .lists_of(domain)
        .filter(|list| owner_of(&list.list.friendly_name).is_none())
        .filter_map(|list| {
            let to = free.next()?;
            Some(Rename { sid: list.list.sid.clone(), from: list.list.friendly_name.clone(), to })
        })
        .collect()
}
