//! A plan on one page: what changes alike is one line.

use std::collections::BTreeMap;

use network::Finding;
use provision::{Action, FieldChange, Summary};

use crate::line::{line_of, mark_of, shown};

/// The most lines that a plan takes field by field before what is alike in it is put together.
pub(crate) const PAGE: usize = 40;
/// How many names stand in a line.
const NAMES: usize = 3;
/// How many names a sentence has before the rest is only counted.
const NAMED: usize = 12;

/// A plan field by field.
pub(crate) fn whole(summaries: &[Summary]) -> Vec<String> {
    let mut lines = Vec::new();
    for summary in summaries {
        lines.push(line_of(summary));
        let fields = || summary.fields.iter().filter(|field| field.from != field.to);
        let width = fields().map(|field| field.name.len()).max().unwrap_or_default();
        for FieldChange { name, from, to, .. } in fields() {
            let values = match summary.action {
                Action::Create | Action::Buy => shown(to).to_owned(),
                Action::Delete => shown(from).to_owned(),
                Action::Update => format!("{} -> {}", shown(from), shown(to)),
            };
            lines.push(format!("    {name:width$}  {values}"));
        }
    }
    lines
}

/// The same with one entry for each kind of change, in the order in which they come first.
pub(crate) fn grouped(summaries: &[Summary]) -> Vec<String> {
    let mut groups: Vec<(Action, &str, Vec<&Summary>)> = Vec::new();
    for summary in summaries {
        let is_it =
            |group: &&mut (Action, &str, Vec<&Summary>)| (group.0, group.1) == (summary.action, summary.kind);
        match groups.iter_mut().find(is_it) {
            Some((.., all)) => all.push(summary),
            None => groups.push((summary.action, summary.kind, vec![summary])),
        }
    }
    let mut lines = Vec::new();
    for (action, kind, all) in groups {
        if let [one] = all.as_slice() {
            lines.extend(whole(std::slice::from_ref(*one)));
            continue;
        }
        let names: Vec<&str> = all.iter().map(|summary| summary.name.as_str()).collect();
        let counted = format!("{} {}", all.len(), plural(kind));
        lines.push(format!("{} {counted:<26} {}", mark_of(action), network::some_of(&names, NAMES)));
        if action == Action::Update {
            lines.extend(fields_of(&all));
        }
    }
    lines
}

/// How many resources have a field that changes from one value to another.
type Values<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// The fields that change, each with what it becomes if that is the same for all.
fn fields_of(all: &[&Summary]) -> Vec<String> {
    let mut fields: Vec<(&str, Values<'_>)> = Vec::new();
    for field in all.iter().flat_map(|summary| &summary.fields).filter(|field| field.from != field.to) {
        let value = (field.from.as_str(), field.to.as_str());
        match fields.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, values)) => *values.entry(value).or_default() += 1,
            None => fields.push((field.name, BTreeMap::from([(value, 1)]))),
        }
    }
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, values): &(&str, Values<'_>)| {
        let count: usize = values.values().sum();
        let of = if count == all.len() { String::new() } else { format!("{count} of them: ") };
        let same = |of: &dyn Fn(&(&str, &str)) -> String| {
            let mut all = values.keys().map(of);
            let first = all.next().unwrap_or_default();
            if all.all(|other| other == first) { Some(first) } else { None }
        };
        let from = same(&|(from, _)| shown(from).to_owned());
        let to = same(&|(_, to)| shown(to).to_owned());
        let text = match (from, to) {
            (None, None) => "different ones".to_owned(),
            (from, to) => {
                let or_many = |text: Option<String>| text.unwrap_or_else(|| "(different ones)".into());
                format!("{} -> {}", or_many(from), or_many(to))
            }
        };
        format!("    {name:width$}  {of}{text}")
    };
    fields.iter().map(line).collect()
}

/// One finding for all that say the same, with everything that it is about.
pub fn together<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Finding> {
    let mut grouped: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_same = |known: &&mut Finding| (&known.what, &known.remedy) == (&finding.what, &finding.remedy);
        match grouped.iter_mut().find(is_same) {
            Some(known) if known.about != finding.about => {
                known.about.push_str(&format!(", {}", finding.about));
            }
            Some(_) => {}
            None => grouped.push(finding.clone()),
        }
    }
    grouped
}

/// The same finding about fewer names, if they are very many.
pub(crate) fn shortened(finding: Finding) -> Finding {
    let names: Vec<&str> = finding.about.split(", ").collect();
    if names.len() <= NAMED {
        return finding;
    }
    Finding { about: format!("{} (--all names them)", network::some_of(&names, NAMED)), ..finding }
}

fn plural(kind: &str) -> String {
    match kind.split_once(" for ") {
        Some((head, rest)) => format!("{head}s for {rest}"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(place: usize, url: &str) -> Summary {
        let field = |name, from: &str, to: String| FieldChange::new(name, from.to_owned(), to);
        let fields = vec![
            field("FriendlyName", "", format!("dialtone:n:prod:p{place}")),
            field("VoiceUrl", url, "https://new.example.org/incoming".into()),
        ];
        Summary { fields, ..Summary::new(Action::Update, "phone number", &format!("+150355501{place:02}")) }
    }

    #[test]
    fn what_changes_alike_is_one_line() {
        let mut all: Vec<_> =
            (0..5).map(|place| Summary::new(Action::Create, "credential", &format!("p{place}"))).collect();
        all.push(Summary::new(Action::Create, "SIP domain", "n.sip.twilio.com"));
        all.extend((0..4).map(|place| number(place, "")));
        let lines = grouped(&all);
        assert_eq!(
            lines,
            [
                "+ 5 credentials              p0, p1, p2 and 2 more",
                "+ SIP domain                 n.sip.twilio.com",
                "~ 4 phone numbers            +15035550100, +15035550101, +15035550102 and 1 more",
                "    FriendlyName  (none) -> (different ones)",
                "    VoiceUrl      (none) -> https://new.example.org/incoming",
            ]
        );
        all.push(number(4, "https://old.example.org"));
        assert_eq!(
            grouped(&all).last().map(String::as_str),
            Some("    VoiceUrl      (different ones) -> https://new.example.org/incoming")
        );
    }

    #[test]
    fn kinds_have_plurals() {
        for (one, many) in [
            ("address", "addresses"),
            ("SIP domain", "SIP domains"),
            ("mapping for calls", "mappings for calls"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
