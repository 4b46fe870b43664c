//! Calls for help, as the table of emergency numbers has them.

use network::{Extension, Network};
use numbers::Region;
use numbers::emergency::{ADDRESS_TEST, Country, EVERYWHERE};
use numbers::{SHOWING_CODES, ShowingCode};

/// Keys that a call for help may begin with and still be one, besides the codes that hide or show the caller's number.
const BEFORE: [&str; 7] = ["", "*", "#", "**", "##", "*#", "#*"];

/// Forms of 911 that are dialled in a hurry: begun once more, pressed again and again, another number behind it.
const IN_A_HURRY: [&str; 4] = ["91191", "911112", "911911911911911911", "911111111111111111"];

/// The emergency numbers of the countries that a phone belongs to, the best known first.
pub(crate) fn own(network: &Network, phone: &Extension) -> Vec<&'static str> {
    numbers_of(&network.help_regions(Some(phone)))
}

/// The emergency numbers of the country whose numbering plan digits are read by.
pub(crate) fn of_the_plan(network: &Network) -> Vec<&'static str> {
    numbers_of(&[network.region()])
}

/// Ways to call for help: every number that means it on this phone, short and long, with all that people press before it.
pub(crate) fn spellings(network: &Network, phone: &Extension) -> Vec<String> {
    let mut numbers = own(network, phone);
    numbers.extend(EVERYWHERE);
    let mut meant: Vec<String> = numbers.iter().flat_map(|number| pressed_again(number)).collect();
    meant.extend(IN_A_HURRY.map(str::to_owned));
    meant.push(ADDRESS_TEST.to_owned());
    meant.sort_unstable();
    meant.dedup();
    // A number may begin as a code of digits alone does (141 in Britain), so such keys wait for the next one.
    let regions = network.help_regions(Some(phone));
    let codes = SHOWING_CODES.iter().filter(|code| !code.is_numeric() && code.is_of(&regions));
    let before = BEFORE.into_iter().chain(codes.map(ShowingCode::keys));
    let outside = before.flat_map(|before| ["", "9", "99"].map(|outside| format!("{before}{outside}")));
    let abroad = outside.flat_map(|before| ["", "0", "00", "011"].map(|abroad| format!("{before}{abroad}")));
    let long = abroad.flat_map(|before| ["", "1"].map(|long| format!("{before}{long}")));
    long.flat_map(|before| meant.iter().map(move |number| format!("{before}{number}")).collect::<Vec<_>>())
        .collect()
}

/// The number, with its last key held, and once more.
fn pressed_again(number: &str) -> [String; 3] {
    let last = number.get(number.len() - 1..).unwrap_or_default();
    [number.to_owned(), format!("{number}{last}"), number.repeat(2)]
}

fn numbers_of(regions: &[Region]) -> Vec<&'static str> {
    let mut numbers = Vec::new();
    for number in regions.iter().filter_map(|region| Country::of(*region)).flat_map(Country::numbers) {
        if !numbers.contains(number) {
            numbers.push(*number);
        }
    }
    numbers
}
