//! `[codes]`: what keys and short codes do.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use numbers::{E164, Region};
use toml_spanner::Item;

use crate::reader::{At, Path, Reader, Section, Wrong, table, wrong};
use crate::{Target, parse};
use numbers::emergency;

/// Where codes may lead.
pub(crate) struct Places<'a> {
    pub(crate) has_asterisk: bool,
    /// Whether a broken line may hide places.
    is_torn: bool,
    /// The network's region, if it is one: its emergency numbers are no codes.
    region: Vec<Region>,
    extensions: Option<&'a Item<'a>>,
    /// The phones' user names in lower case, once a code leads to one.
    names: OnceCell<HashSet<String>>,
}

impl<'a> Places<'a> {
    /// Read ahead of everything that may refer to them. A section with problems of its own is there, too.
    pub(crate) fn new(root: &mut Section<'a>, is_torn: bool) -> Self {
        let has_asterisk = is_torn || root.value("asterisk").is_some();
        let network = root.value("network").and_then(Item::as_table);
        let region = network.and_then(|network| Region::parse(network.get("region")?.as_str()?));
        let region = region.into_iter().collect();
        Self { has_asterisk, is_torn, region, extensions: root.value("extensions"), names: OnceCell::new() }
    }

    pub(crate) fn regions(&self) -> &[Region] {
        &self.region
    }

    fn has_extension(&self, name: &str) -> bool {
        if self.is_torn {
            return true;
        }
        let names = self.names.get_or_init(|| {
            let table = self.extensions.and_then(Item::as_table);
            table
                .into_iter()
                .flat_map(toml_spanner::Table::entries)
                .map(|(key, _)| key.name.to_lowercase())
                .collect()
        });
        names.contains(&name.to_lowercase())
    }
}

pub(crate) fn read_codes(
    reader: &mut Reader<'_>,
    section: Option<&Section<'_>>,
    places: &Places<'_>,
) -> BTreeMap<String, Target> {
    let mut codes = BTreeMap::new();
    for (section, key, value) in
        section.into_iter().flat_map(|s| s.entries().map(move |(key, value)| (s, key, value)))
    {
        let path = section.path(key.value);
        if let Err(problem) = parse::code(key.value) {
            reader.report(key.offset, path, problem);
        } else if emergency::recognize(key.value, places.regions()).is_some() {
            let problem = wrong("is an emergency number, which no code can change", "remove it");
            reader.report(key.offset, path, problem);
        }
        if let Some(target) = read_target(reader, path, value, places) {
            codes.insert(key.value.to_owned(), target);
        }
    }
    codes
}

/// What a code says that begins an emergency number.
pub(crate) fn begins_help(code: &str, places: &Places<'_>) -> Option<Wrong> {
    let begun = emergency::beginning(code, places.regions())?;
    let what = format!("begins an emergency number: who dials {begun} and pauses is connected here instead");
    Some((what, "choose another code, unless nobody dials slowly here".into()))
}

fn read_target<'a>(
    reader: &mut Reader<'_>,
    path: Path<'a>,
    value: &'a Item<'a>,
    places: &Places<'_>,
) -> Option<Target> {
    let mut section = table(reader, path, value)?;
    let offset = section.offset();
    let dial = section.text(reader, "dial", parse::dialable).map(|At { value, .. }| Target::Dial(value));
    let asterisk = section.text(reader, "asterisk", parse::context).map(|at| Target::Asterisk(at.value));
    let extension = section.text(reader, "extension", |name| {
        if places.has_extension(name) {
            Ok(Target::Extension(name.to_owned()))
        } else {
            Err(wrong(format!("there is no extension {}", parse::shown(name)), "name one of [extensions]"))
        }
    });
    section.refuse_unknown(reader);
    if asterisk.is_some() && !places.has_asterisk {
        reader.report(
            offset,
            path,
            wrong("leads to Asterisk, of which nothing is known", "add [asterisk] with its host"),
        );
        return None;
    }
    let named = ["dial", "asterisk", "extension"]
        .iter()
        .filter(|key| section.entries().any(|(k, _)| k.value == **key))
        .count();
    if named != 1 {
        if !reader.is_torn() {
            let problem = wrong(
                "does not lead to one place",
                "write one of { dial = ... }, { asterisk = ... } or { extension = ... }",
            );
            reader.report(offset, path, problem);
        }
        return None;
    }
    dial.or(asterisk).or(extension.map(|at| at.value))
}

/// The codes that a network has unless its file says otherwise.
pub(crate) fn with_built_in(
    mut codes: BTreeMap<String, Target>,
    region: Option<Region>,
) -> BTreeMap<String, Target> {
    let country = region.and_then(emergency::Country::of).map(emergency::Country::region);
    // The Suicide & Crisis Lifeline by its ten-digit number: what Twilio does with 988 itself is not documented. It is a
    // service of the United States (47 CFR 52.200); Canada's 988 is another one, and elsewhere 988 is nothing.
    if country == Some("US")
        && let Ok(lifeline) = E164::parse("+18002738255")
    {
        codes.entry("988".to_owned()).or_insert(Target::Dial(lifeline));
    }
    codes
}
