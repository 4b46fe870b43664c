//! A guess of which number rings which phone, as far as an account that was set up by hand shows it.
//!
//! Twilio knows no phones behind a number: the old program did. What is found here is a hint for a person, and the file
//! says so beside each.

use numbers::{E164, Region};
use twilio::PhoneNumber;

/// Why a number seems to be a phone's; the strongest reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// The user name is the number.
    UserName,
    /// The number is called like the phone.
    FriendlyName,
    /// The voice URL has the user name as a word of its path or query.
    VoiceUrl,
    /// There is one number and one phone.
    Alone,
}

impl Reason {
    /// For a comment.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::UserName => "the user name is this number",
            Self::FriendlyName => "the number has the phone's name in Twilio",
            Self::VoiceUrl => "the number's old voice URL names the phone",
            Self::Alone => "it is the account's only number, and this the only phone",
        }
    }
}

/// For each user, the number that seems to be theirs (its place in the account) and why.
pub(super) fn guess(
    users: &[String],
    numbers: &[PhoneNumber],
    region: Region,
) -> Vec<Option<(usize, Reason)>> {
    let mut hints: Vec<(Reason, usize, usize)> = Vec::new();
    for (phone, user) in users.iter().enumerate() {
        for (index, number) in numbers.iter().enumerate() {
            hints.extend(hint(user, number, region).map(|reason| (reason, phone, index)));
        }
    }
    hints.sort_unstable();
    let mut guessed: Vec<Option<(usize, Reason)>> = vec![None; users.len()];
    let mut is_taken = vec![false; numbers.len()];
    for (reason, phone, index) in hints {
        let (Some(place), Some(taken)) = (guessed.get_mut(phone), is_taken.get_mut(index)) else { continue };
        if place.is_none() && !*taken {
            *place = Some((index, reason));
            *taken = true;
        }
    }
    if let ([place @ None], [_]) = (guessed.as_mut_slice(), numbers) {
        *place = Some((0, Reason::Alone));
    }
    guessed
}

fn hint(user: &str, number: &PhoneNumber, region: Region) -> Option<Reason> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_number =
        user.chars().all(|c| c.is_ascii_digit() || "+-. ()".contains(c)) && digits(user).len() >= 7;
    if is_number {
        let own = digits(user);
        let is_whole = digits(&number.phone_number) == own;
        let national =
            numbers::national(region, &own).as_ref().map(E164::as_str) == Some(&number.phone_number);
        return (is_whole || national).then_some(Reason::UserName);
    }
    let is_user = |word: &str| word.eq_ignore_ascii_case(user);
    // Twilio calls a number by its digits until somebody names it: (503) 555-0110 does not name extension 503.
    let is_named = !digits(&number.phone_number).ends_with(&digits(&number.friendly_name))
        || number.friendly_name.chars().any(char::is_alphabetic);
    if is_named && words(&number.friendly_name).any(is_user) {
        return Some(Reason::FriendlyName);
    }
    // The host is no phone's name.
    let rest = number.voice_url.split_once("://").and_then(|(_, rest)| rest.split_once('/'))?.1;
    words(rest).any(is_user).then_some(Reason::VoiceUrl)
}

/// The words of a name or of a URL. A hyphen or a dot is part of a word: user names have them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))
        .map(|word| word.trim_matches(['-', '.']))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(phone_number: &str, friendly_name: &str, voice_url: &str) -> PhoneNumber {
        PhoneNumber {
            phone_number: phone_number.into(),
            friendly_name: friendly_name.into(),
            voice_url: voice_url.into(),
            ..PhoneNumber::default()
        }
    }

    fn of(users: &[&str], numbers: &[PhoneNumber]) -> Vec<Option<(usize, Reason)>> {
        let users: Vec<_> = users.iter().map(|&user| user.to_owned()).collect();
        guess(&users, numbers, Region::parse("US").unwrap())
    }

    #[test]
    fn the_strongest_reason_counts_and_a_number_is_one_phones() {
        let numbers = [
            number("+15035550110", "bottles-and-cans-one", "https://old.example.org/incoming"),
            number("+15035550111", "5035550111", "https://old.example.org/ring?extension=clinton&x=1"),
            number("+15035550112", "Phone of cans", "https://old.example.org/lobby"),
        ];
        let users = ["bottles-and-cans-one", "clinton", "lobby", "5035550112", "cans"];
        assert_eq!(
            of(&users, &numbers),
            [
                Some((0, Reason::FriendlyName)),
                Some((1, Reason::VoiceUrl)),
                None,
                Some((2, Reason::UserName)),
                None
            ]
        );
    }

    #[test]
    fn a_host_a_part_of_a_word_and_three_digits_are_no_reason() {
        let numbers = [
            number("+15035550101", "Main lobbyist", "https://lobby.example.org/"),
            number("+15035550102", "(503) 555-0102", ""),
        ];
        assert_eq!(of(&["lobby", "503", "101"], &numbers), [None, None, None]);
        assert_eq!(of(&["lobby"], &numbers[..1]), [Some((0, Reason::Alone))]);
    }
}
