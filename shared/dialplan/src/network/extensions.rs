//! `[extensions]`: the phones.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use numbers::E164;

use super::codes::{Places, read_codes};
use super::problem::Problem;
use super::reader::{At, Reader, Section, Wrong, table, wrong};
use super::{AreaCode, Extension, Target, parse};
use crate::emergency;
use crate::event::UNKNOWN;
use crate::speech::Language;

/// What every phone takes from the rest of the file.
pub(super) struct Shared<'a> {
    pub(super) language: Language,
    pub(super) area_code: Option<AreaCode>,
    pub(super) has_emergency_caller: bool,
    pub(super) codes: &'a BTreeMap<String, Target>,
    pub(super) places: &'a Places,
}

/// The phones that were read so far, by everything that must not repeat or repeat too often.
#[derive(Default)]
struct Taken {
    /// User names and metrics' names in lower case, with the path of who has them.
    names: HashMap<String, String>,
    endpoints: HashMap<String, String>,
    phones_of: HashMap<E164, usize>,
}

pub(super) fn read_extensions(
    reader: &mut Reader,
    section: &Section<'_>,
    shared: &Shared<'_>,
    advice: &mut Vec<Problem>,
) -> Vec<Extension> {
    let mut taken = Taken::default();
    let mut extensions = Vec::new();
    for (name, value) in section.entries() {
        let path = section.path(name.value);
        let Some(mut table) = table(reader, path.clone(), value) else { continue };
        let checked = check_name(name.value, shared.codes).and_then(|()| taken.name(name.value, &path));
        let is_good = checked.is_ok();
        if let Err(problem) = checked {
            reader.report(name.offset, &path, problem);
        }
        let label = table.text(reader, "label", parse::label);
        if label.is_none() && name.value.starts_with('+') {
            advice.push(Problem {
                line: reader.line(name.offset),
                key: path.clone(),
                what: format!("has a number for a name, so metrics call it {UNKNOWN:?}"),
                remedy: "give it a label, such as label = \"lobby\"".into(),
            });
        }
        let extension = read_extension(reader, &mut table, name.value, label, shared);
        if is_good && let Err(problem) = taken.endpoint(&extension.endpoint, &path) {
            reader.report(name.offset, &path, problem);
        }
        if let Err(problem) = taken.number(extension.number) {
            reader.report(table.offset_of("number"), table.path("number"), problem);
        }
        extensions.push(extension);
    }
    extensions
}

fn read_extension(
    reader: &mut Reader,
    table: &mut Section<'_>,
    name: &str,
    label: Option<At<String>>,
    shared: &Shared<'_>,
) -> Extension {
    let number = table.text(reader, "number", parse::number).map(|at| at.value);
    let caller_id = table.text(reader, "caller_id", parse::number).map(|at| at.value);
    let emergency = table.flag(reader, "emergency");
    let language = table.text(reader, "language", parse::language);
    let area_code = table.text(reader, "area_code", parse::area_code);
    let block = table.list(reader, "block", parse::prefix).unwrap_or_default();
    let codes = table.section(reader, "codes");
    let codes = read_codes(reader, codes.as_ref(), shared.places);
    table.refuse_unknown(reader);

    if let Some(At { value: true, offset }) = emergency
        && number.is_none()
        && !shared.has_emergency_caller
    {
        let remedy = "give the phone a number, or set network.emergency_caller_id";
        reader.report(
            offset,
            table.path("emergency"),
            wrong("needs a number that 911 can call back", remedy),
        );
    }
    let endpoint = match label {
        Some(label) => label.value,
        None if name.starts_with('+') => UNKNOWN.to_owned(),
        None => name.to_owned(),
    };
    Extension {
        name: name.to_owned(),
        endpoint,
        number,
        caller_id: caller_id.or(number),
        emergency: emergency.map_or(number.is_some(), |at| at.value),
        language: language.map_or(shared.language, |at| at.value),
        area_code: area_code.map(|at| at.value).or(shared.area_code),
        block,
        codes,
    }
}

fn check_name(name: &str, codes: &BTreeMap<String, Target>) -> Result<(), Wrong> {
    parse::user_name(name)?;
    if emergency::recognize(name).is_some() {
        return Err(wrong("is an emergency number", "choose another user name"));
    }
    if codes.contains_key(name) {
        return Err(wrong("is a code too, which would always win", "choose another user name"));
    }
    Ok(())
}

impl Taken {
    fn name(&mut self, name: &str, path: &str) -> Result<(), Wrong> {
        match self.names.entry(name.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(path.to_owned());
                Ok(())
            }
            Entry::Occupied(twin) => {
                let what =
                    format!("is the same user name as {}, since they compare without case", twin.get());
                Err(wrong(what, "rename one of them"))
            }
        }
    }

    fn endpoint(&mut self, endpoint: &str, path: &str) -> Result<(), Wrong> {
        if endpoint == UNKNOWN {
            return Ok(());
        }
        match self.endpoints.insert(endpoint.to_lowercase(), path.to_owned()) {
            None => Ok(()),
            Some(twin) => Err(wrong(
                format!("goes by the same name in metrics as {twin}"),
                "give one of them another label",
            )),
        }
    }

    fn number(&mut self, number: Option<E164>) -> Result<(), Wrong> {
        let Some(number) = number else { return Ok(()) };
        let phones = self.phones_of.entry(number).or_default();
        *phones += 1;
        // Once is enough, however many more there are.
        if *phones == twiml::Dial::MAX_NOUNS + 1 {
            return Err(wrong(
                "is shared by more than ten phones",
                "Twilio rings ten at once; use another number",
            ));
        }
        Ok(())
    }
}
