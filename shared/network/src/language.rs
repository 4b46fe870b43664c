//! The languages that phones speak.

/// A language that Dialtone speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English, as spoken in the United States.
    #[default]
    English,
    /// Spanish, as spoken in Mexico.
    Spanish,
}

impl Language {
    /// The language by its ISO 639 code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::English),
            "es" => Some(Self::Spanish),
            _ => None,
        }
    }

    /// Its ISO 639 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The voice's language by its BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en-US",
            Self::Spanish => "es-MX",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_their_codes() {
        for language in [Language::English, Language::Spanish] {
            assert_eq!(Language::parse(language.code()), Some(language));
            assert!(language.tag().starts_with(language.code()));
        }
        assert_eq!(Language::parse("fr"), None);
    }
}
