//! The columns of the table: the keys of a phone.

/// Declares the columns: a line for each, with its heading, which is the key's path below `extensions.NAME`.
macro_rules! columns {
    ($($(#[$doc:meta])+ $column:ident, $heading:literal;)+) => {
        /// A column of the table: a key of a phone in the network file, or its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])+ $column,)+
        }

        impl Column {
            /// Every column, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$column),+];

            /// The heading, as `check` writes the key's path.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$column => $heading,)+
                }
            }
        }
    };
}

columns! {
    /// The user name, by which the section is called.
    Name, "name";
    /// The number that rings it.
    Number, "number";
    /// The area code in which its number is to be bought.
    Buy, "number.buy";
    /// What it shows when it calls.
    CallerId, "caller_id";
    /// Where it stands: one of `[addresses]`.
    Address, "address";
    /// What it shares with others: one of `[groups]`.
    Group, "group";
    /// Whether it may call for help.
    Emergency, "emergency";
    /// What it speaks.
    Language, "language";
    /// The area code that completes seven digits.
    AreaCode, "area_code";
    /// What events call it.
    Label, "label";
    /// The make of its device.
    Kind, "device.kind";
    /// The hardware address of its device.
    Mac, "device.mac";
    /// What lifting the handset does.
    Mode, "device.mode";
    /// The edge through which it registers.
    Edge, "device.edge";
    /// The beginnings of numbers that it may not call, with spaces between them.
    Block, "block";
    /// Its own codes, such as `5=dial:+15035550156 #=asterisk:menu`.
    Codes, "codes";
}

/// From this likeness on a heading is taken for a slip (Jaro-Winkler, 0 to 1).
const IS_ALIKE: f64 = 0.85;

impl Column {
    /// The column of a heading: case, blanks around it, and blanks or hyphens in place of `_` make no difference.
    pub(crate) fn parse(heading: &str) -> Option<Self> {
        let heading = heading.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.iter().copied().find(|column| column.as_str() == heading)
    }

    /// The column that a heading most likely means: by its last part alone, such as `mac`, or nearly by its letters.
    pub(crate) fn meant(heading: &str) -> Option<Self> {
        let heading = heading.trim().to_lowercase().replace([' ', '-'], "_");
        let is_part = |column: &Self| column.as_str().rsplit('.').next() == Some(&heading);
        let alike = |column: Self| {
            let own = column.as_str();
            let parts = [own, own.rsplit('.').next().unwrap_or(own)];
            let likeness = parts.map(|part| strsim::jaro_winkler(&heading, part));
            (likeness.into_iter().fold(0.0, f64::max), column)
        };
        let near = Self::ALL.iter().copied().map(alike).filter(|(likeness, _)| *likeness >= IS_ALIKE);
        let near = near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, column)| column);
        Self::ALL.iter().copied().find(is_part).or(near)
    }

    /// Whether its cells are telephone numbers, which spreadsheets take for amounts.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Name | Self::Number | Self::CallerId | Self::Block)
    }

    /// All headings, for a sentence.
    pub(crate) fn list() -> String {
        Self::ALL.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_as_people_write_them() {
        for (heading, column) in [
            ("name", Column::Name),
            (" Name ", Column::Name),
            ("Caller ID", Column::CallerId),
            ("area-code", Column::AreaCode),
            ("DEVICE.MAC", Column::Mac),
        ] {
            assert_eq!(Column::parse(heading), Some(column), "{heading}");
        }
        assert_eq!(Column::parse("mac"), None);
    }

    #[test]
    fn slips_are_understood() {
        for (heading, column) in [
            ("mac", Some(Column::Mac)),
            ("Kind", Some(Column::Kind)),
            ("buy", Some(Column::Buy)),
            ("numbr", Some(Column::Number)),
            ("adress", Some(Column::Address)),
            ("device mac", Some(Column::Mac)),
            ("lable", Some(Column::Label)),
            ("remarks", None),
        ] {
            assert_eq!(Column::meant(heading), column, "{heading}");
        }
    }
}
