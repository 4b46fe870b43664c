//! Why calls are refused.

use serde::Serialize;

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The dialled text is not a number.
    InvalidNumber,
    /// The number's country is not in `allow`.
    CountryNotAllowed,
    /// The callee would be paid for the call.
    Premium,
    /// A short code without an entry, or a number that is tied to no place.
    SpecialService,
    /// On a block list.
    Blocked,
    /// The phone dialled itself.
    OwnNumber,
    /// The phone asked for its number to be hidden, which cannot be promised.
    CallerIdBlock,
    /// The phone may not call emergency services.
    EmergencyDisabled,
    /// The caller is no phone of this network.
    UnknownCaller,
    /// The caller's SIP domain is not this stage's.
    ForeignDomain,
    /// The phone authenticated as one phone and says that it is another.
    Impostor,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::InvalidNumber,
        Self::CountryNotAllowed,
        Self::Premium,
        Self::SpecialService,
        Self::Blocked,
        Self::OwnNumber,
        Self::CallerIdBlock,
        Self::EmergencyDisabled,
        Self::UnknownCaller,
        Self::ForeignDomain,
        Self::Impostor,
    ];

    /// Reads the word for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The word for it in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidNumber => "invalid_number",
            Self::CountryNotAllowed => "country_not_allowed",
            Self::Premium => "premium",
            Self::SpecialService => "special_service",
            Self::Blocked => "blocked",
            Self::OwnNumber => "own_number",
            Self::CallerIdBlock => "caller_id_block",
            Self::EmergencyDisabled => "emergency_disabled",
            Self::UnknownCaller => "unknown_caller",
            Self::ForeignDomain => "foreign_domain",
            Self::Impostor => "impostor",
        }
    }
}
