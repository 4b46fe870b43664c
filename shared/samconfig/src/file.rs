//! The file: one stage's parameters in it, changed without touching the rest.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use files::Access;
use network::Finding;
use serde::Serialize;
use toml_edit::{Array, DocumentMut, Item, RawString, Table, Value, value};

use crate::{SamconfigError, Wanted};

/// `samconfig.toml`, as it is to be written.
pub struct Samconfig {
    document: DocumentMut,
    path: PathBuf,
}

/// A parameter whose value differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The parameter of the template, or `region`.
    pub name: String,
    /// The value in the file; empty for nothing.
    pub from: String,
    /// The wanted value; empty where the parameter must not be there.
    pub to: String,
}

/// The difference that keeps a stage from being deployed as the network file wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Values that differ in the file.
    pub changes: Vec<Change>,
    /// Unknown values, each about a parameter. The file has a placeholder in its place, which the template refuses.
    pub missing: Vec<Finding>,
}

type Result<T> = std::result::Result<T, SamconfigError>;

/// Where a stage runs on AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its region, such as `us-west-2`.
    pub region: String,
    /// Its name in CloudFormation.
    pub name: String,
}

impl Samconfig {
    /// Reads the file. One that is not there is empty.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no TOML.
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.to_owned();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => "version = 0.1\n".to_owned(),
            Err(source) => return Err(SamconfigError::Io { path, source }),
        };
        match text.parse::<DocumentMut>() {
            Ok(document) => Ok(Self { document, path }),
            Err(source) => {
                let before = |start| text.get(..start).unwrap_or_default().lines().count().max(1);
                let line = source.span().map(|span| before(span.start));
                Err(SamconfigError::Syntax { path, line, source: Box::new(source) })
            }
        }
    }

    /// The region of a stage's stack.
    #[must_use]
    pub fn region(&self, stage: &str) -> Option<String> {
        let region = self.section(stage)?.get("region")?.as_str()?;
        (!is_placeholder(region)).then(|| region.to_owned())
    }

    /// A stage's stack, if the file says where it is.
    #[must_use]
    pub fn stack(&self, stage: &str) -> Option<Stack> {
        let name = self.section(stage)?.get("stack_name")?.as_str()?.to_owned();
        Some(Stack { region: self.region(stage)?, name })
    }

    /// A stage's parameters and their values.
    #[must_use]
    pub fn parameters(&self, stage: &str) -> BTreeMap<String, String> {
        let list = self.section(stage).and_then(|section| section.get("parameter_overrides"));
        let list = list.and_then(Item::as_array).into_iter().flatten();
        list.filter_map(|one| one.as_str()?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The parameters whose values are still placeholders.
    fn placeholders(&self, stage: &str) -> Vec<String> {
        let all = self.parameters(stage).into_iter();
        all.filter(|(_, value)| is_placeholder(value)).map(|(name, _)| name).collect()
    }

    /// Sets what is wanted, and returns what differed and what is still missing. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// The stage, or its parameters, have another form than SAM writes.
    pub fn apply(&mut self, stage: &str, region: &str, wanted: &Wanted) -> Result<Difference> {
        let changes = self.set(stage, region, wanted)?;
        let mut missing = wanted.missing.clone();
        let placeholders = self.placeholders(stage).into_iter().filter(|name| !wanted.is_missing(name));
        missing.extend(placeholders.map(|name| {
            let remedy = format!("give it with --set {name}=VALUE");
            Finding::new(name, "is a placeholder", remedy)
        }));
        Ok(Difference { changes, missing })
    }

    fn set(&mut self, stage: &str, region: &str, wanted: &Wanted) -> Result<Vec<Change>> {
        let before = self.parameters(stage);
        let mut changes = Vec::new();
        let path = self.path.clone();
        let section = self.section_mut(stage, region)?;
        let list = section.entry("parameter_overrides").or_insert_with(|| value(Array::new()));
        let Some(list) = list.as_array_mut() else {
            return Err(SamconfigError::NoList { path, stage: stage.to_owned() });
        };
        for (parameter, to) in &wanted.values {
            let from = before.get(parameter).cloned().unwrap_or_default();
            if from != to.as_deref().unwrap_or_default() {
                set(list, parameter, to.as_deref());
                changes.push(Change { name: parameter.clone(), from, to: to.clone().unwrap_or_default() });
            }
        }
        for finding in &wanted.missing {
            // A placeholder that the template refuses, rather than nothing at all.
            if !before.contains_key(&finding.about) && !wanted.values.contains_key(&finding.about) {
                let placeholder = format!("<{}>", finding.about);
                set(list, &finding.about, Some(&placeholder));
                changes.push(Change { name: finding.about.clone(), from: String::new(), to: placeholder });
            }
        }
        if section.get("region").and_then(Item::as_str) != Some(region) {
            let from = section.get("region").and_then(Item::as_str).unwrap_or_default().to_owned();
            section["region"] = value(region);
            changes.push(Change { name: "region".into(), from, to: region.to_owned() });
        }
        Ok(changes)
    }

    /// Writes the file in one step.
    ///
    /// # Errors
    ///
    /// It cannot be written; then it is as it was.
    pub fn write(&self) -> Result<()> {
        files::replace(&self.path, self.document.to_string().as_bytes(), Access::Everyone)
            .map_err(|source| SamconfigError::Io { path: self.path.clone(), source })
    }

    fn section(&self, stage: &str) -> Option<&Item> {
        self.document.get(stage)?.get("deploy")?.get("parameters")
    }

    /// The stage's section, which is made as the other stages have it if it is not there.
    fn section_mut(&mut self, stage: &str, region: &str) -> Result<&mut Table> {
        let is_new = self.section(stage).is_none();
        let bad = SamconfigError::NoTable { path: self.path.clone(), stage: stage.to_owned() };
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
    use super::*;

    const FILE: &str = "version = 0.1\n\n[prod.deploy.parameters]   # the real one\nregion = \"us-west-2\"\n\
        parameter_overrides = [\n    \"Stage=prod\",\n    \"EmergencyCallerId=<E.164>\",   # 911\n    \"LogRetentionDays=14\",\n]\n";

    #[test]
    fn one_stage_changes_and_the_rest_stays() {
        let document = FILE.parse().unwrap();
        let mut file = Samconfig { document, path: "samconfig.toml".into() };
        assert_eq!(file.placeholders("prod"), ["EmergencyCallerId"]);
        let mut wanted = Wanted::default();
        wanted.values.insert("EmergencyCallerId".into(), Some("+15035550110".into()));
        wanted.values.insert("DomainName".into(), Some("voice.example.org".into()));
        wanted.values.insert("LogRetentionDays".into(), None);
        wanted.missing.push(Finding::new("CertificateArn", "is not known", "request one"));
        let found = file.apply("prod", "us-west-2", &wanted).unwrap();
        assert_eq!((found.changes.len(), found.missing), (4, wanted.missing.clone()));
        assert_eq!(
            file.document.to_string(),
            FILE.replace("<E.164>", "+15035550110").replace(
                "    \"LogRetentionDays=14\",\n",
                "    \"DomainName=voice.example.org\",\n    \"CertificateArn=<CertificateArn>\",\n"
            )
        );
        assert_eq!(file.apply("prod", "us-west-2", &wanted).unwrap().changes, []);
        file.apply("dev", "us-west-2", &wanted).unwrap();
        let text = file.document.to_string();
        assert!(text.contains("[dev.deploy.parameters]\nstack_name = \"dialtone-dev\""), "{text}");
        assert!(text.starts_with("version = 0.1\n\n[prod.deploy.parameters]   # the real one\n"), "{text}");
        assert!(text.parse::<DocumentMut>().is_ok());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let document = "[prod.deploy.parameters]\nparameter_overrides = \"Stage=prod\"\n".parse().unwrap();
        let mut file = Samconfig { document, path: "samconfig.toml".into() };
        assert!(file.apply("prod", "us-west-2", &Wanted::default()).is_err());
        for text in ["prod = 1", "[prod]\ndeploy = 1", "[prod.deploy]\nparameters = 1"] {
            let mut file = Samconfig { document: text.parse().unwrap(), path: "samconfig.toml".into() };
            assert!(file.apply("prod", "us-west-2", &Wanted::default()).is_err(), "{text}");
        }
    }
}
