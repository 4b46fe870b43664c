//! The sections of `dialtone.toml`.

use std::collections::HashSet;

use numbers::{E164, Prefix, Region};
use toml_spanner::{Arena, ErrorKind, Table};

use crate::Language;
use crate::addresses::{Names, advise_on_unused, read_addresses};
use crate::codes::{Places, begins_help, read_codes, with_built_in};
use crate::comments;
use crate::extensions::{Extensions, Shared, read_extensions};
use crate::groups::Groups;
use crate::help::{self, Sources};
use crate::notify::read_notify;
use crate::parse;
use crate::problem::{Problem, Problems};
use crate::reader::{At, Reader, Section, wrong};
use crate::sip_uri;
use crate::stages::{STAGES_REMEDY, read_stages};
use crate::{AreaCode, Asterisk, EmergencyCalling, Fingerprint, Network, RefusalStyle, Stage};

/// A valid network file: every stage of it.
#[derive(Debug, Clone)]
pub struct NetworkFile {
    shared: Network,
    stages: Vec<Stage>,
    advice: Vec<Problem>,
}

impl NetworkFile {
    /// Reads and checks the whole file.
    ///
    /// # Errors
    ///
    /// Every problem of the file, each with its line and remedy.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Self::read(text, Fingerprint::of(text), Looks::AtPlaces)
    }

    /// The same for a file whose fingerprint is known: a function reads the file that was deployed. Where help comes is
    /// not looked at again, which would take a fifth of a cold start. A function that did not start would help nobody.
    ///
    /// # Errors
    ///
    /// Every problem of the file but those of places, each with its line and remedy.
    pub fn parse_noted(file: &[u8], fingerprint: Fingerprint) -> Result<Self, Problems> {
        // The reader of TOML takes longer for comments than for the rest (docs/performance.md).
        let bare = comments::without(file);
        match bare.as_deref().map(|bare| Self::read(bare, fingerprint, Looks::PastPlaces)) {
            Some(Ok(file)) => Ok(file),
            // Lines are those of the whole file.
            Some(Err(_)) | None => Self::read(text_of(file)?, fingerprint, Looks::PastPlaces),
        }
    }

    fn read(text: &str, fingerprint: Fingerprint, looks: Looks) -> Result<Self, Problems> {
        let mut reader = Reader::new(text);
        let arena = Arena::new();
        let document = toml_spanner::parse_recoverable(text, &arena);
        let key_of_duplicate = |error: &toml_spanner::Error| match error.kind() {
            ErrorKind::DuplicateKey { .. } => Some(error.span().range()),
            ErrorKind::DuplicateTable { name, .. } => Some(name.range()),
            _ => None,
        };
        for error in document.errors().iter().filter(|error| key_of_duplicate(error).is_none()) {
            // Without the text, so that no number of the file is quoted.
            reader.report_torn(error.span().range().start, error.message(""));
        }
        for key in document.errors().iter().filter_map(key_of_duplicate) {
            reader.report_duplicate(key.start, text.get(key).unwrap_or_default());
        }
        let file = read(&mut reader, document.table(), fingerprint, looks);
        reader.finish(file)
    }

    /// The stages by name.
    pub fn stages(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().map(|stage| stage.name.as_str())
    }

    /// The network as one of its stages has it.
    ///
    /// # Errors
    ///
    /// The file has no such stage.
    pub fn network(&self, stage: &str) -> Result<Network, Problems> {
        self.clone().into_network(stage)
    }

    /// The same, where nothing else is wanted of the file.
    ///
    /// # Errors
    ///
    /// The file has no such stage.
    pub fn into_network(self, stage: &str) -> Result<Network, Problems> {
        let Some(chosen) = self.stages.iter().find(|known| known.name == stage) else {
            let names: Vec<_> = self.stages().collect();
            let (what, remedy) = if stage.is_empty() {
                ("no stage is chosen".into(), format!("choose one of {}", names.join(", ")))
            } else {
                (
                    format!("there is no stage {stage:?}"),
                    format!("choose one of {}, or add [stages.{stage}]", names.join(", ")),
                )
            };
            return Err(Problems(vec![Problem { line: 1, key: "stages".into(), what, remedy }]));
        };
        let mut network = self.shared;
        if let Some(asterisk) = &mut network.asterisk {
            asterisk.host = asterisk.host.replace("{stage}", &chosen.name);
        }
        network.other_domains = self
            .stages
            .iter()
            .filter(|other| other.name != stage)
            .map(|other| other.sip_domain.clone())
            .collect();
        network.stage = chosen.clone();
        Ok(network)
    }

    /// Settings that are allowed but most likely not meant.
    #[must_use]
    pub fn advice(&self) -> &[Problem] {
        &self.advice
    }
}

fn text_of(file: &[u8]) -> Result<&str, Problems> {
    std::str::from_utf8(file).map_err(|_| {
        let (what, remedy) = ("is not text in UTF-8".into(), "save it as UTF-8".into());
        Problems(vec![Problem { line: 1, key: String::new(), what, remedy }])
    })
}

/// Whether a reading looks at where help comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    AtPlaces,
    PastPlaces,
}

fn read<'a>(
    reader: &mut Reader<'_>,
    root: &'a Table<'a>,
    fingerprint: Fingerprint,
    looks: Looks,
) -> Option<NetworkFile> {
    let mut root = Section::root(root);
    let mut advice = Vec::new();
    // A function tells nobody.
    let advice_wanted = looks == Looks::AtPlaces;

    let section = root.section(reader, "asterisk");
    let place_of_asterisk = section.as_ref().map(Section::place);
    let asterisk = section.and_then(|section| read_asterisk(reader, section));
    let places = Places::new(&mut root, reader.is_torn());
    let section = root.section(reader, "codes");
    let codes =
        with_built_in(read_codes(reader, section.as_ref(), &places), places.regions().first().copied());
    if advice_wanted {
        let line = section.as_ref().map_or(1, |section| reader.line(section.offset()));
        for (code, (what, remedy)) in
            codes.keys().filter_map(|code| Some((code, begins_help(code, &places)?)))
        {
            advice.push(Problem { line, key: format!("codes.{code}"), what, remedy });
        }
    }
    if root.value("stages").is_none() {
        reader.report_missing(0, "stages", STAGES_REMEDY);
    }
    let stages = root
        .section(reader, "stages")
        .and_then(|section| read_stages(reader, &section, advice_wanted.then_some(&mut advice)));
    if root.value("network").is_none() {
        reader.report_missing(0, "network", "add a [network] section with name and region");
    }
    let section = root.section(reader, "network");
    let network_offset = section.as_ref().map_or(0, Section::offset);
    let network = section.as_ref().map(Section::place);
    let (name, region, language, rest) =
        section.map_or_else(Default::default, |mut section| read_network(reader, &mut section));
    let section_of_addresses = root.section(reader, "addresses");
    let advised = advice_wanted.then_some(&mut advice);
    let addresses = read_addresses(reader, section_of_addresses.as_ref(), region, advised);
    let names = Names::of(section_of_addresses.as_ref(), reader.is_torn());
    let address = rest.address.as_ref().and_then(|at| {
        names.named(&at.value).map_err(|problem| reader.report(at.offset, "network.address", problem)).ok()
    });
    if rest.emergency_caller_id.is_none() && advice_wanted {
        advice.push(Problem {
            line: reader.line(network_offset),
            key: "network.emergency_caller_id".into(),
            what: "is not set: a phone that is not in this file cannot call 911".into(),
            remedy: "set it to a number with a registered emergency address".into(),
        });
    }
    let section = root.section(reader, "groups");
    let groups = Groups::read(reader, section.as_ref(), &places, &names);
    let shared = Shared {
        language,
        area_code: rest.area_code,
        // One that is wrong was reported; nothing follows from it.
        has_emergency_caller: network.is_some_and(|network| network.has("emergency_caller_id")),
        emergency_calling: rest.emergency_calling,
        codes: &codes,
        places: &places,
        addresses: &names,
    };
    let section = root.section(reader, "extensions");
    let advised = advice_wanted.then_some(&mut advice);
    let extensions = section.map(|section| read_extensions(reader, &section, &groups, &shared, advised));
    let extensions = extensions.unwrap_or_default();
    let is_torn = reader.is_torn();
    let notify = read_notify(
        reader,
        &mut root,
        |name| is_torn || extensions.by_name.contains_key(&name.to_lowercase()),
        |number| extensions.by_number.contains_key(number),
    );
    root.refuse_unknown(reader);
    let address_of = extensions.address_of(reader);
    if let Some(section) = section_of_addresses.as_ref().filter(|_| advice_wanted) {
        let used: HashSet<_> =
            extensions.phones.iter().filter_map(|(_, phone)| phone.address.as_deref()).collect();
        advise_on_unused(
            reader,
            section,
            |name| used.contains(name) || address.as_deref() == Some(name),
            &mut advice,
        );
    }

    if advice_wanted {
        let is_used =
            |name: &str| extensions.phones.iter().any(|(place, _)| place.text("group") == Some(name));
        groups.advise_on_unused(reader, is_used, &mut advice);
    }

    let Extensions { phones, by_name, by_number } = extensions;
    let (places, phones): (Vec<_>, Vec<_>) = phones.into_iter().unzip();
    let mut shared = Network {
        name: name.clone().unwrap_or_default(),
        stage: stages.as_ref()?.first()?.clone(),
        region: region?,
        allow: rest.allow,
        block: rest.block,
        language,
        time_limit: rest.time_limit,
        ring_timeout: rest.ring_timeout,
        refusal: rest.refusal,
        dial_tone: rest.dial_tone,
        emergency_caller_id: rest.emergency_caller_id,
        asterisk,
        codes,
        extensions: phones,
        by_name,
        by_number,
        other_domains: Vec::new(),
        edge: rest.edge,
        emergency_calling: rest.emergency_calling,
        address,
        addresses,
        address_of,
        notify,
        fingerprint,
    };
    shared.keep_from_wrong_places();
    if let Some(network) = network.filter(|_| looks == Looks::AtPlaces && !reader.is_torn()) {
        let sources = Sources {
            phones: &places,
            network,
            is_address_broken: shared.address.is_none() && network.has("address"),
        };
        help::check(reader, &shared, &sources, &mut advice);
        if let (Some(asterisk), Some(stages)) = (place_of_asterisk, &stages) {
            sip_uri::check(reader, asterisk, &shared, stages);
        }
    }
    // Without a name there is a problem already.
    let stages = stages.filter(|_| name.is_some())?;
    Some(NetworkFile { shared, stages, advice })
}

struct NetworkRest {
    area_code: Option<AreaCode>,
    allow: Vec<Region>,
    block: Vec<Prefix>,
    time_limit: u32,
    ring_timeout: u32,
    refusal: RefusalStyle,
    dial_tone: Option<String>,
    emergency_caller_id: Option<E164>,
    edge: String,
    emergency_calling: EmergencyCalling,
    address: Option<At<String>>,
}

impl Default for NetworkRest {
    fn default() -> Self {
        Self {
            area_code: None,
            allow: Vec::new(),
            block: Vec::new(),
            time_limit: 60 * 60,
            ring_timeout: 30,
            refusal: RefusalStyle::Explain,
            dial_tone: None,
            emergency_caller_id: None,
            // Twilio's own default.
            edge: "ashburn".into(),
            emergency_calling: EmergencyCalling::Dialtone,
            address: None,
        }
    }
}

/// Where phones may call if the file does not say: North America's neighbours from one of them, and otherwise the country
/// that the phones are in.
fn allowed_from(region: Option<Region>) -> Vec<Region> {
    let neighbours: Vec<_> = ["US", "CA", "PR", "MX"].into_iter().filter_map(Region::parse).collect();
    match region {
        Some(region) if !neighbours.contains(&region) => vec![region],
        _ => neighbours,
    }
}

fn read_network(
    reader: &mut Reader<'_>,
    section: &mut Section<'_>,
) -> (Option<String>, Option<Region>, Language, NetworkRest) {
    let name = section.required(reader, "name", "my-network", parse::filled).map(|at| at.value);
    let region = section.required(reader, "region", "US", parse::region).map(|at| at.value);
    let area_code = section.text(reader, "area_code", parse::area_code);
    if let (Some(area_code), Some(region)) = (&area_code, region)
        && numbers::calling_code_of(region) != Some(1)
    {
        let problem = wrong("is for North America, but the region is not there", "remove it");
        reader.report(area_code.offset, section.path("area_code"), problem);
    }
    let language = section.text(reader, "language", parse::language).map(|at| at.value).unwrap_or_default();
    let refusal = section.text(reader, "refusal", |text| match text {
        "explain" => Ok(RefusalStyle::Explain),
        "reject" => Ok(RefusalStyle::Reject),
        _ => Err(wrong(
            format!("{} is not a way to refuse", parse::shown(text)),
            "write \"explain\" or \"reject\"",
        )),
    });
    let emergency_calling = section.text(reader, "emergency_calling", |text| match text {
        "dialtone" => Ok(EmergencyCalling::Dialtone),
        "twilio" => Ok(EmergencyCalling::Twilio),
        "none" => Ok(EmergencyCalling::None),
        _ => Err(wrong(
            format!("{} is not a way to call for help", parse::shown(text)),
            "write \"dialtone\", \"twilio\" or \"none\"",
        )),
    });
    let defaults = NetworkRest::default();
    let rest = NetworkRest {
        area_code: area_code.map(|at| at.value),
        allow: section.list(reader, "allow", parse::region).unwrap_or_else(|| allowed_from(region)),
        block: section.list(reader, "block", parse::prefix).unwrap_or_default(),
        // Twilio ends a call after four hours, or after 24 for accounts that have asked for it.
        time_limit: section
            .text(reader, "time_limit", parse::seconds(60, 86_400))
            .map_or(defaults.time_limit, |at| at.value),
        ring_timeout: section
            .text(reader, "ring_timeout", parse::seconds(5, 600))
            .map_or(defaults.ring_timeout, |at| at.value),
        refusal: refusal.map_or(defaults.refusal, |at| at.value),
        dial_tone: section.text(reader, "dial_tone", parse::sound_url).map(|at| at.value),
        emergency_caller_id: section.text(reader, "emergency_caller_id", parse::number).map(|at| at.value),
        edge: section.text(reader, "edge", parse::edge).map_or(defaults.edge, |at| at.value),
        emergency_calling: emergency_calling.map_or(defaults.emergency_calling, |at| at.value),
        address: section.text(reader, "address", |text| Ok(text.to_owned())),
    };
    if let Some(At { value: EmergencyCalling::Twilio, offset }) = emergency_calling
        && !section.place().has("emergency_caller_id")
    {
        let problem = wrong(
            "leaves 911 to Twilio, which knows phones by a number only",
            "set emergency_caller_id, the number that all phones show then",
        );
        reader.report(offset, section.path("emergency_calling"), problem);
    }
    section.refuse_unknown(reader);
    (name, region, language, rest)
}

fn read_asterisk(reader: &mut Reader<'_>, mut section: Section<'_>) -> Option<Asterisk> {
    let host = section.required(reader, "host", "pbx.example.org", |text| {
        parse::host(&text.replace("{stage}", "stage")).map(|_| text.to_owned())
    });
    let params = section.text(reader, "params", parse::uri_params);
    section.refuse_unknown(reader);
    Some(Asterisk { host: host?.value, params: params.map(|at| at.value).unwrap_or_default() })
}
