//! Names that were mistyped: what was probably meant.

use network::{Extension, Finding, Network, some_of};

/// From this likeness on a name is taken for a slip (Jaro-Winkler, 0 to 1). `loby` and `lobby` have 0.95, `dev` and
/// `prod` 0.53.
const IS_ALIKE: f64 = 0.8;

/// How many names are listed where none is alike.
const LISTED: usize = 20;

/// The name that is most like the one that is not there, if any is.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase();
    let alike = |name: &'n str| (strsim::jaro_winkler(&wrong, &name.to_lowercase()), name);
    let names = names.into_iter().map(alike).filter(|(likeness, _)| *likeness >= IS_ALIKE);
    names.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name)
}

/// The phone that was meant, by its user name.
pub(crate) fn nearest_phone<'n>(network: &'n Network, wrong: &str) -> Option<&'n str> {
    nearest(wrong, network.extensions().iter().map(Extension::name))
}

/// A phone that the file does not have.
pub(crate) fn no_phone(network: &Network, wrong: &str) -> Finding {
    let remedy = match nearest_phone(network, wrong) {
        Some(name) => format!("did you mean {name}?"),
        None => {
            let names: Vec<_> = network.extensions().iter().map(Extension::name).collect();
            format!("choose one of {}", some_of(&names, LISTED))
        }
    };
    Finding::new(wrong, "there is no such phone in the file", remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_other_names_are_not() {
        let names = ["lobby", "porch", "kitchen", "Garden-1", "garden-2"];
        for (wrong, meant) in [
            ("loby", Some("lobby")),
            ("LOBBY", Some("lobby")),
            ("lobbby", Some("lobby")),
            ("prch", Some("porch")),
            ("garden1", Some("Garden-1")),
            ("moon", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, names), meant, "{wrong}");
        }
        assert_eq!(nearest("dev", ["prod"]), None);
    }
}
