//! What a phone may send with its last key, since nothing longer that the server accepts begins with it.

use std::iter;

use network::{Extension, Network};

use crate::pattern::{Keys, Pattern, merged};
use crate::server::Server;

/// The calling code of North America.
const NORTH_AMERICA: u16 = 1;

/// How many digits a North American number has, area code and all.
const TEN: usize = 10;

/// What is complete on a phone, in the order of what is to be given up last when a device's plan is full.
///
/// In North America the length of a number is known from its beginning; elsewhere it is not, so only codes
/// that begin no number are complete there. What a device sends too early nobody can mend, so all of it is checked with the
/// server.
pub(crate) fn complete(network: &Network, phone: &Extension) -> Vec<Pattern> {
    let server = Server { network, phone };
    let is_north_america = numbers::calling_code_of(network.region()) == Some(NORTH_AMERICA);
    let abroad = bare_country_codes(network);
    let is_number = |keys: &str| {
        let is_national = !is_north_america && keys != "911";
        let begins_abroad =
            abroad.iter().any(|code| keys.starts_with(code.as_str()) || code.starts_with(keys));
        keys.bytes().all(|key| key.is_ascii_digit()) && (is_national || begins_abroad)
    };
    let is_complete = |keys: &str| {
        !is_number(keys) && Pattern::exactly(keys).is_some_and(|pattern| !server.goes_on(&pattern))
    };
    let exactly = |keys: &str| Pattern::exactly(keys).filter(|_| is_complete(keys));

    let service_codes = (2..=8).map(|n| format!("{n}11")).filter(|_| is_north_america);
    let service_codes: Vec<_> = service_codes.filter_map(|code| exactly(&code)).collect();
    let help = exactly("911");
    // A code that begins with 911 where 911 is complete leads nowhere, as for the phone that it rings. In the plan it
    // would be something that can go on, and 911 would wait for it.
    let begins_with_help = |code: &str| help.as_ref().is_some_and(|help| help.begins(code));
    let codes: Vec<_> = network
        .codes_of(phone)
        .filter(|code| !begins_with_help(code))
        .filter_map(exactly)
        .filter(|code| !service_codes.contains(code))
        .collect();
    let numbers = |start: &[Keys], length: usize| -> Vec<Pattern> {
        if !is_north_america {
            return Vec::new();
        }
        let rest = iter::repeat_n(Keys::DIGITS, length - start.len());
        let mut found = vec![Pattern::new(start.to_vec()).then(rest)];
        for code in abroad.iter().filter_map(|code| Pattern::exactly(code)) {
            found = found.iter().flat_map(|pattern| pattern.without(&code)).collect();
        }
        found.retain(|pattern| !server.goes_on(pattern));
        found
    };
    let (one, nine) = (Keys::one('1').into_iter(), Keys::one('9').into_iter());
    let start =
        |before: &mut dyn Iterator<Item = Keys>, first: Keys| before.chain([first]).collect::<Vec<_>>();
    let long_distance = start(&mut one.clone(), Keys::TWO_TO_NINE);
    // Ten digits that begin with 9 may be an outside line's 9 and the first nine of ten.
    let ten = [Keys::TWO_TO_EIGHT];
    let outside_long_distance = start(&mut nine.clone().chain(one), Keys::TWO_TO_NINE);
    let outside = start(&mut nine.clone(), Keys::TWO_TO_NINE);

    let mut found: Vec<Pattern> = help.into_iter().collect();
    found.extend(numbers(&long_distance, TEN + 1));
    found.extend(numbers(&ten, TEN));
    found.extend(merged(service_codes));
    found.extend(merged(codes));
    found.extend(numbers(&outside_long_distance, TEN + 2));
    found.extend(numbers(&outside, TEN + 1));
    found
}

/// Codes of allowed countries, which people also dial with nothing before them. Their numbers have many lengths.
fn bare_country_codes(network: &Network) -> Vec<String> {
    let codes = network.allow().iter().filter_map(|region| numbers::calling_code_of(*region));
    let mut codes: Vec<_> =
        codes.filter(|code| *code != NORTH_AMERICA).map(|code| code.to_string()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
