//! A sheet into a network file.

use std::collections::{BTreeMap, HashMap};

use network::{Finding, NetworkFile, Problem, Problems};

use crate::edit::{self, Cells};
use crate::places::column_of;
use crate::sheet::{Row, Sheet};
use crate::{Column, Entry, entries};

/// What becomes of a phone that the file has already, with other values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfThere {
    /// The sheet is refused.
    Refuse,
    /// The phone gets the sheet's values. An empty cell takes its key away; keys without a column stay.
    Update,
}

/// A network file with the phones of a sheet, which its own checks call good.
#[derive(Debug)]
pub struct Merged {
    /// The new text. It is the old one if nothing is new.
    pub text: String,
    /// The same, read.
    pub file: NetworkFile,
    /// The phones that are new, by name.
    pub added: Vec<String>,
    /// The phones that are changed.
    pub changed: Vec<Changed>,
    /// The phones that have the sheet's values already.
    pub unchanged: Vec<String>,
}

/// A phone that changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name in the file.
    pub phone: String,
    /// What changes.
    pub fields: Vec<Field>,
}

/// A key that changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its column.
    pub column: Column,
    /// What the file says; none if it has no such key.
    pub from: Option<String>,
    /// What it is to say; none if the key goes away.
    pub to: Option<String>,
}

/// Adds the phones of a sheet to a network file of this name, and changes those that are there if that is wanted.
///
/// # Errors
///
/// Everything that is wrong with the sheet, in the order of its lines, and with the file that would come of it.
pub fn merge(name: &str, text: &str, sheet: &Sheet, if_there: IfThere) -> Result<Merged, Vec<Finding>> {
    let old = NetworkFile::parse(text).err().unwrap_or(Problems(Vec::new()));
    let Ok(known) = entries(text) else {
        return Err(old.0.iter().map(|problem| problem.finding(name)).collect());
    };
    let mut plan = Plan::of(name, sheet, &known, if_there);
    if !plan.findings.is_empty() && sheet.rows.is_empty() {
        return Err(plan.findings.into_iter().map(|(_, finding)| finding).collect());
    }
    let read = plan.text(text).map(|new| (NetworkFile::parse(&new), new));
    match read {
        Some((Ok(file), new)) if plan.findings.is_empty() && plan.is_done(&new) => {
            let added = plan.added.iter().map(|(row, _)| row.name.clone()).collect();
            let changed = plan.changed.into_iter().map(|(_, changed, _)| changed).collect();
            return Ok(Merged { text: new, file, added, changed, unchanged: plan.unchanged });
        }
        Some((Err(problems), _)) => plan.judge(name, &problems, &old),
        None | Some((Ok(_), _)) if plan.findings.is_empty() => plan.findings.push((
            0,
            Finding::new(
                name,
                "has its phones in a form to which none can be added",
                "write [extensions.NAME] for each",
            ),
        )),
        None | Some((Ok(_), _)) => {}
    }
    plan.findings.sort_by_key(|(line, _)| *line);
    Err(plan.findings.into_iter().map(|(_, finding)| finding).collect())
}

/// What becomes of each row.
struct Plan<'s> {
    sheet: &'s Sheet,
    known: &'s [Entry],
    added: Vec<(&'s Row, Cells)>,
    changed: Vec<(&'s Row, Changed, Cells)>,
    unchanged: Vec<String>,
    findings: Vec<(u64, Finding)>,
}

impl<'s> Plan<'s> {
    fn of(file: &str, sheet: &'s Sheet, known: &'s [Entry], if_there: IfThere) -> Self {
        let (added, changed, unchanged) = (Vec::new(), Vec::new(), Vec::new());
        let mut plan = Self { sheet, known, added, changed, unchanged, findings: sheet.findings.clone() };
        let by_name: HashMap<_, _> = known.iter().map(|entry| (entry.name.to_lowercase(), entry)).collect();
        for row in &sheet.rows {
            let Some(entry) = by_name.get(&row.name.to_lowercase()) else {
                let cells = row.cells.iter().map(|(column, cell)| (*column, Some(cell.clone())));
                plan.added.push((row, cells.collect()));
                continue;
            };
            let fields = if row.is_good { differences(sheet, row, entry) } else { continue };
            if fields.is_empty() {
                plan.unchanged.push(entry.name.clone());
            } else if if_there == IfThere::Refuse {
                let keys: Vec<_> = fields.iter().map(|field| field.column.as_str()).collect();
                let what = format!("is in {file} already, with other values: {}", keys.join(", "));
                let remedy = "change it with --update, or take the line away";
                let about = sheet.about(row.line, Column::Name);
                plan.findings.push((row.line, Finding::new(about, what, remedy)));
            } else {
                let cells = fields.iter().map(|field| (field.column, field.to.clone())).collect();
                plan.changed.push((row, Changed { phone: entry.name.clone(), fields }, cells));
            }
        }
        plan
    }

    /// The new text, if the file has a form that can be changed.
    fn text(&self, old: &str) -> Option<String> {
        let mut text = old.to_owned();
        if !self.changed.is_empty() {
            let phones: Vec<_> =
                self.changed.iter().map(|(_, changed, cells)| (changed.phone.as_str(), cells)).collect();
            text = edit::changed(&text, &phones)?;
        }
        if !self.added.is_empty() {
            let phones: Vec<_> = self.added.iter().map(|(row, cells)| (row.name.as_str(), cells)).collect();
            text = edit::added(&text, &phones)?;
        }
        Some(text)
    }

    /// Whether a text has the phones that it should have, and no other.
    fn is_done(&self, new: &str) -> bool {
        let mut wanted: BTreeMap<&str, Entry> =
            self.known.iter().map(|entry| (entry.name.as_str(), entry.clone())).collect();
        for (_, changed, cells) in &self.changed {
            let Some(entry) = wanted.get_mut(changed.phone.as_str()) else { return false };
            for (column, cell) in cells {
                match cell {
                    Some(cell) => entry.cells.insert(*column, cell.clone()),
                    None => entry.cells.remove(column),
                };
            }
        }
        wanted.extend(
            self.added.iter().map(|(row, _)| {
                (row.name.as_str(), Entry { name: row.name.clone(), cells: row.cells.clone() })
            }),
        );
        let Ok(have) = entries(new) else { return false };
        have.len() == wanted.len() && have.iter().all(|entry| wanted.get(entry.name.as_str()) == Some(entry))
    }

    /// Says where the problems of the new file come from.
    fn judge(&mut self, file: &str, problems: &Problems, old: &Problems) {
        for problem in &problems.0 {
            let of_row = self.place_of(problem);
            // A cell that was not taken is not there; what follows from that is not said.
            if of_row.is_some_and(|(row, _)| !row.is_good) {
                continue;
            }
            let of_row = of_row.map(|(row, column)| (row.line, column));
            let is_it = |other: &&Problem| (&other.key, &other.what) == (&problem.key, &problem.what);
            let found = match (of_row, old.0.iter().find(is_it)) {
                (_, Some(old)) => (0, old.finding(file)),
                (Some((line, column)), None) => {
                    let about = self.sheet.about(line, column);
                    (line, Finding::new(about, problem.what.clone(), problem.remedy.clone()))
                }
                (None, None) => {
                    let what = format!("with these phones {} {}", problem.key, problem.what);
                    (u64::MAX, Finding::new(file, what, problem.remedy.clone()))
                }
            };
            self.findings.push(found);
        }
    }

    /// The row and the column that a problem of the new file comes from.
    fn place_of(&self, problem: &Problem) -> Option<(&'s Row, Column)> {
        let added = self.added.iter().map(|(row, _)| (*row, row.name.as_str()));
        let changed = self.changed.iter().map(|(row, changed, _)| (*row, changed.phone.as_str()));
        added.chain(changed).find_map(|(row, name)| Some((row, column_of(problem, name)?)))
    }
}

/// What a row says otherwise than the file. Keys of which the sheet has no column are not compared.
fn differences(sheet: &Sheet, row: &Row, entry: &Entry) -> Vec<Field> {
    let columns = sheet.columns.iter().copied().filter(|column| *column != Column::Name);
    let compared = columns.map(|column| Field {
        column,
        from: entry.cell(column).map(str::to_owned),
        to: row.cells.get(&column).cloned(),
    });
    compared.filter(|field| field.from != field.to).collect()
}
