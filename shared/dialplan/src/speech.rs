//! The sentences that callers hear, in the languages that the phones speak.
//!
//! One plain sentence each. Twilio reads digits as a number, so those that matter one by one stand apart.

use std::borrow::Cow;

use network::Language;

use crate::reason::Reason;

/// Something to tell a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sentence {
    Refusal(Reason),
    /// The phone may not call the emergency number, which people know as this one.
    NoEmergencyCalls(&'static str),
    /// More digits than any number has.
    TooLong,
    /// Three digits that no code answers.
    ShortCode,
    /// A number and something behind it that may be an extension.
    NoExtension,
    /// A code that asks for the caller's number to be shown, alone.
    AlwaysShown,
    /// Dial tone in words, after a sentence that said what went wrong.
    DialAgain,
    NothingDialled,
    Goodbye,
    Busy,
    NoAnswer,
    Failed,
    Unreachable,
    NotInService,
    /// After a call for help that failed; the number to try again.
    NoHelp(&'static str),
    /// To a caller from outside: no phone has the number.
    NotInUse,
    /// To a caller from outside, after one of the ends above.
    CallLater,
}

impl Sentence {
    pub(crate) fn text(self, language: Language) -> Cow<'static, str> {
        match language {
            Language::English => self.english(),
            Language::Spanish => self.spanish(),
        }
    }

    fn english(self) -> Cow<'static, str> {
        let text = match self {
            Self::Refusal(reason) => match reason {
                Reason::InvalidNumber => "That is not a complete phone number, so please check it.",
                Reason::CountryNotAllowed => "This phone cannot call that country.",
                Reason::Premium => "That number costs extra, and this phone cannot call it.",
                Reason::SpecialService => "This phone cannot call that service.",
                Reason::Blocked => "This phone cannot call that number.",
                Reason::OwnNumber => "That is the number of this phone.",
                Reason::CallerIdBlock => {
                    "This phone cannot hide its number, so please dial without that code."
                }
                Reason::EmergencyDisabled => {
                    "This phone cannot call for help, so please find another phone now."
                }
                Reason::UnknownCaller => "This phone is not set up to make calls.",
                Reason::ForeignDomain => "This phone belongs to another network.",
                Reason::Impostor => "This phone is set up with the name of another phone.",
            },
            Self::NoEmergencyCalls(number) => {
                let number = apart(number);
                return format!("This phone cannot call {number}, so please find another phone now.").into();
            }
            Self::TooLong => "That number is too long, so please check it.",
            Self::ShortCode => "This phone cannot call that short number, so please dial the whole number.",
            Self::NoExtension => "Please dial the number alone, and the extension when it answers.",
            Self::AlwaysShown => "This phone always shows its number, so please dial without that code.",
            Self::DialAgain => "Please dial, then press pound.",
            Self::NothingDialled => "Nothing was dialed.",
            Self::Goodbye => "Please hang up and try again. Goodbye.",
            Self::Busy => "The line is busy.",
            Self::NoAnswer => "No one answered.",
            Self::Failed => "The call did not go through.",
            Self::Unreachable => "That phone cannot be reached right now.",
            Self::NotInService => "That number is not in service.",
            Self::NoHelp(number) => {
                let number = apart(number);
                return format!(
                    "The call for help did not go through. Please try {number} again, or find another phone now."
                )
                .into();
            }
            Self::NotInUse => "The number you called is not assigned to a phone. Goodbye.",
            Self::CallLater => "Please call again later. Goodbye.",
        };
        text.into()
    }

    fn spanish(self) -> Cow<'static, str> {
        let text = match self {
            Self::Refusal(reason) => match reason {
                Reason::InvalidNumber => "Ese no es un número de teléfono completo, así que revíselo.",
                Reason::CountryNotAllowed => "Este teléfono no puede llamar a ese país.",
                Reason::Premium => "Ese número tiene un costo adicional y este teléfono no puede llamarlo.",
                Reason::SpecialService => "Este teléfono no puede llamar a ese servicio.",
                Reason::Blocked => "Este teléfono no puede llamar a ese número.",
                Reason::OwnNumber => "Ese es el número de este teléfono.",
                Reason::CallerIdBlock => {
                    "Este teléfono no puede ocultar su número, así que marque sin ese código."
                }
                Reason::EmergencyDisabled => {
                    "Este teléfono no puede pedir ayuda, así que busque otro teléfono ahora."
                }
                Reason::UnknownCaller => "Este teléfono no está configurado para hacer llamadas.",
                Reason::ForeignDomain => "Este teléfono pertenece a otra red.",
                Reason::Impostor => "Este teléfono está configurado con el nombre de otro teléfono.",
            },
            Self::NoEmergencyCalls(number) => {
                let number = apart(number);
                return format!(
                    "Este teléfono no puede llamar al {number}, así que busque otro teléfono ahora."
                )
                .into();
            }
            Self::TooLong => "Ese número es demasiado largo, así que revíselo.",
            Self::ShortCode => {
                "Este teléfono no puede llamar a ese número corto, así que marque el número completo."
            }
            Self::NoExtension => "Marque sólo el número y, cuando contesten, la extensión.",
            Self::AlwaysShown => "Este teléfono siempre muestra su número, así que marque sin ese código.",
            Self::DialAgain => "Marque, por favor, y después oprima el signo de número.",
            Self::NothingDialled => "No se marcó nada.",
            Self::Goodbye => "Por favor cuelgue e intente de nuevo. Adiós.",
            Self::Busy => "La línea está ocupada.",
            Self::NoAnswer => "Nadie contestó.",
            Self::Failed => "La llamada no se pudo completar.",
            Self::Unreachable => "Ese teléfono no está disponible en este momento.",
            Self::NotInService => "Ese número no está en servicio.",
            Self::NoHelp(number) => {
                let number = apart(number);
                return format!(
                    "La llamada de emergencia no se pudo completar. Intente otra vez el {number} o busque otro teléfono ahora."
                )
                .into();
            }
            Self::NotInUse => "El número que usted marcó no corresponde a ningún teléfono. Adiós.",
            Self::CallLater => "Por favor llame más tarde. Adiós.",
        };
        text.into()
    }
}

/// Digits one by one: Twilio reads a run of digits as a number.
fn apart(digits: &str) -> String {
    digits.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_one_and_speakable_in_both_languages() {
        let ends = [
            Sentence::DialAgain,
            Sentence::NothingDialled,
            Sentence::Busy,
            Sentence::NoAnswer,
            Sentence::Failed,
            Sentence::Unreachable,
            Sentence::NotInService,
            Sentence::NoEmergencyCalls("911"),
            Sentence::TooLong,
            Sentence::ShortCode,
            Sentence::NoExtension,
            Sentence::AlwaysShown,
        ];
        for sentence in Reason::ALL.map(Sentence::Refusal).into_iter().chain(ends) {
            let (english, spanish) = (sentence.text(Language::English), sentence.text(Language::Spanish));
            assert_ne!(english, spanish);
            for text in [&*english, &*spanish] {
                assert!(text.ends_with('.') && text.matches('.').count() == 1, "{text}");
                // Two digits in a row would be read as a number.
                assert!(
                    !text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_digit)),
                    "{text}"
                );
            }
        }
    }
}
