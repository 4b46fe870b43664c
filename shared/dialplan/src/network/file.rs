//! The sections of `dialtone.toml`.

use std::collections::{BTreeMap, HashMap};

use numbers::{E164, Prefix, Region};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::parse;
use super::problem::{Problem, Problems};
use super::reader::{At, Reader, Section, table, wrong};
use super::{AreaCode, Asterisk, Extension, Network, RefusalStyle, Stage, Target};
use crate::emergency;
use crate::speech::Language;

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
        let mut reader = Reader::new(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            reader.report(offset, "", wrong(error.message(), "mend the TOML here"));
        }
        let file = read(&mut reader, root.get_ref());
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
        let mut network = self.shared.clone();
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

    /// What is allowed but most likely not meant.
    #[must_use]
    pub fn advice(&self) -> &[Problem] {
        &self.advice
    }
}

/// What every extension starts from.
struct Defaults {
    language: Language,
    area_code: Option<AreaCode>,
    has_emergency_caller: bool,
}

fn read(reader: &mut Reader, root: &DeTable<'_>) -> Option<NetworkFile> {
    let mut root = Section::new(root, "", 0);
    let mut advice = Vec::new();

    let asterisk = root.section(reader, "asterisk").and_then(|section| read_asterisk(reader, section));
    let extension_names = extension_names(&mut root);
    let section = root.section(reader, "codes");
    let codes = with_built_in(read_codes(reader, section.as_ref(), asterisk.is_some(), &extension_names));
    let Some(mut section) = root.section(reader, "network") else {
        reader.report(0, "network", wrong("is missing", "add a [network] section with name and region"));
        return None;
    };
    let (name, region, language, rest) = read_network(reader, &mut section);
    if rest.emergency_caller_id.is_none() {
        advice.push(Problem {
            line: reader.line(section.offset()),
            key: "network.emergency_caller_id".into(),
            what: "is not set: a phone that is not in this file cannot call 911".into(),
            remedy: "set it to a number with a registered emergency address".into(),
        });
    }
    let section = root.section(reader, "stages");
    let stages = read_stages(reader, section);
    let defaults = Defaults {
        language,
        area_code: rest.area_code,
        has_emergency_caller: rest.emergency_caller_id.is_some(),
    };
    let extensions = root.section(reader, "extensions").map(|section| {
        read_extensions(
            reader,
            &section,
            &defaults,
            &codes,
            asterisk.is_some(),
            &extension_names,
            &mut advice,
        )
    });
    root.refuse_unknown(reader);

    let stages = stages?;
    let extensions = extensions.unwrap_or_default();
    let mut by_number: HashMap<E164, Vec<usize>> = HashMap::new();
    for (i, extension) in extensions.iter().enumerate() {
        if let Some(number) = extension.number {
            by_number.entry(number).or_default().push(i);
        }
    }
    let by_name = extensions.iter().enumerate().map(|(i, e)| (e.name.to_lowercase(), i)).collect();
    let shared = Network {
        name: name?,
        stage: stages.first()?.clone(),
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
        extensions,
        by_name,
        by_number,
        other_domains: Vec::new(),
    };
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
}

fn read_network(
    reader: &mut Reader,
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
    let language = section.text(reader, "language", parse::language).map_or(Language::English, |at| at.value);
    let refusal = section.text(reader, "refusal", |text| match text {
        "explain" => Ok(RefusalStyle::Explain),
        "reject" => Ok(RefusalStyle::Reject),
        _ => Err(wrong(format!("{text:?} is not a way to refuse"), "write \"explain\" or \"reject\"")),
    });
    let rest = NetworkRest {
        area_code: area_code.map(|at| at.value),
        allow: section
            .list(reader, "allow", parse::region)
            .unwrap_or_else(|| ["US", "CA", "PR", "MX"].into_iter().filter_map(Region::parse).collect()),
        block: section.list(reader, "block", parse::prefix).unwrap_or_default(),
        // Twilio ends a call after four hours, or after 24 for accounts that have asked for it.
        time_limit: section
            .text(reader, "time_limit", parse::seconds(60, 86_400))
            .map_or(3600, |at| at.value),
        ring_timeout: section.text(reader, "ring_timeout", parse::seconds(5, 600)).map_or(30, |at| at.value),
        refusal: refusal.map_or(RefusalStyle::Explain, |at| at.value),
        dial_tone: section.text(reader, "dial_tone", parse::sound_url).map(|at| at.value),
        emergency_caller_id: section.text(reader, "emergency_caller_id", parse::number).map(|at| at.value),
    };
    section.refuse_unknown(reader);
    (name, region, language, rest)
}

fn read_asterisk(reader: &mut Reader, mut section: Section<'_>) -> Option<Asterisk> {
    let host = section.required(reader, "host", "pbx.example.org", |text| {
        parse::host(&text.replace("{stage}", "stage")).map(|_| text.to_owned())
    });
    let params = section.text(reader, "params", parse::uri_params);
    section.refuse_unknown(reader);
    Some(Asterisk { host: host?.value, params: params.map(|at| at.value).unwrap_or_default() })
}

fn read_stages(reader: &mut Reader, section: Option<Section<'_>>) -> Option<Vec<Stage>> {
    let missing =
        || wrong("are missing", "add at least one, such as [stages.prod] with sip_domain and public_url");
    let Some(section) = section else {
        reader.report(0, "stages", missing());
        return None;
    };
    let mut stages: Vec<Stage> = Vec::new();
    let mut complete = true;
    for (name, value) in section.entries() {
        let Some(mut stage) = table(reader, section.path(name.value), value) else { continue };
        if !name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            || name.value.is_empty()
        {
            let problem = wrong(
                "is not a name for a stage",
                "use lower-case letters, digits and hyphens, such as prod",
            );
            reader.report(name.offset, section.path(name.value), problem);
        }
        let sip_domain =
            stage.required(reader, "sip_domain", "my-network-prod.sip.twilio.com", parse::sip_domain);
        let public_url = stage.required(reader, "public_url", "https://prod.example.org", parse::public_url);
        let metrics_host = stage.text(reader, "metrics_host", parse::metrics_word);
        stage.refuse_unknown(reader);
        let (Some(sip_domain), Some(public_url)) = (sip_domain, public_url) else {
            complete = false;
            continue;
        };
        if let Some(twin) = stages.iter().find(|other| other.sip_domain == sip_domain.value) {
            let problem =
                wrong(format!("is the domain of stage {} too", twin.name), "give each stage its own");
            reader.report(sip_domain.offset, stage.path("sip_domain"), problem);
        }
        stages.push(Stage {
            name: name.value.to_owned(),
            sip_domain: sip_domain.value,
            public_url: public_url.value,
            metrics_host: metrics_host.map_or_else(|| format!("dialtone-{}", name.value), |at| at.value),
        });
    }
    if stages.is_empty() && complete {
        reader.report(section.offset(), "stages", missing());
    }
    Some(stages)
}

/// The user names in lower case, read ahead of everything that may refer to them.
fn extension_names(root: &mut Section<'_>) -> Vec<String> {
    let table = root.value("extensions").and_then(|value| value.get_ref().as_table());
    table.into_iter().flatten().map(|(name, _)| name.get_ref().to_lowercase()).collect()
}

fn read_codes(
    reader: &mut Reader,
    section: Option<&Section<'_>>,
    has_asterisk: bool,
    extensions: &[String],
) -> BTreeMap<String, Target> {
    let mut codes = BTreeMap::new();
    for (section, key, value) in
        section.into_iter().flat_map(|s| s.entries().map(move |(key, value)| (s, key, value)))
    {
        let path = section.path(key.value);
        if let Err(problem) = parse::code(key.value) {
            reader.report(key.offset, &path, problem);
        } else if emergency::recognize(key.value).is_some() {
            let problem = wrong("is an emergency number, which no code can change", "remove it");
            reader.report(key.offset, &path, problem);
        }
        if let Some(target) = read_target(reader, path, value, has_asterisk, extensions) {
            codes.insert(key.value.to_owned(), target);
        }
    }
    codes
}

fn read_target(
    reader: &mut Reader,
    path: String,
    value: &Spanned<DeValue<'_>>,
    has_asterisk: bool,
    extensions: &[String],
) -> Option<Target> {
    let mut section = table(reader, path.clone(), value)?;
    let offset = section.offset();
    let dial = section.text(reader, "dial", parse::number).map(|At { value, .. }| Target::Dial(value));
    let asterisk = section.text(reader, "asterisk", parse::context).map(|at| Target::Asterisk(at.value));
    let extension = section.text(reader, "extension", |name| {
        if extensions.contains(&name.to_lowercase()) {
            Ok(Target::Extension(name.to_owned()))
        } else {
            Err(wrong(format!("there is no extension {name:?}"), "name one of [extensions]"))
        }
    });
    section.refuse_unknown(reader);
    if asterisk.is_some() && !has_asterisk {
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
        let problem = wrong(
            "does not lead to one place",
            "write one of { dial = ... }, { asterisk = ... } or { extension = ... }",
        );
        reader.report(offset, path, problem);
        return None;
    }
    dial.or(asterisk).or(extension.map(|at| at.value))
}

fn read_extensions(
    reader: &mut Reader,
    section: &Section<'_>,
    defaults: &Defaults,
    codes: &BTreeMap<String, Target>,
    has_asterisk: bool,
    names: &[String],
    advice: &mut Vec<Problem>,
) -> Vec<Extension> {
    let mut extensions: Vec<Extension> = Vec::new();
    let mut endpoints: HashMap<String, String> = HashMap::new();
    let mut sharing: HashMap<E164, usize> = HashMap::new();
    for (name, value) in section.entries() {
        let path = section.path(name.value);
        let Some(mut table) = table(reader, path.clone(), value) else { continue };
        check_name(reader, name, &path, codes, extensions.as_slice());

        let number = table.text(reader, "number", parse::number);
        let caller_id = table.text(reader, "caller_id", parse::number).map(|at| at.value);
        let emergency = table.flag(reader, "emergency");
        let language = table.text(reader, "language", parse::language);
        let area_code = table.text(reader, "area_code", parse::area_code);
        let block = table.list(reader, "block", parse::prefix).unwrap_or_default();
        let label = table.text(reader, "label", parse::metrics_word);
        let own_codes = table.section(reader, "codes");
        let own_codes = read_codes(reader, own_codes.as_ref(), has_asterisk, names);
        table.refuse_unknown(reader);

        if let Some(number) = &number {
            let phones = sharing.entry(number.value).or_default();
            *phones += 1;
            if *phones == twiml::Dial::MAX_NOUNS + 1 {
                let problem = wrong(
                    "is shared by more than ten phones",
                    "Twilio rings ten at once; use another number",
                );
                reader.report(number.offset, format!("{path}.number"), problem);
            }
        }
        if let Some(At { value: true, offset }) = emergency
            && number.is_none()
            && !defaults.has_emergency_caller
        {
            let problem = wrong(
                "needs a number that 911 can call back",
                "give the phone a number, or set network.emergency_caller_id",
            );
            reader.report(offset, format!("{path}.emergency"), problem);
        }
        let endpoint = match label {
            Some(label) => label.value,
            None if name.value.starts_with('+') => {
                advice.push(Problem {
                    line: reader.line(name.offset),
                    key: path.clone(),
                    what: "has a number for a name, so metrics call it \"unknown\"".into(),
                    remedy: "give it a label, such as label = \"lobby\"".into(),
                });
                crate::event::UNKNOWN.to_owned()
            }
            None => name.value.to_owned(),
        };
        if endpoint != crate::event::UNKNOWN
            && let Some(twin) = endpoints.insert(endpoint.to_lowercase(), path.clone())
        {
            let problem = wrong(
                format!("goes by the same name in metrics as {twin}"),
                "give one of them another label",
            );
            reader.report(name.offset, path.clone(), problem);
        }
        let number = number.map(|at| at.value);
        extensions.push(Extension {
            name: name.value.to_owned(),
            endpoint,
            number,
            caller_id: caller_id.or(number),
            emergency: emergency.map_or(number.is_some(), |at| at.value),
            language: language.map_or(defaults.language, |at| at.value),
            area_code: area_code.map(|at| at.value).or(defaults.area_code),
            block,
            codes: own_codes,
        });
    }
    extensions
}

fn check_name(
    reader: &mut Reader,
    name: At<&str>,
    path: &str,
    codes: &BTreeMap<String, Target>,
    earlier: &[Extension],
) {
    let problem = if let Err(problem) = parse::user_name(name.value) {
        problem
    } else if name.value.eq_ignore_ascii_case(crate::event::UNKNOWN) {
        wrong("is the word that metrics use for a phone that is not known", "choose another user name")
    } else if emergency::recognize(name.value).is_some() {
        wrong("is an emergency number", "choose another user name")
    } else if codes.contains_key(name.value) {
        wrong("is a code too, which would always win", "choose another user name")
    } else if let Some(twin) = earlier.iter().find(|e| e.name.eq_ignore_ascii_case(name.value)) {
        wrong(
            format!("is the same user name as {:?}, since they compare without case", twin.name),
            "rename one of them",
        )
    } else {
        return;
    };
    reader.report(name.offset, path, problem);
}

/// The codes that every network has unless its file says otherwise.
fn with_built_in(mut codes: BTreeMap<String, Target>) -> BTreeMap<String, Target> {
    // The Suicide & Crisis Lifeline by its ten-digit number: what Twilio does with 988 itself is not documented.
    if let Ok(lifeline) = E164::parse("+18002738255") {
        codes.entry("988".to_owned()).or_insert(Target::Dial(lifeline));
    }
    codes
}
