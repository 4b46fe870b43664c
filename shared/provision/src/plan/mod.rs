//! The plan of an `apply`.

mod warnings;

use network::Finding;

use crate::change::{Action, Change, FieldChange, Phase, Summary};
use crate::wishes::Purchase;

/// The changes that make an account match, and what no change can mend.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the order in which they are made.
    pub changes: Vec<Change>,
    /// The numbers that the file will have, after the addresses and before all other changes.
    pub acquisitions: Vec<Acquisition>,
    /// Obstacles to a whole network that a person has to mend.
    pub obstacles: Vec<Finding>,
    /// Notes for the user.
    pub notes: Vec<Finding>,
    /// Resources that are left as they are, because only some phones were asked for.
    pub left: Vec<Summary>,
}

/// A number that the file asks for and does not name yet.
#[derive(Debug, Clone)]
pub enum Acquisition {
    /// Buy one, and write it into the file.
    Buy(Purchase),
    /// It is bought already: write it into the file.
    Record {
        /// The phone that has it.
        phone: String,
        /// In E.164 form.
        number: String,
    },
}

impl Acquisition {
    /// The phone that the number is for.
    #[must_use]
    pub fn phone(&self) -> &str {
        match self {
            Self::Buy(purchase) => &purchase.phone,
            Self::Record { phone, .. } => phone,
        }
    }

    /// The acquisition as people and programs read it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        match self {
            Self::Buy(purchase) => {
                let fields = [
                    ("phone", purchase.phone.as_str()),
                    ("area_code", &purchase.area_code),
                    ("price_class", purchase.price_class()),
                ];
                let fields = fields.map(|(name, to)| FieldChange::new(name, String::new(), to.to_owned()));
                let summary = Summary::new(Action::Buy, "phone number", &purchase.phone);
                Summary { fields: fields.to_vec(), ..summary }
            }
            Self::Record { phone, number } => {
                Summary::new(Action::Update, "network file", &format!("{phone} has the number {number}"))
            }
        }
    }
}

impl Plan {
    /// Whether there is nothing to change. The network is whole if there are no [`Plan::obstacles`] either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.acquisitions.is_empty()
    }

    /// How many changes and acquisitions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len() + self.acquisitions.len()
    }

    /// How many steps a run takes. A number that is bought gets its address in a step of its own.
    pub(crate) fn steps(&self) -> usize {
        let has_address =
            |one: &&Acquisition| matches!(one, Acquisition::Buy(purchase) if purchase.address.is_some());
        self.len() + self.acquisitions.iter().filter(has_address).count()
    }

    /// All changes and acquisitions, in the order in which they are made.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        let after = self.changes.partition_point(|change| change.phase() <= Phase::Addresses);
        let (before, after) = self.changes.split_at_checked(after).unwrap_or_default();
        let bought = self.acquisitions.iter().map(Acquisition::summary);
        let changes = |changes: &[Change]| changes.iter().map(Change::summary).collect::<Vec<_>>();
        changes(before).into_iter().chain(bought).chain(changes(after)).collect()
    }

    /// Warnings of what the changes do to phones and to emergency calls on their way: to be read before they are made.
    #[must_use]
    pub fn warnings(&self) -> Vec<Finding> {
        warnings::of(&self.changes)
    }

    /// The phones that cannot register with what they have once these changes are made.
    #[must_use]
    pub fn cut_off(&self) -> Vec<&str> {
        self.changes.iter().filter_map(Change::cuts_off).collect()
    }

    /// The notes about numbers that these changes give up.
    pub(crate) fn notes_of_given_up(&self) -> impl Iterator<Item = &Finding> {
        let is_given_up = |about: &str| {
            self.changes.iter().any(|change| {
                matches!(change, Change::UpdateNumber { number, gives_up: true, .. } if number == about)
            })
        };
        self.notes.iter().filter(move |note| is_given_up(&note.about))
    }

    pub(crate) fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(crate) fn note(
        &mut self,
        about: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.notes.push(Finding::new(about, what, remedy));
    }

    pub(crate) fn obstacle(
        &mut self,
        about: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.obstacles.push(Finding::new(about, what, remedy));
    }

    pub(crate) fn acquire(&mut self, acquisition: Acquisition) {
        self.acquisitions.push(acquisition);
    }

    /// Puts the changes in the order of their phases.
    pub(crate) fn sorted(mut self) -> Self {
        self.changes.sort_by_key(Change::phase);
        self
    }
}
