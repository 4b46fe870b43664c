//! A list takes a thousand users, and an account may have several of ours, some left over.

use network::NetworkFile;

use super::{FILE, Pretend, domain, lines, list};
use crate::account::{Account, List};
use crate::{Change, Known, Options, Wishes, difference};

const FIRST: &str = "dialtone:n:prod";
const SECOND: &str = "dialtone:n:prod:list:2";

fn wishes(phones: usize) -> Wishes {
    let phones: String = (0..phones).map(|i| format!("[extensions.p{i}]\n")).collect();
    let file = format!("{}{phones}", FILE.split("[extensions.lobby]").next().unwrap());
    let network = NetworkFile::parse(&file).and_then(|file| file.network("prod")).unwrap();
    Wishes::new(&network, Vec::new(), Options::default())
}

fn with(sid: &str, name: &str, users: std::ops::Range<usize>) -> List {
    let users: Vec<_> = users.map(|i| format!("p{i}")).collect();
    list(sid, name, &users.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The changes of lists, and the count of users that each one gets.
fn plan(wishes: &Wishes, lists: Vec<List>) -> (Vec<String>, Vec<(String, usize)>) {
    let account = Account { lists, domain: Some(domain(FIRST, &[])), ..Account::default() };
    let plan = difference(wishes, &account, &Pretend(Known::Given));
    let of_lists = lines(&plan).into_iter().filter(|line| line.contains("credential list")).collect();
    let mut users: Vec<(String, usize)> = Vec::new();
    for change in &plan.changes {
        let Change::CreateCredential { list, list_sid, .. } = change else { continue };
        let name = list_sid.clone().unwrap_or_else(|| list.clone());
        match users.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => users.push((name, 1)),
        }
    }
    (of_lists, users)
}

fn owned<const N: usize>(pairs: [(&str, usize); N]) -> Vec<(String, usize)> {
    pairs.map(|(name, count)| (name.to_owned(), count)).to_vec()
}

#[test]
fn a_list_that_is_still_empty_is_there_for_those_who_come() {
    let wishes = wishes(1001);
    let made = [format!("Create credential list {FIRST}"), format!("Create credential list {SECOND}")];
    assert_eq!(plan(&wishes, Vec::new()), (made.to_vec(), owned([(FIRST, 1000), (SECOND, 1)])));
    // The next look, and one after the first list is full.
    let (first, second) = (with("CL1", FIRST, 0..0), with("CL2", SECOND, 0..0));
    assert_eq!(plan(&wishes, vec![first, second.clone()]), (vec![], owned([("CL1", 1000), ("CL2", 1)])));
    let full = with("CL1", FIRST, 0..1000);
    assert_eq!(plan(&wishes, vec![full.clone(), second]), (vec![], owned([("CL2", 1)])));
    assert_eq!(plan(&wishes, vec![full, with("CL2", SECOND, 1000..1001)]), (vec![], vec![]));
}

#[test]
fn lists_that_are_left_over_go() {
    let wishes = wishes(1001);
    let full = with("CL1", FIRST, 0..1000);
    let mut lists = vec![full];
    lists.extend(["CL2", "CL3", "CL4", "CL5"].map(|sid| with(sid, SECOND, 0..0)));
    lists.push(with("CL6", "dialtone:n:prod:list:3", 0..0));
    let (removed, users) = plan(&wishes, lists);
    let second = format!("Delete credential list {SECOND}");
    let third = "Delete credential list dialtone:n:prod:list:3".to_owned();
    assert_eq!(removed, [second.clone(), second.clone(), second, third]);
    assert_eq!(users, owned([("CL2", 1)]));
    // The last phone beyond a thousand has gone.
    let few = self::wishes(900);
    let lists = vec![with("CL1", FIRST, 0..900), with("CL2", SECOND, 0..0)];
    assert_eq!(plan(&few, lists), (vec![format!("Delete credential list {SECOND}")], vec![]));
}

#[test]
fn of_two_lists_with_one_name_the_one_with_phones_is_kept() {
    let wishes = wishes(1001);
    let lists = vec![with("CL1", FIRST, 0..1000), with("CL2", SECOND, 0..0), with("CL3", SECOND, 1000..1001)];
    assert_eq!(plan(&wishes, lists), (vec![format!("Delete credential list {SECOND}")], vec![]));
}

#[test]
fn a_phone_that_is_only_written_differently_makes_way_for_itself() {
    let wishes = wishes(2);
    let lists = vec![list("CL1", FIRST, &["P0", "p1", "P1", "gone"])];
    let account = Account { lists, domain: Some(domain(FIRST, &["CL1"])), ..Account::default() };
    let found = lines(&difference(&wishes, &account, &Pretend(Known::Given)));
    let credentials: Vec<_> = found.iter().filter(|line| line.contains("credential ")).collect();
    // p1 is there already, so P1 is in nobody's way.
    assert_eq!(
        credentials,
        ["Delete credential P0", "Create credential p0", "Delete credential P1", "Delete credential gone"]
    );
}
