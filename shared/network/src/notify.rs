//! `[[notify]]`: who hears of a call for help, at once.
//!
//! The law in the United States asks for it: a person who is likely to see or hear the notice (Kari's Law, 47 CFR 9.16).

use std::fmt;

use numbers::E164;
use toml_spanner::Item;
use webhook::PublicUrl;

use crate::parse;
use crate::reader::{At, Reader, Section, Wrong, table, wrong};

/// Somebody who hears of calls for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// How the notice gets there.
    pub way: Way,
    /// User names of the phones that are reported, in lower case; empty for all.
    phones: Vec<String>,
    /// Whether tests with 933 are reported, too.
    pub drills: bool,
}

impl Recipient {
    /// Whether calls of this phone are reported, by its user name. A phone that is not in the file is reported to those
    /// who hear of all.
    #[must_use]
    pub fn hears_of(&self, phone: Option<&str>) -> bool {
        self.phones.is_empty()
            || phone.is_some_and(|phone| self.phones.iter().any(|one| one.eq_ignore_ascii_case(phone)))
    }
}

/// How a notice gets to a person. Numbers and addresses are personal, so `Debug` does not print them.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// A text message through Twilio.
    Sms {
        /// The number that gets the message.
        to: E164,
        /// The number of the account that sends it.
        from: E164,
    },
    /// A call through Twilio, in which a voice reads the notice.
    Call {
        /// The number that is called.
        to: E164,
        /// The number of the account that calls.
        from: E164,
    },
    /// A signed POST to this URL.
    Webhook(String),
    /// A mail to this address.
    Mail(String),
}

impl Way {
    /// The key of the file: `sms`, `call`, `webhook` or `mail`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sms { .. } => "sms",
            Self::Call { .. } => "call",
            Self::Webhook(_) => "webhook",
            Self::Mail(_) => "mail",
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Way::{}(..)", self.as_str())
    }
}

const ONE_WAY: &str = "write one of sms, call, webhook or mail";

/// Reads `[[notify]]`. `phones` tells whether the file has a phone of this name, `rings` whether a number rings one.
pub(crate) fn read_notify(
    reader: &mut Reader<'_>,
    root: &mut Section<'_>,
    has_phone: impl Fn(&str) -> bool,
    rings: impl Fn(&E164) -> bool,
) -> Vec<Recipient> {
    let Some(value) = root.value("notify") else { return Vec::new() };
    let Some(array) = value.as_array() else {
        let problem =
            wrong("is not a list of tables", "write [[notify]], in double brackets, for each recipient");
        reader.report(usize::try_from(value.span().start).unwrap_or_default(), "notify", problem);
        return Vec::new();
    };
    array.iter().filter_map(|item| read_recipient(reader, root, item, &has_phone, &rings)).collect()
}

fn read_recipient<'a>(
    reader: &mut Reader<'_>,
    root: &Section<'a>,
    item: &'a Item<'a>,
    has_phone: &impl Fn(&str) -> bool,
    rings: &impl Fn(&E164) -> bool,
) -> Option<Recipient> {
    let mut section = table(reader, root.path("notify"), item)?;
    // A notice by voice must not ring a phone of the network: it may be the one that calls for help.
    let callee = |text: &str| {
        let number = parse::dialable(text)?;
        if rings(&number) {
            return Err(wrong(
                "rings a phone of this network, perhaps the one that calls for help",
                "name another number",
            ));
        }
        Ok(number)
    };
    let sms = section.text(reader, "sms", parse::dialable);
    let call = section.text(reader, "call", callee);
    let webhook = section.text(reader, "webhook", webhook_url);
    let mail = section.text(reader, "mail", mail_address);
    let from = section.text(reader, "from", parse::number);
    let phones = section.list(reader, "phones", |name| {
        if has_phone(name) {
            Ok(name.to_lowercase())
        } else {
            Err(wrong(format!("there is no phone {}", parse::shown(name)), "name phones of [extensions]"))
        }
    });
    let drills = section.flag(reader, "drills");
    section.refuse_unknown(reader);
    let is_named = |key: &str| section.entries().any(|(known, _)| known.value == key);
    let named = ["sms", "call", "webhook", "mail"].iter().filter(|key| is_named(key)).count();
    if named != 1 {
        if !reader.is_torn() {
            let problem = wrong("does not name one way to a person", ONE_WAY);
            reader.report(section.offset(), section.own_path(), problem);
        }
        return None;
    }
    let through_twilio = is_named("sms") || is_named("call");
    match (through_twilio, is_named("from")) {
        (true, false) => reader.report_missing(
            section.offset(),
            section.path("from"),
            "add the number of your account that sends it, such as from = \"+15035550110\"",
        ),
        (false, true) => {
            let problem = wrong("is only for sms and call", "remove it");
            reader.report(section.offset_of("from"), section.path("from"), problem);
        }
        _ => {}
    }
    let from = from.map(|at| at.value);
    let sms = sms.zip(from).map(|(At { value: to, .. }, from)| Way::Sms { to, from });
    let call = call.zip(from).map(|(At { value: to, .. }, from)| Way::Call { to, from });
    let way =
        sms.or(call).or(webhook.map(|at| Way::Webhook(at.value))).or(mail.map(|at| Way::Mail(at.value)))?;
    Some(Recipient { way, phones: phones.unwrap_or_default(), drills: drills.is_some_and(|at| at.value) })
}

/// A URL to which notices are posted. They hold a callback number and an address, so only loopback may be in the clear.
fn webhook_url(text: &str) -> Result<String, Wrong> {
    let is_kept_secret = |origin: &PublicUrl| origin.is_secure() || origin.is_loopback();
    match PublicUrl::of(text).filter(is_kept_secret) {
        Some(_) if !text.contains(['#', '@']) => Ok(text.to_owned()),
        _ => Err(wrong(
            "is not a URL that notices can be sent to",
            "write https://, a host and a path, such as https://desk.example.org/help",
        )),
    }
}

/// An address for mail: one `@`, a host behind it, nothing that a header would read as something else.
fn mail_address(text: &str) -> Result<String, Wrong> {
    let remedy = "write an address, such as ops@example.org";
    let fits = |local: &str| {
        !local.is_empty()
            && local.len() <= 64
            && local
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte))
    };
    match text.split_once('@') {
        Some((local, host))
            if fits(local) && host.contains('.') && !host.contains(':') && parse::host(host).is_ok() =>
        {
            Ok(text.to_owned())
        }
        _ => Err(wrong("is not a mail address", remedy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Network, NetworkFile, Problems};

    const FILE: &str = "[network]\nname = \"n\"\nregion = \"US\"\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
                        public_url = \"https://n.example.org\"\n[extensions.Lobby]\nnumber = \"+15035550110\"\n[extensions.porch]\n";

    fn read(more: &str) -> Result<Network, Problems> {
        NetworkFile::parse(&format!("{FILE}{more}")).and_then(|file| file.network("prod"))
    }

    #[test]
    fn every_way_to_a_person() {
        let network = read(
            "[[notify]]\nsms = \"+15035550120\"\nfrom = \"+15035550110\"\nphones = [\"LOBBY\"]\n\
             [[notify]]\ncall = \"+15035550121\"\nfrom = \"+15035550110\"\ndrills = true\n\
             [[notify]]\nwebhook = \"https://desk.example.org/help?a=1\"\n[[notify]]\nmail = \"ops@example.org\"\n",
        )
        .unwrap();
        let [sms, call, webhook, mail] = network.notify() else { panic!("{:?}", network.notify()) };
        let number = |text| E164::parse(text).unwrap();
        assert_eq!(sms.way, Way::Sms { to: number("+15035550120"), from: number("+15035550110") });
        assert!(sms.hears_of(Some("lobby")) && !sms.hears_of(Some("porch")) && !sms.hears_of(None));
        assert!(call.drills && !sms.drills && call.hears_of(None));
        assert_eq!(webhook.way, Way::Webhook("https://desk.example.org/help?a=1".into()));
        assert_eq!(mail.way, Way::Mail("ops@example.org".into()));
        // What is logged of a notice tells the way and nobody's number.
        let ways: Vec<_> = network.notify().iter().map(|one| format!("{:?}", one.way)).collect();
        assert_eq!(ways, ["Way::sms(..)", "Way::call(..)", "Way::webhook(..)", "Way::mail(..)"]);
        let shown = format!("{:?}", network.notify());
        assert!(!shown.contains("555") && !shown.contains("example"), "{shown}");
    }

    #[test]
    fn a_recipient_that_nobody_could_reach_is_refused() {
        for (lines, what) in [
            ("", "does not name one way"),
            ("sms = \"+15035550120\"", "from"),
            (
                "sms = \"+15035550120\"\nmail = \"a@example.org\"\nfrom = \"+15035550110\"",
                "does not name one way",
            ),
            ("call = \"+15035550110\"\nfrom = \"+15035550110\"", "rings a phone of this network"),
            ("call = \"+15035551\"\nfrom = \"+15035550110\"", "is not an E.164 number"),
            ("mail = \"ops\"", "is not a mail address"),
            ("mail = \"a b@example.org\"", "is not a mail address"),
            ("mail = \"a@b@example.org\"", "is not a mail address"),
            ("mail = \"a@example.org\"\nfrom = \"+15035550110\"", "is only for sms and call"),
            ("webhook = \"http://desk.example.org\"", "is not a URL"),
            ("webhook = \"https://u:p@desk.example.org\"", "is not a URL"),
            ("webhook = \"http://127.0.0.1.example.org/\"", "is not a URL"),
            ("mail = \"a@example.org\"\nphones = [\"attic\"]", "there is no phone"),
            ("mail = \"a@example.org\"\ndrill = true", "is not a key"),
        ] {
            let problems = read(&format!("[[notify]]\n{lines}\n")).unwrap_err();
            assert!(problems.to_string().contains(what), "{lines}: {problems}");
        }
        assert!(
            read("[notify]\nmail = \"a@example.org\"\n").unwrap_err().to_string().contains("list of tables")
        );
    }
}
