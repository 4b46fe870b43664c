//! `[groups]`: what phones share.

use std::collections::{BTreeMap, HashMap};

use numbers::{E164, Prefix};

use crate::addresses::Names;
use crate::codes::{Places, read_codes};
use crate::device::{Likeness, read_likeness};
use crate::problem::Problem;
use crate::reader::{Path, Place, Reader, Section, Wrong, table, wrong};
use crate::{AreaCode, Language, Target, parse};

/// The settings that the phones of one group share. A phone's own setting wins; `block` and `codes` of both hold.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) caller_id: Option<E164>,
    pub(crate) emergency: Option<bool>,
    pub(crate) language: Option<Language>,
    pub(crate) area_code: Option<AreaCode>,
    pub(crate) block: Vec<Prefix>,
    pub(crate) codes: BTreeMap<String, Target>,
    pub(crate) address: Option<String>,
    pub(crate) device: Likeness,
}

/// The groups by name.
#[derive(Default)]
pub(crate) struct Groups<'a>(HashMap<&'a str, (Group, Place<'a>, Path<'a>)>);

impl<'a> Groups<'a> {
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        section: Option<&Section<'a>>,
        places: &Places<'_>,
        addresses: &Names<'_>,
    ) -> Self {
        let mut groups = HashMap::new();
        let Some(section) = section else { return Self(groups) };
        for (name, value) in section.entries() {
            let path = section.path(name.value);
            if let Err(problem) = parse::filled(name.value) {
                reader.report(name.offset, path, problem);
            }
            let Some(mut table) = table(reader, path, value) else { continue };
            let codes = table.section(reader, "codes");
            let group = Group {
                caller_id: table.text(reader, "caller_id", parse::number).map(|at| at.value),
                emergency: table.flag(reader, "emergency").map(|at| at.value),
                language: table.text(reader, "language", parse::language).map(|at| at.value),
                area_code: table.text(reader, "area_code", parse::area_code).map(|at| at.value),
                block: table.list(reader, "block", parse::prefix).unwrap_or_default(),
                codes: read_codes(reader, codes.as_ref(), places),
                address: table.text(reader, "address", |name| addresses.named(name)).map(|at| at.value),
                device: read_likeness(reader, &mut table),
            };
            table.refuse_unknown(reader);
            groups.insert(name.value, (group, table.place(), path));
        }
        Self(groups)
    }

    /// The group of a phone.
    pub(crate) fn named(&self, name: &str) -> Result<&Group, Wrong> {
        self.0.get(name).map(|(group, ..)| group).ok_or_else(|| {
            let mut names: Vec<_> = self.0.keys().copied().collect();
            names.sort_unstable();
            let remedy = match names.as_slice() {
                [] => format!("add [groups.{name}]"),
                names => format!("choose one of {}, or add [groups.{name}]", names.join(", ")),
            };
            wrong(format!("there is no group {}", parse::shown(name)), remedy)
        })
    }

    /// Groups in which no phone is.
    pub(crate) fn advise_on_unused(
        &self,
        reader: &Reader<'_>,
        is_used: impl Fn(&str) -> bool,
        advice: &mut Vec<Problem>,
    ) {
        for (_, (_, place, path)) in self.0.iter().filter(|(name, _)| !is_used(name)) {
            advice.push(Problem {
                line: reader.line(place.offset()),
                key: path.to_string(),
                what: "is the group of no phone".into(),
                remedy: "name it in a phone, such as group = \"shelter\", or remove it".into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DeviceKind, NetworkFile};

    const HEAD: &str = "[network]\nname = \"n\"\nregion = \"US\"\nemergency_caller_id = \"+15035550110\"\n\
                        address = \"shop\"\nblock = [\"+15035550166\"]\n\
                        [codes]\n\"5\" = { dial = \"+15035550155\" }\n\
                        [stages.prod]\nsip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n";

    fn place(name: &str, street: &str) -> String {
        format!(
            "[addresses.{name}]\ncustomer = \"C\"\nstreet = \"{street}\"\ncity = \"Portland\"\nregion = \"OR\"\n\
             postal_code = \"97201\"\n"
        )
    }

    fn file(rest: &str) -> String {
        format!("{HEAD}{}{}{rest}", place("shop", "100 Main Street"), place("shelter", "102 Main Street"))
    }

    const SHELTER: &str = "[groups.shelter]\nlanguage = \"es\"\narea_code = \"971\"\naddress = \"shelter\"\n\
                           block = [\"+15035550177\"]\n\
                           codes = { \"5\" = { dial = \"+15035550156\" }, \"6\" = { dial = \"+15035550157\" } }\n\
                           device = { kind = \"grandstream-ht801\", edge = \"umatilla\" }\n";

    #[test]
    fn a_phone_has_what_its_group_has_and_its_own_wins() {
        let text = file(&format!(
            "{SHELTER}[extensions.one]\ngroup = \"shelter\"\nnumber = \"+15035550111\"\n\
             device = {{ mac = \"000b82550111\" }}\n\
             [extensions.two]\ngroup = \"shelter\"\nnumber = \"+15035550112\"\nlanguage = \"en\"\n\
             block = [\"+15035550178\"]\ncodes = {{ \"6\" = {{ dial = \"+15035550158\" }} }}\n\
             device = {{ kind = \"linphone\", edge = \"dublin\" }}\n\
             [extensions.three]\nnumber = \"+15035550113\"\n"
        ));
        let file = NetworkFile::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(file.advice().iter().all(|one| !one.key.contains("group")), "{:?}", file.advice());
        let network = file.network("prod").unwrap();
        let of = |name: &str| network.extension(name).unwrap();
        let (one, two, three) = (of("one"), of("two"), of("three"));
        assert_eq!((one.language.code(), two.language.code(), three.language.code()), ("es", "en", "en"));
        assert_eq!((one.block.len(), two.block.len(), three.block.len()), (1, 2, 0));
        assert_eq!((one.codes.len(), two.codes.len(), three.codes.len()), (2, 2, 0));
        assert_eq!(one.codes["5"], two.codes["5"]);
        assert_ne!(one.codes["6"], two.codes["6"]);
        assert_eq!((one.address.as_deref(), three.address.as_deref()), (Some("shelter"), None));
        assert!(one.area_code.is_some() && three.area_code.is_none());
        let device = |name: &str| of(name).device().map(|device| (device.kind, device.edge.clone()));
        assert_eq!(device("one"), Some((DeviceKind::GrandstreamHt801, Some("umatilla".into()))));
        assert_eq!(device("two"), Some((DeviceKind::Linphone, Some("dublin".into()))));
        assert_eq!(device("three"), None);
    }

    #[test]
    fn a_group_says_the_same_as_if_each_phone_said_it() {
        let phone = |more: &str| format!("[extensions.one]\nnumber = \"+15035550111\"\n{more}");
        let shared =
            "language = \"es\"\naddress = \"shelter\"\nblock = [\"+15035550177\"]\nemergency = false\n";
        let grouped = file(&format!("[groups.g]\n{shared}{}", phone("group = \"g\"\n")));
        let whole = file(&phone(shared));
        let read = |text: &str| {
            let network = NetworkFile::parse(text).and_then(|file| file.network("prod")).unwrap();
            format!("{:?}", network.extension("one").unwrap())
        };
        assert_eq!(read(&grouped), read(&whole));
    }

    #[test]
    fn mistakes_in_groups_are_told_once_with_their_line() {
        let text = file(
            "[groups.a]\nlanguage = \"fr\"\nnumber = \"+15035550111\"\naddress = \"nowhere\"\n\
             device = { mac = \"000b82550111\" }\n[groups.b]\n\
             [extensions.one]\ngroup = \"a\"\n[extensions.two]\ngroup = \"a\"\n[extensions.three]\ngroup = \"c\"\n",
        );
        let problems = NetworkFile::parse(&text).unwrap_err();
        let keys: Vec<_> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "groups.a.language",
                "groups.a.number",
                "groups.a.address",
                "groups.a.device.mac",
                "extensions.three.group",
            ]
        );
        assert_eq!(problems.0[4].remedy, "choose one of a, b, or add [groups.c]");
        let unused = NetworkFile::parse(&file("[groups.b]\n[extensions.one]\n")).unwrap();
        assert!(unused.advice().iter().any(|one| one.key == "groups.b" && one.what.contains("no phone")));
    }

    #[test]
    fn help_is_judged_as_if_the_phone_had_said_it_itself() {
        let one = |group: &str| {
            let phone = "[extensions.one]\ngroup = \"g\"\nnumber = \"+15035550111\"\n";
            let other = "[extensions.two]\nnumber = \"+15035550111\"\naddress = \"shop\"\n";
            NetworkFile::parse(&file(&format!("[groups.g]\n{group}{phone}{other}"))).is_ok()
        };
        assert!(one("address = \"shop\"\n"));
        assert!(!one("address = \"shelter\"\n"), "one number has one address");
        // Without a number that 911 can call back.
        let head =
            HEAD.replace("emergency_caller_id = \"+15035550110\"\n", "").replace("address = \"shop\"\n", "");
        let text = format!("{head}[groups.g]\nemergency = true\n[extensions.one]\ngroup = \"g\"\n");
        let problems = NetworkFile::parse(&text).unwrap_err();
        assert_eq!(problems.0[0].key, "extensions.one.emergency", "{problems:?}");
    }
}
