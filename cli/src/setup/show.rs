//! Plans, as people and programs read them.

use provision::{Action, FieldChange, Note, Plan, Summary};
use serde_json::{Value, json};

use crate::output;

/// A plan as one JSON object.
pub(super) fn json_of(network: &str, stage: &str, plan: &Plan) -> Value {
    let changes: Vec<_> = plan.changes.iter().map(provision::Change::summary).collect();
    json!({"network": network, "stage": stage, "changes": changes, "notes": plan.notes})
}

/// Prints a plan as a diff.
pub(super) fn print(network: &str, stage: &str, plan: &Plan) {
    let head = match plan.changes.len() {
        0 => format!("{network}, stage {stage}: nothing to do"),
        1 => format!("{network}, stage {stage}: 1 change"),
        count => format!("{network}, stage {stage}: {count} changes"),
    };
    output::line(&head);
    if !plan.is_empty() {
        output::line("");
    }
    for change in &plan.changes {
        let summary = change.summary();
        output::line(&format!("  {}", line_of(&summary)));
        let width = summary.fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for FieldChange { name, from, to } in &summary.fields {
            let values = if summary.action == Action::Create {
                shown(to).to_owned()
            } else {
                format!("{} -> {}", shown(from), shown(to))
            };
            output::line(&format!("      {name:width$}  {values}"));
        }
    }
    notes(&plan.notes);
}

/// Prints what a person has to see to, beside the output proper.
pub(super) fn notes(notes: &[Note]) {
    if !notes.is_empty() {
        output::aside("");
    }
    for Note { about, what, remedy } in notes {
        output::aside(&format!("note: {about} {what}; {remedy}"));
    }
}

/// One change on one line.
pub(super) fn line_of(summary: &Summary) -> String {
    let mark = match summary.action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Delete => '-',
        Action::Buy => '$',
    };
    format!("{mark} {:<26} {}", summary.kind, summary.name)
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}
