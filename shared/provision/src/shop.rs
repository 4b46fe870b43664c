//! Buys a number, exactly once even across crashes.
//!
//! A number that is bought twice is paid for twice, every month, and the answer to a purchase can be lost or come late. So
//! a number is noted before it is asked for. While it is in doubt whether it was bought, the same number is looked for and
//! asked for again, which Twilio can sell only once; and a run that had such a doubt buys no other.

use std::thread;
use std::time::{Duration, Instant};

use twilio::{Client, Error, PhoneNumber};

use crate::change::{NUMBER, parameters_of_new, settings};
use crate::error::ApplyError;
use crate::names::{Names, NumberOwner};
use crate::observer::Observer;
use crate::plan::Acquisition;
use crate::purchase_log::PurchaseLog;
use crate::wishes::Purchase;

/// How often one number is asked for.
const ASKS: usize = 3;
/// For how long a number that may be bought is looked for, after each time that it was asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The first pause between two looks; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Buys numbers.
pub(crate) struct Shop<'a> {
    pub(crate) client: &'a Client,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) log: &'a dyn PurchaseLog,
    pub(crate) names: &'a Names,
    pub(crate) patience: Duration,
}

impl Shop<'_> {
    /// Buys a number, with everything set up from its first second, and says which.
    pub(crate) fn buy(&self, purchase: &Purchase) -> Result<PhoneNumber, ApplyError> {
        if let Some(number) = self.asked_for(&purchase.phone)? {
            return self.settle_an_old_doubt(purchase, &number);
        }
        let in_purchase = |error| ApplyError::Twilio {
            summary: Box::new(Acquisition::Buy(purchase.clone()).summary()),
            error,
        };
        let offers = self
            .client
            .available_numbers(purchase.country.as_str(), purchase.class(), Some(&purchase.area_code), 5)
            .map_err(in_purchase)?;
        for offer in offers {
            let number = offer.phone_number;
            self.note(&purchase.phone, Some(&number))?;
            match self.ask(purchase, &number) {
                Ok(bought) => return Ok(bought),
                // Somebody else bought it first.
                Err(error) if is_sold(&error) => {}
                Err(error @ (Error::Refused(_) | Error::Unreachable { .. })) => {
                    self.note(&purchase.phone, None)?;
                    return Err(in_purchase(error));
                }
                Err(error) => return self.settle(purchase, &number, error),
            }
        }
        self.note(&purchase.phone, None)?;
        Err(ApplyError::SoldOut { phone: purchase.phone.clone(), area_code: purchase.area_code.clone() })
    }

    /// Forgets the number that was asked for, once the file has it.
    pub(crate) fn is_written_down(&self, phone: &str, number: &str) -> Result<(), ApplyError> {
        match self.asked_for(phone)? {
            Some(known) if known == number => self.note(phone, None),
            _ => Ok(()),
        }
    }

    /// An earlier run asked for a number and never learnt whether it was bought. The account has no number with the
    /// phone's name.
    fn settle_an_old_doubt(&self, purchase: &Purchase, number: &str) -> Result<PhoneNumber, ApplyError> {
        let is_still_wanted =
            number.strip_prefix("+1").is_some_and(|digits| digits.starts_with(&purchase.area_code));
        let ours = match self.look(number) {
            Look::Ours(found) => Some(*found),
            Look::Others => None,
            Look::Nothing if is_still_wanted => match self.ask(purchase, number) {
                Ok(bought) => Some(bought),
                Err(error) if is_sold(&error) => self.appears(number),
                Err(error @ (Error::Refused(_) | Error::Unreachable { .. })) => {
                    return Err(self.doubt(purchase, number, error));
                }
                Err(error) => return self.settle(purchase, number, error),
            },
            Look::Nothing => self.appears(number),
        };
        if let Some(ours) = ours {
            return Ok(ours);
        }
        self.note(&purchase.phone, None)?;
        Err(ApplyError::SoldToAnother { phone: purchase.phone.clone(), number: number.to_owned() })
    }

    /// Finds out whether a number was bought after its purchase had no usable answer.
    fn settle(&self, purchase: &Purchase, number: &str, mut error: Error) -> Result<PhoneNumber, ApplyError> {
        for asked in 1.. {
            self.observer.waiting(&format!("Twilio has not said whether {number} is bought"));
            if let Some(bought) = self.appears(number) {
                return Ok(bought);
            }
            // A refusal can now mean that the number is ours already, so it settles nothing.
            if asked == ASKS || !error.is_uncertain() {
                break;
            }
            match self.ask(purchase, number) {
                Ok(bought) => return Ok(bought),
                Err(next) => error = next,
            }
        }
        Err(self.doubt(purchase, number, error))
    }

    fn ask(&self, purchase: &Purchase, number: &str) -> twilio::Result<PhoneNumber> {
        let fields = parameters_of_new(&settings(NUMBER, &purchase.settings));
        self.client.buy_number(number, &fields)
    }

    /// A number of ours that appears in this account within a while.
    fn appears(&self, number: &str) -> Option<PhoneNumber> {
        let (started, mut pause) = (Instant::now(), PAUSE);
        let wait = self.patience.min(LONGEST_WAIT);
        loop {
            match self.look(number) {
                Look::Ours(found) => return Some(*found),
                Look::Others => return None,
                Look::Nothing => {}
            }
            let left = wait.saturating_sub(started.elapsed());
            if left.is_zero() {
                return None;
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Whether the account has a number that was asked for, and not for another stage or network.
    fn look(&self, number: &str) -> Look {
        let numbers = self.client.numbers().unwrap_or_default();
        let Some(found) = numbers.into_iter().find(|known| known.phone_number == number) else {
            return Look::Nothing;
        };
        match self.names.owner_of_number(&found.friendly_name) {
            NumberOwner::Ours(_) | NumberOwner::Nobody => Look::Ours(Box::new(found)),
            NumberOwner::OtherStage(_) | NumberOwner::OtherNetwork => Look::Others,
        }
    }

    fn asked_for(&self, phone: &str) -> Result<Option<String>, ApplyError> {
        let unnoted = |error| ApplyError::NotNoted { phone: phone.to_owned(), error };
        self.log.asked_for(phone).map_err(unnoted)
    }

    fn note(&self, phone: &str, number: Option<&str>) -> Result<(), ApplyError> {
        let unnoted = |error| ApplyError::NotNoted { phone: phone.to_owned(), error };
        self.log.ask_for(phone, number).map_err(unnoted)
    }

    fn doubt(&self, purchase: &Purchase, number: &str, error: Error) -> ApplyError {
        ApplyError::InDoubt {
            phone: purchase.phone.clone(),
            number: number.to_owned(),
            friendly_name: purchase.settings.friendly_name.clone(),
            error: Box::new(error),
        }
    }
}

/// The result of looking for one number in the account.
enum Look {
    /// It is there, and for this stage.
    Ours(Box<PhoneNumber>),
    /// It is there, for another stage or network.
    Others,
    /// It is not there, or Twilio cannot be asked.
    Nothing,
}

/// Whether a number is not for sale: somebody else has it, or we do.
fn is_sold(error: &Error) -> bool {
    matches!(error.code(), Some(21421 | 21422))
}
