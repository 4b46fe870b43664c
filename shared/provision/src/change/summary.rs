//! Changes as people and programs read them.

use serde::Serialize;
use twilio::Gate;

use super::fields::{ADDRESS, FieldChange, settings};
use super::{Change, EmergencyMove};
use crate::registration::Registration;

/// The action on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is created.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// It is bought, and costs money every month.
    Buy,
}

/// A change, or a purchase, as people and programs read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The action.
    pub action: Action,
    /// The kind of resource.
    pub kind: &'static str,
    /// The resource's name.
    pub name: String,
    /// The fields that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The phones that it concerns, unless the name says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
}

impl Summary {
    /// A summary without fields.
    #[must_use]
    pub fn new(action: Action, kind: &'static str, name: &str) -> Self {
        Self { action, kind, name: name.to_owned(), fields: Vec::new(), phones: Vec::new() }
    }
}

impl Summary {
    /// The resource as people read it.
    pub(crate) fn kind_and_name(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// The subject of the change, with the phones that it concerns.
    #[must_use]
    pub fn about(&self) -> String {
        match self.phones.as_slice() {
            [] => self.name.clone(),
            phones => format!("{} ({})", self.name, phones.join(", ")),
        }
    }
}

impl Change {
    /// The change as people and programs read it. It never has a password.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let phones = match self {
            Self::CreateAddress { phones, .. }
            | Self::UpdateNumber { phones, .. }
            | Self::Emergency(EmergencyMove { phones, .. }) => phones.clone(),
            _ => Vec::new(),
        };
        Summary { phones, ..self.summary_of_kind() }
    }

    fn summary_of_kind(&self) -> Summary {
        use Action::{Create, Delete, Update};
        let of = Summary::new;
        let with = |action, kind, name: &str, fields: &[FieldChange]| Summary {
            fields: fields.to_vec(),
            ..of(action, kind, name)
        };
        match self {
            Self::CreateAddress { address, .. } => {
                with(Create, "address", &address.name, &settings(ADDRESS, address))
            }
            Self::CreateList { friendly_name } => of(Create, "credential list", friendly_name),
            Self::CreateCredential { user, .. } => of(Create, "credential", user),
            Self::SetPassword { user, .. } => of(Update, "password", user),
            Self::Emergency(EmergencyMove { number, status, is_again: true, .. }) => {
                let (from, to) = (status.as_str().to_owned(), Registration::Registered.as_str().to_owned());
                with(Update, "emergency address", number, &[FieldChange::new("Status", from, to)])
            }
            Self::Emergency(EmergencyMove { number, from, to, .. }) => {
                let to = to.as_ref().map(|to| to.shown.clone()).unwrap_or_default();
                let field = FieldChange::new("EmergencyAddress", from.clone(), to);
                with(Update, "emergency address", number, &[field])
            }
            Self::CreateDomain { name, fields } => with(Create, "SIP domain", name, fields),
            Self::UpdateDomain { name, fields, .. } => with(Update, "SIP domain", name, fields),
            Self::Map { gate, list, .. } => of(Create, gate_kind(*gate), list),
            Self::UpdateNumber { number, fields, .. } => with(Update, "phone number", number, fields),
            Self::Unmap { gate, list, .. } => of(Delete, gate_kind(*gate), list),
            Self::DeleteCredential { user, .. } => of(Delete, "credential", user),
            Self::DeleteDomain { name, .. } => of(Delete, "SIP domain", name),
            Self::DeleteList { friendly_name, .. } => of(Delete, "credential list", friendly_name),
            Self::RenameList { from, to, .. } => with(Update, "credential list", from, &renamed(from, to)),
            Self::RenameAddress { from, to, .. } => with(Update, "address", from, &renamed(from, to)),
            Self::Release { number, .. } => of(Delete, "phone number", number),
            Self::DeleteAddress { friendly_name, street, .. } => {
                let street = FieldChange::new("street", street.clone(), String::new());
                with(Delete, "address", friendly_name, &[street])
            }
        }
    }
}

fn renamed(from: &str, to: &str) -> [FieldChange; 1] {
    [FieldChange::new("FriendlyName", from.to_owned(), to.to_owned())]
}

fn gate_kind(gate: Gate) -> &'static str {
    match gate {
        Gate::Calls => "mapping for calls",
        Gate::Registrations => "mapping for registrations",
    }
}
