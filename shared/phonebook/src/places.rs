//! Which cell a problem of the network file comes from.

use network::Problem;

use crate::Column;

/// The column of a phone's problem, if the problem is about the phone of this name.
pub(crate) fn column_of(problem: &Problem, phone: &str) -> Option<Column> {
    let rest = problem.key.strip_prefix("extensions.")?.strip_prefix(key(phone).as_str())?;
    let Some(path) = rest.strip_prefix('.') else { return rest.is_empty().then_some(Column::Name) };
    let is_it = |column: &&Column| {
        let below = path.strip_prefix(column.as_str());
        below.is_some_and(|below| below.is_empty() || below.starts_with('.'))
    };
    let found = Column::ALL.iter().filter(is_it).max_by_key(|column| column.as_str().len());
    // What is left is the device as a whole.
    Some(found.copied().unwrap_or(Column::Kind))
}

/// A name as `network` writes it in the path of a key.
fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_bare { name.to_owned() } else { format!("{name:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_leads_to_its_cell() {
        for (key, phone, column) in [
            ("extensions.lobby", "lobby", Some(Column::Name)),
            ("extensions.lobby.number", "lobby", Some(Column::Number)),
            ("extensions.lobby.number.buy", "lobby", Some(Column::Buy)),
            ("extensions.lobby.device.mac", "lobby", Some(Column::Mac)),
            ("extensions.lobby.device", "lobby", Some(Column::Kind)),
            ("extensions.lobby.codes.5.dial", "lobby", Some(Column::Codes)),
            ("extensions.lobby2.number", "lobby", None),
            ("extensions.\"a.b\".number", "a.b", Some(Column::Number)),
            ("extensions.\"+15035550114\".label", "+15035550114", Some(Column::Label)),
            ("stages", "lobby", None),
        ] {
            let problem = Problem { line: 1, key: key.into(), what: String::new(), remedy: String::new() };
            assert_eq!(column_of(&problem, phone), column, "{key}");
        }
    }
}
