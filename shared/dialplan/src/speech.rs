//! What callers are told, in the languages that the phones speak.
//!
//! One plain sentence each. Twilio reads digits as a number, so those that matter one by one stand apart.

use network::Language;

use crate::reason::Reason;

/// Something to tell a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sentence {
    Refusal(Reason),
    /// Dial tone in words, after a sentence that said what went wrong.
    DialAgain,
    NothingDialled,
    Goodbye,
    Busy,
    NoAnswer,
    Failed,
    Unreachable,
    NotInService,
    /// After a call for help that failed.
    NoHelp,
    /// To a caller from outside: no phone has the number.
    NotInUse,
    /// To a caller from outside, after one of the ends above.
    CallLater,
}

impl Sentence {
    pub(crate) fn text(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english(),
            Language::Spanish => self.spanish(),
        }
    }

    fn english(self) -> &'static str {
        match self {
            Self::Refusal(reason) => match reason {
                Reason::InvalidNumber => "That is not a complete telephone number, so please check it.",
                Reason::CountryNotAllowed => "This phone can not call that country.",
                Reason::Premium => "That number costs extra, so this phone can not call it.",
                Reason::SpecialService => "This phone can not call that service.",
                Reason::Blocked => "This phone can not call that number.",
                Reason::OwnNumber => "That is the number of this phone.",
                Reason::CallerIdBlock => {
                    "This phone can not hide its number, so please dial without the code for it."
                }
                Reason::EmergencyDisabled => {
                    "This phone can not call 9 1 1, so please find another phone now."
                }
                Reason::UnknownCaller => "This phone is not set up to make calls.",
                Reason::ForeignDomain => "This phone belongs to another network.",
            },
            Self::DialAgain => "Please dial, then press pound.",
            Self::NothingDialled => "Nothing was dialed.",
            Self::Goodbye => "Please hang up and try again. Goodbye.",
            Self::Busy => "The line is busy.",
            Self::NoAnswer => "No one answered.",
            Self::Failed => "The call did not go through.",
            Self::Unreachable => "That phone can not be reached right now.",
            Self::NotInService => "That number is not in service.",
            Self::NoHelp => {
                "The call for help did not go through. Please try 9 1 1 again, or find another phone now."
            }
            Self::NotInUse => "No phone has the number that you called. Goodbye.",
            Self::CallLater => "Please call again later. Goodbye.",
        }
    }

    fn spanish(self) -> &'static str {
        match self {
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
                    "Este teléfono no puede llamar al 9 1 1, así que busque otro teléfono ahora."
                }
                Reason::UnknownCaller => "Este teléfono no está configurado para hacer llamadas.",
                Reason::ForeignDomain => "Este teléfono pertenece a otra red.",
            },
            Self::DialAgain => "Marque, por favor, y después oprima el signo de número.",
            Self::NothingDialled => "No se marcó nada.",
            Self::Goodbye => "Por favor cuelgue e intente de nuevo. Adiós.",
            Self::Busy => "La línea está ocupada.",
            Self::NoAnswer => "Nadie contestó.",
            Self::Failed => "La llamada no se pudo completar.",
            Self::Unreachable => "Ese teléfono no está disponible en este momento.",
            Self::NotInService => "Ese número no está en servicio.",
            Self::NoHelp => {
                "La llamada de emergencia no se pudo completar. Intente otra vez el 9 1 1 o busque otro teléfono ahora."
            }
            Self::NotInUse => "Ningún teléfono tiene el número que usted marcó. Adiós.",
            Self::CallLater => "Por favor llame más tarde. Adiós.",
        }
    }
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
        ];
        for sentence in Reason::ALL.map(Sentence::Refusal).into_iter().chain(ends) {
            let (english, spanish) = (sentence.text(Language::English), sentence.text(Language::Spanish));
            assert_ne!(english, spanish);
            for text in [english, spanish] {
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
