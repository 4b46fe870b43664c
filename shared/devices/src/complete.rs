//! Keys that a phone may send with the last one, because nothing longer that the server accepts begins with it.

use std::iter;

use network::Network;

use crate::help;
use crate::pattern::{Keys, Pattern, merged};
use crate::server::Server;

/// The calling code of North America.
const NORTH_AMERICA: u16 = 1;

/// How many digits a North American number has, area code and all.
const TEN: usize = 10;

/// The keys that are complete on a phone.
#[derive(Debug)]
pub(crate) struct Complete {
    /// Emergency numbers, the best known first.
    pub(crate) help: Vec<&'static str>,
    /// The rest, in the order of what is to be given up last when a device's plan is full.
    pub(crate) others: Vec<Pattern>,
}

/// The emergency number that people know from films, and press in other countries, too.
const FROM_FILMS: &str = "911";

/// Finds the keys that are complete on a phone.
///
/// In North America the length of a number is known from its beginning; elsewhere it is not, so only codes
/// that begin no number are complete there. What a device sends too early nobody can mend, so all of it is checked with the
/// server.
pub(crate) fn complete(server: Server<'_>) -> Complete {
    let network = server.network;
    let is_north_america = numbers::calling_code_of(network.region()) == Some(NORTH_AMERICA);
    let abroad = bare_country_codes(network);
    let begins_abroad =
        |keys: &str| abroad.iter().any(|code| keys.starts_with(code.as_str()) || code.starts_with(keys));
    let is_alone = |keys: &str| Pattern::exactly(keys).is_some_and(|pattern| !server.goes_on(&pattern));
    let is_complete = |keys: &str| {
        let is_number = keys.bytes().all(|key| key.is_ascii_digit());
        !(is_number && (!is_north_america || begins_abroad(keys))) && is_alone(keys)
    };
    let exactly = |keys: &str| Pattern::exactly(keys).filter(|_| is_complete(keys));

    let own = help::own(network, server.phone);
    let of_the_plan = help::of_the_plan(network);
    let is_help = |number: &&str| {
        // No numbering plan lets a number, as it is dialled, begin with an emergency number of the country. Without what is
        // dialled before it, one can look so: 1 12 ... is Paris without its 0. Nobody there leaves it out, so only the file
        // can name something longer. In North America people do leave out the 1.
        if of_the_plan.contains(number) && !is_north_america {
            return Pattern::exactly(number).is_some_and(|pattern| !server.is_begun_in_the_file(&pattern));
        }
        !begins_abroad(number) && is_alone(number)
    };
    let from_films = Some(FROM_FILMS).filter(|number| !own.contains(number));
    let help: Vec<&str> = own.iter().copied().chain(from_films).filter(is_help).collect();
    let help_patterns: Vec<Pattern> = help.iter().filter_map(|number| Pattern::exactly(number)).collect();

    let service_codes = (2..=8).map(|n| format!("{n}11")).filter(|_| is_north_america);
    let service_codes: Vec<_> = service_codes.filter_map(|code| exactly(&code)).collect();
    // A code that begins with 911 where 911 is complete leads nowhere, as for the phone that it rings. In the plan it
    // would be something that can go on, and 911 would wait for it.
    let begins_with_help = |code: &str| help_patterns.iter().any(|help| help.begins(code));
    let codes: Vec<_> = network
        .codes_of(server.phone)
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

    let mut found = numbers(&long_distance, TEN + 1);
    found.extend(numbers(&ten, TEN));
    found.extend(merged(service_codes));
    found.extend(merged(codes));
    found.extend(numbers(&outside_long_distance, TEN + 2));
    found.extend(numbers(&outside, TEN + 1));
    Complete { help, others: found }
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
