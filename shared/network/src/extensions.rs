//! `[extensions]`: the phones.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use numbers::E164;

use crate::Language;
use crate::UNKNOWN;
use crate::addresses::Names;
use crate::codes::{Places, begins_help, read_codes};
use crate::device::{TakenMacs, read_device};
use crate::groups::{Group, Groups};
use crate::problem::Problem;
use crate::reader::{At, Path, Place, Reader, Section, Wrong, table, wrong};
use crate::{AreaCode, EmergencyCalling, Extension, NoHelp, Target, parse};
use numbers::emergency;

/// The settings that every phone takes from the rest of the file.
pub(crate) struct Shared<'a> {
    pub(crate) language: Language,
    pub(crate) area_code: Option<AreaCode>,
    pub(crate) has_emergency_caller: bool,
    pub(crate) emergency_calling: EmergencyCalling,
    pub(crate) codes: &'a BTreeMap<String, Target>,
    pub(crate) places: &'a Places<'a>,
    pub(crate) addresses: &'a Names<'a>,
}

/// The phones, and how they are found.
#[derive(Default)]
pub(crate) struct Extensions<'a> {
    /// Each with the table it was read from.
    pub(crate) phones: Vec<(Place<'a>, Extension)>,
    /// By user names in lower case.
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) by_number: HashMap<E164, Vec<usize>>,
}

pub(crate) fn read_extensions<'a>(
    reader: &mut Reader<'_>,
    section: &Section<'a>,
    groups: &Groups<'_>,
    shared: &Shared<'_>,
    mut advice: Option<&mut Vec<Problem>>,
) -> Extensions<'a> {
    let mut read = Extensions::default();
    let mut labels = HashMap::new();
    let mut macs = TakenMacs::default();
    for (name, value) in section.entries() {
        let path = section.path(name.value);
        let Some(mut table) = table(reader, path, value) else { continue };
        let checked = check_name(name.value, shared).and_then(|()| read.take_name(name.value));
        let is_good = checked.is_ok();
        if let Err(problem) = checked {
            reader.report(name.offset, path, problem);
        }
        let label = table.text(reader, "label", parse::label);
        if let Some(advice) = advice.as_deref_mut()
            && label.is_none()
            && name.value.starts_with('+')
        {
            advice.push(Problem {
                line: reader.line(name.offset),
                key: path.to_string(),
                what: format!("has a number for a name, so metrics call it {UNKNOWN:?}"),
                remedy: "give it a label, such as label = \"lobby\"".into(),
            });
        }
        let group = table.text(reader, "group", |name| groups.named(name)).map(|at| at.value);
        let mut extension = read_extension(reader, &mut table, name.value, label, group, shared);
        extension.device = read_device(reader, &mut table, group.map(|group| &group.device), &mut macs);
        table.refuse_unknown(reader);
        if let Some(advice) = advice.as_deref_mut() {
            let line = reader.line(table.offset_of("codes"));
            for (code, (what, remedy)) in
                extension.codes.keys().filter_map(|code| Some((code, begins_help(code, shared.places)?)))
            {
                advice.push(Problem { line, key: format!("{path}.codes.{code}"), what, remedy });
            }
        }
        if let Some(advice) = advice.as_deref_mut()
            && extension.buy.is_some()
        {
            advice.push(Problem {
                line: reader.line(table.offset_of("number")),
                key: table.path("number").to_string(),
                what: "is not bought yet: the phone has no number".into(),
                remedy: "`dialtone apply --buy` buys one and writes it here; then deploy the file".into(),
            });
        }
        if is_good
            && let Some(label) = &extension.label
            && let Some(twin) = labels.insert(label.to_lowercase(), (name.offset, path))
        {
            reader.report(name.offset, path, same_in_metrics(twin.1));
        }
        if let Err(problem) = read.take_number(extension.number) {
            reader.report(table.offset_of("number"), table.path("number"), problem);
        }
        read.phones.push((table.place(), extension));
    }
    refuse_names_as_labels(reader, &read, &labels);
    read
}

/// A label that is the name of a phone without one. Of the two, the one that comes later is told.
fn refuse_names_as_labels<'a>(
    reader: &mut Reader<'_>,
    read: &Extensions<'a>,
    labels: &HashMap<String, (usize, Path<'a>)>,
) {
    for (label, &(offset, path)) in labels {
        let named = read.by_name.get(label).and_then(|&i| read.phones.get(i));
        let Some((place, _)) = named.filter(|(_, phone)| phone.label.is_none()) else { continue };
        if place.offset() < offset {
            reader.report(offset, path, same_in_metrics(place.own_path()));
        } else {
            reader.report(place.offset(), place.own_path(), same_in_metrics(path));
        }
    }
}

fn same_in_metrics(twin: Path<'_>) -> Wrong {
    wrong(format!("goes by the same name in metrics as {twin}"), "give one of them another label")
}

fn read_extension(
    reader: &mut Reader<'_>,
    table: &mut Section<'_>,
    name: &str,
    label: Option<At<String>>,
    group: Option<&Group>,
    shared: &Shared<'_>,
) -> Extension {
    let (number, buy) = read_number(reader, table);
    let caller_id = table.text(reader, "caller_id", parse::number).map(|at| at.value);
    // What the group says stands with the phone: another phone of the group may have what this one lacks.
    let emergency = table
        .flag(reader, "emergency")
        .or_else(|| Some(At { value: group?.emergency?, offset: table.offset() }));
    let language = table.text(reader, "language", parse::language);
    let area_code = table.text(reader, "area_code", parse::area_code);
    let mut block = table.list(reader, "block", parse::prefix).unwrap_or_default();
    let codes = table.section(reader, "codes");
    let mut codes = read_codes(reader, codes.as_ref(), shared.places);
    if let Some(group) = group {
        block.extend(group.block.iter().copied());
        for (code, target) in &group.codes {
            codes.entry(code.clone()).or_insert_with(|| target.clone());
        }
    }
    let address = table.text(reader, "address", |name| shared.addresses.named(name));

    let no_help = no_help(emergency.map(|at| at.value), number.is_some(), buy.is_some(), shared);
    if let (Some(At { value: true, offset }), Some(why)) = (emergency, no_help) {
        let problem = match why {
            NoHelp::NoNumber => Some(wrong("needs a number that 911 can call back", why.remedy())),
            NoHelp::Network => {
                Some(wrong("contradicts network.emergency_calling, which is \"none\"", "remove one of them"))
            }
            NoHelp::Kept | NoHelp::NotBought => None,
        };
        if let Some(problem) = problem {
            reader.report(offset, table.path("emergency"), problem);
        }
    }
    Extension {
        name: name.to_owned(),
        label: label.map(|at| at.value),
        number,
        caller_id: caller_id.or_else(|| group?.caller_id).or(number),
        no_help,
        language: language.map(|at| at.value).or_else(|| group?.language).unwrap_or(shared.language),
        area_code: area_code.map(|at| at.value).or_else(|| group?.area_code).or(shared.area_code),
        block,
        codes,
        address: address.map(|at| at.value).or_else(|| group?.address.clone()),
        buy,
        // It is read after everything that calls depend on.
        device: None,
    }
}

/// Why a phone may not call for help, if it may not. By default it may as soon as there is a number to call back.
fn no_help(emergency: Option<bool>, has_number: bool, buys: bool, shared: &Shared<'_>) -> Option<NoHelp> {
    match emergency {
        _ if shared.emergency_calling == EmergencyCalling::None => Some(NoHelp::Network),
        Some(false) => Some(NoHelp::Kept),
        _ if has_number || shared.has_emergency_caller => None,
        _ if buys => Some(NoHelp::NotBought),
        _ => Some(NoHelp::NoNumber),
    }
}

/// A number, or the wish for one.
fn read_number(reader: &mut Reader<'_>, table: &mut Section<'_>) -> (Option<E164>, Option<AreaCode>) {
    if table.value("number").is_some_and(|value| value.as_table().is_some()) {
        let Some(mut wish) = table.section(reader, "number") else { return (None, None) };
        let area_code = wish.required(reader, "buy", "503", parse::area_code);
        wish.refuse_unknown(reader);
        (None, area_code.map(|at| at.value))
    } else {
        (table.text(reader, "number", parse::number).map(|at| at.value), None)
    }
}

fn check_name(name: &str, shared: &Shared<'_>) -> Result<(), Wrong> {
    parse::user_name(name)?;
    if emergency::recognize(name, shared.places.regions()).is_some() {
        return Err(wrong("is an emergency number", "choose another user name"));
    }
    if shared.codes.contains_key(name) {
        return Err(wrong("is a code too, which would always win", "choose another user name"));
    }
    Ok(())
}

impl Extensions<'_> {
    /// Takes the user name of the phone that is read next.
    fn take_name(&mut self, name: &str) -> Result<(), Wrong> {
        match self.by_name.entry(name.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(self.phones.len());
                Ok(())
            }
            Entry::Occupied(twin) => {
                let twin = self.phones.get(*twin.get()).map(|(place, _)| place.own_path());
                let twin = twin.unwrap_or_default();
                let what = format!("is the same user name as {twin}, since they compare without case");
                Err(wrong(what, "rename one of them"))
            }
        }
    }

    /// Takes the number of the phone that is read next.
    fn take_number(&mut self, number: Option<E164>) -> Result<(), Wrong> {
        let Some(number) = number else { return Ok(()) };
        let phones = self.by_number.entry(number).or_default();
        phones.push(self.phones.len());
        // Once is enough, however many more there are.
        if phones.len() == twiml::Dial::MAX_NOUNS + 1 {
            return Err(wrong(
                "is shared by more than ten phones",
                "Twilio rings ten at once; use another number",
            ));
        }
        Ok(())
    }

    /// The address of each number: that of its phones. Phones that share a number cannot stand at two.
    pub(crate) fn address_of(&self, reader: &mut Reader<'_>) -> HashMap<E164, String> {
        let mut found: HashMap<E164, String> = HashMap::new();
        for (table, phone) in &self.phones {
            let (Some(number), Some(address)) = (phone.number, &phone.address) else { continue };
            match found.get(&number) {
                Some(other) if other != address => reader.report(
                    table.offset_of("address"),
                    table.path("address"),
                    wrong(
                        format!("is not {other}, the address of another phone with the same number"),
                        "911 sees one address for each number; give one of the phones another number",
                    ),
                ),
                Some(_) => {}
                None => {
                    found.insert(number, address.clone());
                }
            }
        }
        found
    }
}
