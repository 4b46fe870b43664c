//! Buying a number, of which there must never be two.
//!
//! A number that is bought twice is paid for twice, every month, and an answer can be lost, or come long after the number
//! itself. So a number is noted before it is asked for; while there is doubt whether it was bought, the same one is looked
//! for and asked for again, which Twilio can sell only once; and a run that has had such a doubt buys no other.

use std::thread;
use std::time::{Duration, Instant};

use twilio::{Client, Error, Fields};

use crate::apply::Progress;
use crate::change::Change;
use crate::names::{Names, NumberOwner};
use crate::numbers_in_use::settings;
use crate::perform::Trouble;
use crate::wishes::Purchase;

/// How often one number is asked for.
const ASKS: usize = 3;
/// For how long a number that may be bought is looked for, after each time that it was asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The first pause between two looks; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where numbers are bought.
pub(crate) struct Shop<'a> {
    pub(crate) client: &'a Client,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) names: &'a Names,
    pub(crate) patience: Duration,
}

impl Shop<'_> {
    /// Buys a number, with everything set up from its first second, and says which.
    pub(crate) fn buy(&self, purchase: &Purchase) -> Result<String, Trouble> {
        if let Some(number) = self.asked_for(&purchase.phone)? {
            return self.settle_an_old_doubt(purchase, &number);
        }
        let in_purchase =
            |error| Trouble::Twilio { summary: Box::new(Change::Buy(purchase.clone()).summary()), error };
        let offers = self
            .client
            .available_numbers(&purchase.country, purchase.class(), Some(&purchase.area_code), 5)
            .map_err(in_purchase)?;
        for offer in offers {
            let number = offer.phone_number;
            self.note(&purchase.phone, Some(&number))?;
            match self.ask(purchase, &number) {
                Ok(()) => return Ok(number),
                // Somebody else was quicker.
                Err(error) if is_sold(&error) => {}
                Err(error @ (Error::Refused(_) | Error::Unreachable { .. })) => {
                    self.note(&purchase.phone, None)?;
                    return Err(in_purchase(error));
                }
                Err(error) => return self.settle(purchase, &number, error),
            }
        }
        self.note(&purchase.phone, None)?;
        Err(Trouble::SoldOut { phone: purchase.phone.clone(), area_code: purchase.area_code.clone() })
    }

    /// Forgets the number that was asked for, once the file has it.
    pub(crate) fn is_written_down(&self, phone: &str, number: &str) -> Result<(), Trouble> {
        match self.asked_for(phone)? {
            Some(known) if known == number => self.note(phone, None),
            _ => Ok(()),
        }
    }

    /// A run before this one asked for a number and never knew. The look before this said that the account has none with
    /// the phone's name.
    fn settle_an_old_doubt(&self, purchase: &Purchase, number: &str) -> Result<String, Trouble> {
        let is_still_wanted =
            number.strip_prefix("+1").is_some_and(|digits| digits.starts_with(&purchase.area_code));
        let is_ours = match self.look(number) {
            Some(is_ours) => is_ours,
            None if is_still_wanted => match self.ask(purchase, number) {
                Ok(()) => true,
                Err(error) if is_sold(&error) => self.appears(number),
                Err(error @ (Error::Refused(_) | Error::Unreachable { .. })) => {
                    return Err(self.doubt(purchase, number, error));
                }
                Err(error) => return self.settle(purchase, number, error),
            },
            None => self.appears(number),
        };
        if is_ours {
            return Ok(number.to_owned());
        }
        self.note(&purchase.phone, None)?;
        Err(Trouble::SoldToAnother { phone: purchase.phone.clone(), number: number.to_owned() })
    }

    /// Finds out whether a number was bought whose purchase had no good answer.
    fn settle(&self, purchase: &Purchase, number: &str, mut error: Error) -> Result<String, Trouble> {
        for asked in 1.. {
            self.progress.waiting(&format!("Twilio has not said whether {number} is bought"));
            if self.appears(number) {
                return Ok(number.to_owned());
            }
            // A refusal by now may mean that it is ours, or on its way to us, so it settles nothing.
            if asked == ASKS || !error.is_uncertain() {
                break;
            }
            match self.ask(purchase, number) {
                Ok(()) => return Ok(number.to_owned()),
                Err(next) => error = next,
            }
        }
        Err(self.doubt(purchase, number, error))
    }

    fn ask(&self, purchase: &Purchase, number: &str) -> twilio::Result<()> {
        let fields = settings(&purchase.settings)
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .fold(Fields::default(), |fields, (name, value)| fields.with(name, value));
        self.client.buy_number(number, &fields).map(drop)
    }

    /// Whether a number comes to this account, within a while.
    fn appears(&self, number: &str) -> bool {
        let (started, mut pause) = (Instant::now(), PAUSE);
        let wait = self.patience.min(LONGEST_WAIT);
        loop {
            if let Some(is_ours) = self.look(number) {
                return is_ours;
            }
            let left = wait.saturating_sub(started.elapsed());
            if left.is_zero() {
                return false;
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Whether the account has a number that was asked for, and not for another stage or network. None: it has not, or
    /// does not tell.
    fn look(&self, number: &str) -> Option<bool> {
        let numbers = self.client.numbers().ok()?;
        let found = numbers.into_iter().find(|known| known.phone_number == number)?;
        let owner = self.names.owner_of_number(&found.friendly_name);
        Some(matches!(owner, NumberOwner::Ours(_) | NumberOwner::Nobody))
    }

    fn asked_for(&self, phone: &str) -> Result<Option<String>, Trouble> {
        let unnoted = |why| Trouble::NotNoted { phone: phone.to_owned(), why };
        self.progress.asked_for(phone).map_err(unnoted)
    }

    fn note(&self, phone: &str, number: Option<&str>) -> Result<(), Trouble> {
        let unnoted = |why| Trouble::NotNoted { phone: phone.to_owned(), why };
        self.progress.ask_for(phone, number).map_err(unnoted)
    }

    fn doubt(&self, purchase: &Purchase, number: &str, error: Error) -> Trouble {
        Trouble::InDoubt {
            phone: purchase.phone.clone(),
            number: number.to_owned(),
            friendly_name: purchase.settings.friendly_name.clone(),
            error: Box::new(error),
        }
    }
}

/// Whether a number is not for sale: somebody else has it, or we do.
fn is_sold(error: &Error) -> bool {
    matches!(error.code(), Some(21421 | 21422))
}
