//! The text of the file.

use std::fmt::Write;

use network::Finding;
use toml_edit::Value;
use twilio::PhoneNumber;

use super::parts::{Parts, Phone};
use super::places::FoundPlace;
use crate::registration::Registration;

/// How wide comments are, in characters.
const WIDTH: usize = 100;

/// Where phones may call if a file does not say (`allow` in `examples/dialtone.toml`).
const ALLOWED: [&str; 4] = ["US", "CA", "PR", "MX"];

/// A text in TOML, in quotes.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A key in TOML, in quotes where it needs them.
pub(super) fn key(text: &str) -> String {
    toml_edit::Key::new(text).to_string()
}

/// Writes the file, and returns what a person has to decide.
pub(super) fn write(parts: &Parts<'_>) -> (String, Vec<Finding>) {
    let mut writer = Writer { text: String::new(), decisions: Vec::new() };
    writer.head(parts);
    writer.network(parts);
    writer.addresses(parts);
    writer.stage(parts);
    writer.notify();
    writer.phones(parts);
    writer.free_numbers(parts);
    (writer.text, writer.decisions)
}

struct Writer {
    text: String,
    decisions: Vec<Finding>,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        let mut lines = Vec::new();
        for word in text.split_whitespace() {
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut line, String::from("#")));
            }
            let _ = write!(line, " {word}");
        }
        lines.push(line);
        lines.iter().for_each(|line| self.line(line));
    }

    fn heading(&mut self, text: &str) {
        let rest = "─".repeat(WIDTH.saturating_sub(text.chars().count() + 6));
        self.line(&format!("\n\n# ── {text} {rest}\n"));
    }

    /// Notes what a person has to decide, here and in the file.
    fn decide(&mut self, about: &str, what: &str, remedy: &str) {
        self.decisions.push(Finding::new(about, what, remedy));
        self.comment(&format!("DECIDE: {what}; {remedy}."));
    }

    fn head(&mut self, parts: &Parts<'_>) {
        self.comment(
            "A telephone network, read by `dialtone import` from a Twilio account that was set up by hand. Twilio does \
             not know which phone a number rings, so look for DECIDE: each marks what the account does not say. \
             Then let `dialtone check` and `dialtone plan` read the file. docs/migration.md has the order in which no call is lost.",
        );
        if let Some(domain) = parts.domain.filter(|_| parts.choice.new_domain.is_some()) {
            self.line("#");
            self.comment(&format!(
                "The phones come from the SIP domain {}, which stays as it is.",
                domain.domain.domain_name
            ));
        }
    }

    fn network(&mut self, parts: &Parts<'_>) {
        self.heading("The network");
        self.line("[network]");
        self.line(&format!("name   = {}", quoted(&parts.choice.network)));
        self.line(&format!(
            "region = {}   # how digits without a country code are read",
            quoted(parts.region.as_str())
        ));
        if !ALLOWED.contains(&parts.region.as_str()) {
            self.line(&format!("allow  = [{}]   # where phones may call", quoted(parts.region.as_str())));
        }
        self.line("");
        self.emergency(parts);
    }

    /// Writes who answers calls for help, and the number that an emergency centre sees.
    fn emergency(&mut self, parts: &Parts<'_>) {
        if parts.is_without_help {
            self.decide(
                "network.emergency_calling",
                "Twilio places no emergency calls in this country, so these phones cannot call for help",
                "put a sign on each phone, or leave them where they can",
            );
            self.line("emergency_calling = \"none\"");
            return;
        }
        if let Some(number) = parts.emergency_caller {
            self.decide(
                "network.emergency_calling",
                "Twilio itself answers emergency calls of this domain, and shows one number for all phones",
                "keep it, or write \"dialtone\" once every phone has a number with a registered address: then each \
                 call shows its own place",
            );
            self.line("emergency_calling   = \"twilio\"");
            self.line(&format!("emergency_caller_id = {}", quoted(&number.phone_number)));
            return;
        }
        if parts.is_misled {
            self.decide(
                "network.emergency_calling",
                "Twilio itself answers emergency calls today and shows one number, so that help comes to another place \
                 than some phone's; with this file Dialtone answers them",
                "see that each phone has a number with a registered address",
            );
        }
        let registered = parts.places.iter().flat_map(|place| &place.numbers);
        let mut registered = registered.filter(|(_, status)| *status == Registration::Registered);
        self.decide(
            "network.emergency_caller_id",
            "without it, a phone that has no number cannot call for help",
            "choose a number whose registered address is right for all such phones, and uncomment the line",
        );
        let example = registered.next().map_or("+15035550110", |(number, _)| *number);
        self.line(&format!("# emergency_caller_id = {}", quoted(example)));
    }

    fn addresses(&mut self, parts: &Parts<'_>) {
        if parts.places.is_empty() {
            return;
        }
        self.heading("Addresses, where help is sent");
        self.comment("Where Twilio has registered one for a number, `apply` keeps that as it is.");
        for FoundPlace { name, address, country, numbers } in &parts.places {
            self.line("");
            for (number, status) in numbers {
                self.comment(&format!("{number}: {}", status.as_str()));
            }
            self.line(&format!("[addresses.{}]", key(name)));
            let unit = address.street_secondary.trim();
            let fields = [
                ("customer", address.customer_name.as_str()),
                ("street", &address.street),
                ("unit", unit),
                ("city", &address.city),
                ("region", &address.region),
                ("postal_code", &address.postal_code),
                ("country", if *country == parts.region { "" } else { country.as_str() }),
            ];
            for (name, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
                self.line(&format!("{name:<11} = {}", quoted(text)));
            }
        }
    }

    fn stage(&mut self, parts: &Parts<'_>) {
        let choice = parts.choice;
        self.heading("Stages");
        self.line(&format!("[stages.{}]", key(&choice.stage)));
        let taken = parts.domain.filter(|_| choice.new_domain.is_none());
        if let Some(domain) = taken {
            self.comment("It is there. `apply` points it at public_url; phones stay registered.");
            self.line(&format!("sip_domain = {}", quoted(&domain.domain.domain_name.to_lowercase())));
        } else {
            let made = format!("{}-{}.sip.twilio.com", super::places::slug(&choice.network), choice.stage);
            let name = choice.new_domain.as_deref().unwrap_or(&made);
            if choice.new_domain.is_none() {
                self.decide(
                    "stages.sip_domain",
                    "the account has no SIP domain; phones will register with this one, which `apply` makes",
                    "choose a name that nobody else has",
                );
            }
            self.line(&format!("sip_domain = {}", quoted(name)));
        }
        match &choice.public_url {
            Some(url) => self.line(&format!("public_url = {}", quoted(url))),
            None => {
                self.decide(
                    "stages.public_url",
                    "nobody has said where Twilio will call Dialtone",
                    "write the stack's output PublicUrl, or the address of the machine that runs `dialtone serve`",
                );
                // RFC 2606, section 2: a name that never exists.
                self.line("public_url = \"https://public-url.invalid\"");
            }
        }
        if taken.is_some_and(|domain| domain.domain.secure) {
            self.line("secure     = true");
        }
    }

    fn notify(&mut self) {
        self.heading("Who hears of a call for help");
        self.decide(
            "notify",
            "nobody is told when a phone calls for help",
            "name a person, and uncomment the lines",
        );
        self.line("# [[notify]]");
        self.line("# mail = \"operator@example.org\"");
    }

    fn phones(&mut self, parts: &Parts<'_>) {
        self.heading("Phones");
        let lists = parts.phones.iter().find_map(|phone| phone.list).filter(|_| !has_several_lists(parts));
        if let Some(list) = lists {
            self.comment(&format!("The users of the credential list {list:?}, each with its own section."));
            self.line("");
        }
        let undecided: Vec<_> = parts
            .phones
            .iter()
            .filter(|phone| phone.number.is_none())
            .map(|phone| phone.name.as_str())
            .collect();
        if !undecided.is_empty() {
            self.decide(
                "extensions",
                &format!("{} of {} phones have no number yet", undecided.len(), parts.phones.len()),
                "write number = \"+1...\" at each phone that a number rings, and address = where it stands",
            );
        }
        for phone in &parts.phones {
            self.phone(phone, parts);
        }
    }

    fn phone(&mut self, phone: &Phone<'_>, parts: &Parts<'_>) {
        self.line("");
        match phone.list {
            Some(list) if has_several_lists(parts) => {
                self.comment(&format!("A user of the credential list {list:?}."));
            }
            Some(_) => {}
            None => self.decide(
                &format!("extensions.{}", phone.name),
                "the account has no user for this phone",
                "give it the name that it is to register with",
            ),
        }
        let about = format!("extensions.{}", phone.name);
        if let Some((number, Some(reason))) = phone.number {
            let what = format!("{} seems to ring this phone: {}", number.phone_number, reason.words());
            self.decide(&about, &what, "check it, because help is sent to this number's address");
        }
        self.line(&format!("[extensions.{}]", key(&phone.name)));
        if let Some((number, _)) = phone.number {
            let number = &number.phone_number;
            let has = |place: &&FoundPlace<'_>| place.numbers.iter().any(|(own, _)| own == number);
            match parts.places.iter().find(has) {
                Some(place) => {
                    self.line(&format!("number  = {}", quoted(number)));
                    self.line(&format!("address = {}", quoted(&place.name)));
                }
                None => self.line(&format!("number = {}", quoted(number))),
            }
        }
        if let Some(why) = &phone.misled {
            self.decide(
                &about,
                &format!("it cannot call for help as it is: {why}"),
                "give it a number of the country where it stands, and delete the next line",
            );
            self.line("emergency = false");
        }
        if phone.needs_label() {
            self.decide(
                &about,
                "metrics must not carry its number",
                "give it a label, and uncomment the line",
            );
            self.line("# label = \"lobby\"");
        }
    }

    fn free_numbers(&mut self, parts: &Parts<'_>) {
        if parts.free.is_empty() || !parts.choice.only.is_empty() {
            return;
        }
        self.heading("Numbers that no phone of this file answers");
        self.decide(
            "numbers",
            "`apply` does not touch these numbers",
            "write each at the phone that it rings, or leave it to what answers it today",
        );
        for number in &parts.free {
            let place = parts
                .places
                .iter()
                .find(|place| place.numbers.iter().any(|(own, _)| *own == number.phone_number));
            let place = place.map(|place| format!("; address {}", place.name)).unwrap_or_default();
            let name = shown_name(number);
            self.line(&format!("#   {}{name}; {}{place}", number.phone_number, answered_by(number)));
        }
    }
}

/// Whether the phones' users are in more than one list.
fn has_several_lists(parts: &Parts<'_>) -> bool {
    let mut lists = parts.phones.iter().filter_map(|phone| phone.list);
    let first = lists.next();
    lists.any(|list| Some(list) != first)
}

/// A number's name, if somebody has named it.
fn shown_name(number: &PhoneNumber) -> String {
    match number.friendly_name.chars().any(char::is_alphabetic) {
        true => format!(" {:?}", number.friendly_name),
        false => String::new(),
    }
}

/// The host that answers a number today. Only the host of a URL: the rest can hold a password, and the file is no place for it.
fn answered_by(number: &PhoneNumber) -> String {
    let host = number.voice_url.split_once("://").map(|(_, rest)| rest);
    let host = host.and_then(|rest| rest.split(['/', '?', '#']).next());
    let host = host.and_then(|authority| authority.rsplit('@').next()).filter(|host| !host.is_empty());
    match host {
        _ if !number.trunk_sid.is_empty() => "a SIP trunk answers it".into(),
        _ if !number.voice_application_sid.is_empty() => "a TwiML application answers it".into(),
        Some(host) => format!("{host} answers it"),
        None => "nothing answers it".into(),
    }
}
