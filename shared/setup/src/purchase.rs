//! The files that record the purchase of numbers.

use std::fs;
use std::path::{Path, PathBuf};

use files::Access;
use passwords::Asked;
use provision::{LogError, PurchaseLog};
use terminal as output;
use toml_edit::{DocumentMut, Value};

/// The network file and the notes beside the passwords, which record purchases.
pub struct Purchases {
    /// The network file.
    pub config: PathBuf,
    /// The notes.
    pub asked: Asked,
    /// Whether a program reads standard output.
    pub is_quiet: bool,
}

impl PurchaseLog for Purchases {
    fn bought(&self, phone: &str, number: &str) -> Result<(), LogError> {
        write_down(&self.config, phone, number)?;
        if !self.is_quiet {
            output::aside(&format!("{} has {number} for {phone} now", self.config.display()));
        }
        Ok(())
    }

    fn asked_for(&self, phone: &str) -> Result<Option<String>, LogError> {
        Ok(self.asked.number_for(phone)?)
    }

    fn ask_for(&self, phone: &str, number: Option<&str>) -> Result<(), LogError> {
        Ok(self.asked.note(phone, number)?)
    }
}

/// Writes a number into the network file, in place of the wish for one. Everything else stays as it is.
fn write_down(config: &Path, phone: &str, number: &str) -> Result<(), String> {
    let shown = config.display();
    let text = fs::read_to_string(config).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let new =
        with_number(&text, phone, number).ok_or_else(|| format!("{shown} has no {phone} that wants one"))?;
    files::replace(config, new.as_bytes(), Access::AsBefore)
        .map_err(|error| format!("{shown} cannot be written: {error}"))
}

fn with_number(text: &str, phone: &str, number: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let extension = document.get_mut("extensions")?.get_mut(phone)?;
    let place = extension.get_mut("number")?;
    // It is a wish still: a table with `buy`.
    place.get("buy")?;
    let mut value = Value::from(number);
    if let Some(old) = place.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    *place = toml_edit::Item::Value(value);
    Some(as_written(text, &document.to_string()))
}

/// The new text, with unchanged lines written as before: the parser ends all lines alike, and drops a byte order mark.
fn as_written(old: &str, new: &str) -> String {
    let (mark, old) = old.strip_prefix('\u{feff}').map_or(("", old), |rest| ("\u{feff}", rest));
    let bare = |line: &str| line.trim_end_matches(['\r', '\n']).to_owned();
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.trim_start_matches('\u{feff}').split_inclusive('\n').collect();
    let is_same = |(old, new): &(&&str, &&str)| bare(old) == bare(new);
    let before = old.iter().zip(&new).take_while(is_same).count();
    let most = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(most).take_while(is_same).count();
    let ends_in_crlf = old.get(before).or(old.last()).is_some_and(|line| line.ends_with("\r\n"));
    let changed =
        new.iter().skip(before).take(new.len() - before - after).map(|line| match line.ends_with('\n') {
            true => format!("{}{}", bare(line), if ends_in_crlf { "\r\n" } else { "\n" }),
            false => bare(line),
        });
    let kept = |lines: &[&str]| lines.concat();
    let (head, tail) = (old.iter().take(before), old.iter().skip(old.len() - after));
    let (head, tail) = (kept(&head.copied().collect::<Vec<_>>()), kept(&tail.copied().collect::<Vec<_>>()));
    format!("{mark}{head}{}{tail}", changed.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_takes_the_place_of_the_wish() {
        let text = "# The network.\n[extensions.lobby]\nnumber  = { buy = \"503\" }  # soon\nlanguage = \"es\"\n\n[extensions.porch]\nnumber = \"+15035550111\"\n";
        let new = with_number(text, "lobby", "+15035550110").unwrap();
        assert_eq!(new, text.replace("{ buy = \"503\" }", "\"+15035550110\""));
        assert_eq!(with_number(&new, "lobby", "+15035550112"), None, "it has one");
        assert_eq!(with_number(text, "porch", "+15035550112"), None);
        assert_eq!(with_number(text, "nobody", "+15035550112"), None);
    }

    #[test]
    fn lines_end_as_they_did() {
        let text = "# A\n[extensions.lobby]\nnumber = { buy = \"503\" } # soon\nlanguage = \"es\"\n[extensions.porch]\n";
        let wish = "{ buy = \"503\" }";
        let crlf = text.replace('\n', "\r\n");
        let mixed = text.replacen('\n', "\r\n", 3);
        let marked = format!("\u{feff}{crlf}");
        let open = crlf.trim_end().to_owned();
        for old in [text, &crlf, &mixed, &marked, &open] {
            let new = with_number(old, "lobby", "+15035550110").unwrap();
            assert_eq!(new, old.replace(wish, "\"+15035550110\""), "{old:?}");
        }
        let section = "[extensions.lobby.number]\r\nbuy = \"503\"\r\n[extensions.porch]\r\n";
        let new = with_number(section, "lobby", "+15035550110").unwrap();
        assert_eq!(new.matches('\n').count(), new.matches("\r\n").count(), "{new:?}");
        assert!(new.contains("+15035550110") && new.contains("[extensions.porch]"), "{new:?}");
    }

    #[test]
    fn however_the_wish_is_written() {
        for text in [
            "extensions.lobby.number.buy = \"503\"\n",
            "[extensions]\nlobby = { number = { buy = \"503\" } }\n",
            "[extensions.lobby.number]\nbuy = \"503\"\n",
        ] {
            let new = with_number(text, "lobby", "+15035550110").unwrap();
            let read: toml_edit::DocumentMut = new.parse().unwrap();
            assert_eq!(read["extensions"]["lobby"]["number"].as_str(), Some("+15035550110"), "{new}");
        }
    }
}
