//! The fields of a resource to be made or changed.

use std::fmt;

/// Fields of a resource by Twilio's names, such as `VoiceUrl`, in the order in which they were named. An empty
/// value clears a field.
///
/// Values may be secret or private: the `Debug` output has names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// These fields and one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Each field's name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a form, which is also a query.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields")?;
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_a_form() {
        let fields = Fields::new().with("A", "+& =é%").with("B", "").with("StartTime>", "2026-01-02");
        assert_eq!(fields.encode(), "A=%2B%26+%3D%C3%A9%25&B=&StartTime%3E=2026-01-02");
    }

    #[test]
    fn a_value_is_not_shown() {
        let fields = Fields::new().with("Password", "Sesame0pen!");
        assert_eq!(format!("{fields:?}"), r#"Fields["Password"]"#);
    }
}
