//! `dialtone phones add`

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use files::Access;
use network::{Finding, NetworkFile, Problem};
use phonebook::{Changed, Field, IfThere, Merged, Sheet, merge};
use serde_json::{Value, json};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;

/// Adds the phones of a CSV file to the network file, which otherwise stays as it is.
///
/// The first line names the columns: name, and any key of a phone in the file, such as number, address, group, label or
/// device.mac. `dialtone phones list --csv` writes such a file. An empty cell is a key that the phone does not have.
///
///   name,number,address,device.kind,device.mac
///   porch,+15035550115,shop,grandstream-ht801,00:0b:82:55:01:15
///
/// Commas, semicolons or tabs separate the cells. number.buy has the area code in which a number is to be bought, block
/// several numbers with spaces between them, and codes what keys do: 5=dial:+15035550156 #=asterisk:menu.
///
/// Spreadsheets take +15035550115 for an amount. Give the column the format Text before you type, or begin the cell with an
/// apostrophe; either is read. A number that has lost its + or its last digits is refused.
///
/// Nothing is written unless all of it is good: what `dialtone check` would refuse is told with its line in the CSV file.
///
///   dialtone phones add phones.csv --dry-run
///   dialtone phones list --csv | sed s/shop/library/ | dialtone phones add - --update
///
/// Exit codes: 0 done, 2 wrong usage, a bad CSV or network file, or one that cannot be written.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Add {
    /// The CSV file, in UTF-8; - is standard input.
    #[arg(value_name = "CSV")]
    sheet: PathBuf,

    #[command(flatten)]
    network: NetworkArgs,

    /// Changes phones that are in the file already. An empty cell takes its key away; keys without a column stay.
    #[arg(long)]
    update: bool,

    /// Only says what would be written.
    #[arg(long)]
    dry_run: bool,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

/// How many lines of a kind a person is shown.
const SHOWN: usize = 50;

impl Add {
    pub(crate) fn run(self) -> Result {
        let config = &self.network.config;
        let text = self.network.text()?;
        let (name, bytes) = self.read()?;
        let sheet = Sheet::read(&name, &bytes);
        let if_there = if self.update { IfThere::Update } else { IfThere::Refuse };
        let merged = merge(&config.display().to_string(), &text, &sheet, if_there)
            .map_err(|findings| self.refuse(findings))?;
        if !self.dry_run && merged.text != text {
            // What somebody saved in the meantime would be lost.
            if self.network.text()? != text {
                let what = "was changed by somebody else just now, and nothing was written";
                return Err(failure(Finding::new(config.display().to_string(), what, "do it again")));
            }
            files::replace(config, merged.text.as_bytes(), Access::AsBefore).map_err(|error| {
                let what = format!("cannot be written: {error}");
                failure(Finding::new(
                    config.display().to_string(),
                    what,
                    "name another file with --config FILE",
                ))
            })?;
        }
        self.tell(&merged, &news(&text, &merged.file));
        Ok(Outcome::Done)
    }

    /// The CSV file, and what it is called.
    fn read(&self) -> Result<(String, Vec<u8>)> {
        if self.sheet == Path::new("-") {
            let name = "standard input".to_owned();
            let mut bytes = Vec::new();
            return match std::io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => Ok((name, bytes)),
                Err(error) => Err(failure(Finding::new(name, error.to_string(), "name a CSV file"))),
            };
        }
        let name = self.sheet.display().to_string();
        match std::fs::read(&self.sheet) {
            Ok(bytes) => Ok((name, bytes)),
            Err(error) => Err(failure(Finding::new(
                name,
                error.to_string(),
                "name a CSV file, or - for standard input",
            ))),
        }
    }

    /// Everything that is wrong; a person sees the beginning.
    fn refuse(&self, mut findings: Vec<Finding>) -> Failure {
        let more = findings.len().saturating_sub(SHOWN);
        if !self.json && more > 0 {
            findings.truncate(SHOWN);
            let remedy = "mend these first, or see all of them with --json";
            findings.push(Finding::new("", format!("and {more} more"), remedy));
        }
        Failure::found(Outcome::Usage, findings)
    }

    fn tell(&self, merged: &Merged, advice: &[Finding]) {
        let Merged { added, changed, unchanged, .. } = merged;
        let file = self.network.config.display().to_string();
        if self.json {
            let changed: Vec<_> = changed.iter().map(as_json).collect();
            answer::print(
                Outcome::Done,
                json!({
                    "file": file, "is_written": !self.dry_run, "added": added, "changed": changed,
                    "unchanged": unchanged, "advice": advice,
                }),
            );
            return;
        }
        let news = added.iter().map(|name| format!("+ {name}")).chain(changed.iter().flat_map(lines));
        let news: Vec<_> = news.collect();
        news.iter().take(SHOWN).for_each(|line| output::line(line));
        if let more @ 1.. = news.len().saturating_sub(SHOWN) {
            output::line(&format!("and {more} lines more; see all of them with --json"));
        }
        let counts = format!(
            "phones: {} added, {} changed, {} as they were",
            added.len(),
            changed.len(),
            unchanged.len()
        );
        let end = if self.dry_run { "; nothing was written (--dry-run)" } else { "" };
        output::line(&format!("{file}: {counts}{end}"));
        advice.iter().take(SHOWN).for_each(|one| output::aside(&format!("advice: {file}: {one}")));
        if let more @ 1.. = advice.len().saturating_sub(SHOWN) {
            output::aside(&format!("and {more} more; see all of them with `dialtone check --json`"));
        }
        if !self.dry_run && added.len() + changed.len() > 0 {
            output::aside("restart the service with the file; then `dialtone plan` shows what Twilio lacks");
        }
    }
}

fn failure(finding: Finding) -> Failure {
    Failure::found(Outcome::Usage, vec![finding])
}

/// What the new file is advised and the old one was not, and the phones that cannot call for help now.
fn news(old: &str, new: &NetworkFile) -> Vec<Finding> {
    let of = |file: &NetworkFile| -> Vec<Finding> {
        let stage = file.stages().next().map(str::to_owned).unwrap_or_default();
        let without = file.network(&stage).map(|network| network.without_help()).unwrap_or_default();
        let advice =
            file.advice().iter().map(|Problem { key, what, remedy, .. }| Finding::new(key, what, remedy));
        advice.chain(without).collect()
    };
    let old = NetworkFile::parse(old).map(|file| of(&file)).unwrap_or_default();
    of(new).into_iter().filter(|finding| !old.contains(finding)).collect()
}

fn lines(changed: &Changed) -> Vec<String> {
    let shown = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "(none)".into());
    let line = |Field { column, from, to }: &Field| {
        format!("~ {}: {}: {} -> {}", changed.phone, column.as_str(), shown(from), shown(to))
    };
    changed.fields.iter().map(line).collect()
}

fn as_json(changed: &Changed) -> Value {
    let one = |Field { column, from, to }: &Field| json!({"name": column.as_str(), "from": from, "to": to});
    json!({"phone": changed.phone, "fields": changed.fields.iter().map(one).collect::<Vec<_>>()})
}
