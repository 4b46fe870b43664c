//! `samconfig.toml`: one stage's parameters in it, changed without touching the rest.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use files::Access;
use toml_edit::{Array, DocumentMut, Item, RawString, Table, Value, value};

use super::wanted::Wanted;
use crate::exit::{Failure, Result};

/// The file.
pub(super) struct Samconfig {
    document: DocumentMut,
    name: String,
}

/// A parameter, what it was and what it is to be.
pub(super) type Change = (String, String, String);

impl Samconfig {
    /// Reads the file. One that is not there is empty.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => "version = 0.1\n".to_owned(),
            Err(error) => {
                return Err(Failure::usage(format!("{name}: {error}; choose another with --file FILE")));
            }
        };
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let line =
                error.span().map(|span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            let line = line.map(|line| format!(" in line {line}")).unwrap_or_default();
            Failure::usage(format!("{name}: is no TOML{line}; mend it there"))
        })?;
        Ok(Self { document, name })
    }

    /// The region of a stage's stack.
    pub(super) fn region(&self, stage: &str) -> Option<String> {
        let region = self.section(stage)?.get("region")?.as_str()?;
        (!is_placeholder(region)).then(|| region.to_owned())
    }

    /// A stage's parameters.
    pub(super) fn parameters(&self, stage: &str) -> BTreeMap<String, String> {
        let list = self.section(stage).and_then(|section| section.get("parameter_overrides"));
        let list = list.and_then(Item::as_array).into_iter().flatten();
        list.filter_map(|one| one.as_str()?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The parameters whose values are still placeholders.
    pub(super) fn placeholders(&self, stage: &str) -> Vec<String> {
        let all = self.parameters(stage).into_iter();
        all.filter(|(_, value)| is_placeholder(value)).map(|(name, _)| name).collect()
    }

    /// Sets what is wanted, and returns what differed.
    pub(super) fn apply(&mut self, stage: &str, region: &str, wanted: &Wanted) -> Result<Vec<Change>> {
        let before = self.parameters(stage);
        let mut changes = Vec::new();
        let name = self.name.clone();
        let section = self.section_mut(stage, region)?;
        let list = section.entry("parameter_overrides").or_insert_with(|| value(Array::new()));
        let Some(list) = list.as_array_mut() else {
            return Err(Failure::usage(format!(
                "{name}: {stage}.deploy.parameters.parameter_overrides is no list; write it as [\"NAME=VALUE\", …]"
            )));
        };
        for (parameter, to) in &wanted.values {
            let from = before.get(parameter).cloned().unwrap_or_default();
            if from != to.clone().unwrap_or_default() {
                set(list, parameter, to.as_deref());
                changes.push((parameter.clone(), from, to.clone().unwrap_or_default()));
            }
        }
        for finding in &wanted.missing {
            // A placeholder that the template refuses, rather than nothing at all.
            if !before.contains_key(&finding.about) && !wanted.values.contains_key(&finding.about) {
                let placeholder = format!("<{}>", finding.about);
                set(list, &finding.about, Some(&placeholder));
                changes.push((finding.about.clone(), String::new(), placeholder));
            }
        }
        if section.get("region").and_then(Item::as_str) != Some(region) {
            let from = section.get("region").and_then(Item::as_str).unwrap_or_default().to_owned();
            section["region"] = value(region);
            changes.push(("region".into(), from, region.to_owned()));
        }
        Ok(changes)
    }

    /// Writes the file in one step.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        files::replace(path, self.document.to_string().as_bytes(), Access::Everyone).map_err(|error| {
            Failure::usage(format!("{}: {error}; choose another with --file FILE", self.name))
        })
    }

    fn section(&self, stage: &str) -> Option<&Item> {
        self.document.get(stage)?.get("deploy")?.get("parameters")
    }

    /// The stage's section, which is made as the other stages have it if it is not there.
    fn section_mut(&mut self, stage: &str, region: &str) -> Result<&mut Table> {
        let is_new = self.section(stage).is_none();
        let bad =
            Failure::usage(format!("{}: {stage}.deploy.parameters is no table; make it one", self.name));
        let implicit = || {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        };
        let Some(of_stage) = self.document.entry(stage).or_insert_with(implicit).as_table_mut() else {
            return Err(bad);
        };
        let Some(deploy) = of_stage.entry("deploy").or_insert_with(implicit).as_table_mut() else {
            return Err(bad);
        };
        let Some(section) = deploy.entry("parameters").or_insert_with(toml_edit::table).as_table_mut() else {
            return Err(bad);
        };
        if is_new {
            section["stack_name"] = value(format!("dialtone-{stage}"));
            section["region"] = value(region);
            section["resolve_s3"] = value(true);
            section["s3_prefix"] = value(format!("dialtone-{stage}"));
            section["capabilities"] = value("CAPABILITY_IAM");
            section["fail_on_empty_changeset"] = value(false);
            section["tags"] = value(Array::from_iter(["app=dialtone".to_owned(), format!("stage={stage}")]));
        }
        Ok(section)
    }
}

/// A value that stands for one that nobody has given. No pattern of the template takes it.
fn is_placeholder(value: &str) -> bool {
    value.starts_with('<') && value.ends_with('>')
}

/// Sets one parameter, or takes it out.
fn set(list: &mut Array, name: &str, to: Option<&str>) {
    let is_it =
        |one: &Value| one.as_str().and_then(|text| text.split_once('=')).is_some_and(|(own, _)| own == name);
    let place = list.iter().position(is_it);
    match (place.and_then(|place| list.get_mut(place)), to) {
        (Some(known), Some(to)) => {
            let decor = known.decor().clone();
            *known = Value::from(format!("{name}={to}"));
            *known.decor_mut() = decor;
        }
        (Some(_), None) => {
            if let Some(place) = place {
                // What stands before a value is the comment of the one before it.
                let removed = list.remove(place);
                let comment = text_of(removed.decor().prefix());
                keep_comment(list, place, comment.trim_end());
            }
        }
        (None, Some(to)) => {
            let mut new = Value::from(format!("{name}={to}"));
            let comment = text_of(Some(list.trailing()));
            new.decor_mut().set_prefix(format!("{}\n    ", comment.trim_end()));
            list.push_formatted(new);
            list.set_trailing_comma(true);
            list.set_trailing("\n");
        }
        (None, None) => {}
    }
}

/// Puts a comment before the value at a place, or at the end of the list.
fn keep_comment(list: &mut Array, place: usize, comment: &str) {
    match list.get_mut(place) {
        Some(next) => {
            let prefix = format!("{comment}{}", text_of(next.decor().prefix()));
            next.decor_mut().set_prefix(prefix);
        }
        None => {
            let trailing = format!("{comment}{}", text_of(Some(list.trailing())));
            list.set_trailing(trailing);
        }
    }
}

fn text_of(raw: Option<&RawString>) -> String {
    raw.and_then(RawString::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use network::Finding;

    use super::*;

    const FILE: &str = "version = 0.1\n\n[prod.deploy.parameters]   # the real one\nregion = \"us-west-2\"\n\
        parameter_overrides = [\n    \"Stage=prod\",\n    \"EmergencyCallerId=<E.164>\",   # 911\n    \"LogRetentionDays=14\",\n]\n";

    #[test]
    fn one_stage_changes_and_the_rest_stays() {
        let document = FILE.parse().unwrap();
        let mut file = Samconfig { document, name: "samconfig.toml".into() };
        assert_eq!(file.placeholders("prod"), ["EmergencyCallerId"]);
        let mut wanted = Wanted::default();
        wanted.values.insert("EmergencyCallerId".into(), Some("+15035550110".into()));
        wanted.values.insert("DomainName".into(), Some("voice.example.org".into()));
        wanted.values.insert("LogRetentionDays".into(), None);
        wanted.missing.push(Finding::new("CertificateArn", "is not known", "request one"));
        let changes = file.apply("prod", "us-west-2", &wanted).unwrap();
        assert_eq!(changes.len(), 4);
        assert_eq!(
            file.document.to_string(),
            FILE.replace("<E.164>", "+15035550110").replace(
                "    \"LogRetentionDays=14\",\n",
                "    \"DomainName=voice.example.org\",\n    \"CertificateArn=<CertificateArn>\",\n"
            )
        );
        assert_eq!(file.apply("prod", "us-west-2", &wanted).unwrap(), []);
        file.apply("dev", "us-west-2", &wanted).unwrap();
        let text = file.document.to_string();
        assert!(text.contains("[dev.deploy.parameters]\nstack_name = \"dialtone-dev\""), "{text}");
        assert!(text.starts_with("version = 0.1\n\n[prod.deploy.parameters]   # the real one\n"), "{text}");
        assert!(text.parse::<DocumentMut>().is_ok());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let document = "[prod.deploy.parameters]\nparameter_overrides = \"Stage=prod\"\n".parse().unwrap();
        let mut file = Samconfig { document, name: "samconfig.toml".into() };
        assert!(file.apply("prod", "us-west-2", &Wanted::default()).is_err());
        for text in ["prod = 1", "[prod]\ndeploy = 1", "[prod.deploy]\nparameters = 1"] {
            let mut file = Samconfig { document: text.parse().unwrap(), name: "samconfig.toml".into() };
            assert!(file.apply("prod", "us-west-2", &Wanted::default()).is_err(), "{text}");
        }
    }
}
