//! Phones by their names: as they are written, and as they are mistyped.

use crate::nearest::nearest;
use crate::{Extension, Finding, Network, some_of};

/// How many names are listed where none is alike.
const LISTED: usize = 20;

impl Network {
    /// The phone with this SIP user name, without regard to case.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Extension> {
        // Twilio keeps the case of what the phone sends; people configure phones by hand.
        self.by_name
            .get(name)
            .or_else(|| self.by_name.get(&name.to_lowercase()))
            .and_then(|&i| self.extensions.get(i))
    }

    /// The phone that a mistyped user name most likely means.
    #[must_use]
    pub fn nearest_phone(&self, wrong: &str) -> Option<&str> {
        let names: Vec<_> = self.extensions().iter().map(Extension::name).collect();
        nearest(wrong, &names)
    }

    /// What is wrong with the name of a phone that the file does not have, and which was probably meant.
    #[must_use]
    pub fn no_phone(&self, wrong: &str) -> Finding {
        let remedy = match self.nearest_phone(wrong) {
            Some(name) => format!("did you mean {name}?"),
            None => {
                let names: Vec<_> = self.extensions().iter().map(Extension::name).collect();
                format!("choose one of {}", some_of(&names, LISTED))
            }
        };
        Finding::new(wrong, "there is no such phone in the file", remedy)
    }
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
            assert_eq!(nearest(wrong, &names), meant, "{wrong}");
        }
        assert_eq!(nearest("dev", &["prod"]), None);
        assert_eq!(nearest("", &["a"]), None, "nothing was written");
    }
}
