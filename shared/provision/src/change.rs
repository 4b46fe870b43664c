//! One step between what is and what is wanted.

use network::PostalAddress;
use serde::Serialize;
use twilio::Gate;

use crate::emergency::{REGISTERED, REGISTRATION_FAILURE};
use crate::wishes::Purchase;

/// A value that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Twilio's name of it.
    pub name: &'static str,
    /// What it is now.
    pub from: String,
    /// What it will be.
    pub to: String,
    /// What Twilio is told, where that is not what people read.
    #[serde(skip)]
    pub(crate) sid: Option<String>,
}

impl FieldChange {
    pub(crate) fn new(name: &'static str, from: String, to: String) -> Self {
        Self { name, from, to, sid: None }
    }
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is taken away.
    Delete,
    /// It costs money.
    Buy,
}

/// A change as people and programs read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// What happens.
    pub action: Action,
    /// To what kind of thing.
    pub kind: &'static str,
    /// To which.
    pub name: String,
    /// What about it changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// The order of steps. What phones will need comes before what makes them use it, and what they no longer need goes
/// last, so that no phone is cut off in between. Addresses come before numbers are bought: Twilio may refuse one, and what is
/// bought by then is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Addresses,
    Buy,
    Lists,
    MakeWay,
    Credentials,
    Emergency,
    Domain,
    Gates,
    Numbers,
    Unmap,
    RemoveDomain,
    RemoveCredentials,
    RemoveLists,
    RemoveEmergency,
    RemoveNumbers,
    RemoveAddresses,
}

/// A reference to a resource that an earlier phase may still have to make.
pub(crate) type Sid = Option<String>;

/// One step.
#[derive(Debug, Clone)]
pub enum Change {
    /// Buys a number, and writes it into the file.
    Buy(Purchase),
    /// Writes a number that is bought already into the file.
    Record {
        /// Whose it is.
        phone: String,
        /// In E.164 form.
        number: String,
    },
    /// Registers an address.
    CreateAddress {
        /// Its name in Twilio.
        friendly_name: String,
        /// The address.
        address: Box<PostalAddress>,
    },
    /// Makes a credential list.
    CreateList {
        /// Its name.
        friendly_name: String,
    },
    /// Gives a phone a user name and a password.
    CreateCredential {
        /// The list's name.
        list: String,
        /// The list, if it is there.
        list_sid: Option<String>,
        /// The user name.
        user: String,
    },
    /// Sets a password.
    SetPassword {
        /// The list.
        list_sid: String,
        /// The credential.
        sid: String,
        /// The user name.
        user: String,
    },
    /// Moves a number from one emergency address to another, to the first, or to none.
    Emergency(EmergencyMove),
    /// Makes the SIP domain.
    CreateDomain {
        /// The whole name.
        name: String,
        /// Its settings.
        fields: Vec<FieldChange>,
    },
    /// Changes the SIP domain's settings.
    UpdateDomain {
        /// The domain.
        sid: String,
        /// The whole name.
        name: String,
        /// Its settings.
        fields: Vec<FieldChange>,
    },
    /// Lets a list's users pass a gate.
    Map {
        /// The domain, if it is there.
        domain_sid: Option<String>,
        /// Which gate.
        gate: Gate,
        /// The list's name.
        list: String,
        /// The list, if it is there.
        list_sid: Option<String>,
    },
    /// Changes how a number is set up.
    UpdateNumber {
        /// The number's resource.
        sid: String,
        /// In E.164 form.
        number: String,
        /// Its settings.
        fields: Vec<FieldChange>,
        /// Whether the number is being given up.
        gives_up: bool,
    },
    /// Closes a gate to a list.
    Unmap {
        /// The domain.
        domain_sid: String,
        /// Which gate.
        gate: Gate,
        /// The list's name.
        list: String,
        /// The list.
        list_sid: String,
    },
    /// Takes a phone's credential away.
    DeleteCredential {
        /// The list.
        list_sid: String,
        /// The credential.
        sid: String,
        /// The user name.
        user: String,
        /// Whether it must go before a name that differs from it only in case can come.
        makes_way: bool,
    },
    /// Deletes the SIP domain.
    DeleteDomain {
        /// The domain.
        sid: String,
        /// The whole name.
        name: String,
        /// Whether the stage has another instead.
        is_replaced: bool,
    },
    /// Deletes a credential list.
    DeleteList {
        /// The list.
        sid: String,
        /// Its name.
        friendly_name: String,
    },
    /// Gives a number back, for good.
    Release {
        /// The number's resource.
        sid: String,
        /// In E.164 form.
        number: String,
    },
    /// Deletes an address.
    DeleteAddress {
        /// The address.
        sid: String,
        /// Its name.
        friendly_name: String,
        /// What it is the address of.
        street: String,
    },
}

/// A number's way to another emergency address.
#[derive(Debug, Clone)]
pub struct EmergencyMove {
    pub(crate) number_sid: String,
    pub(crate) number: String,
    /// The address it has now, as people read it; blank: none.
    pub(crate) from: String,
    /// The address it is to have, as people read it, and its SID if it is there. None: no address.
    pub(crate) to: Option<(String, Sid)>,
    /// Whether it has that address already, but Twilio could not register it.
    pub(crate) is_again: bool,
    /// Whether the file has the number.
    pub(crate) is_named: bool,
}

impl Change {
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Buy(_) | Self::Record { .. } => Phase::Buy,
            Self::CreateAddress { .. } => Phase::Addresses,
            Self::CreateList { .. } => Phase::Lists,
            Self::CreateCredential { .. } | Self::SetPassword { .. } => Phase::Credentials,
            Self::Emergency(EmergencyMove { to: Some(_), .. }) => Phase::Emergency,
            Self::Emergency(_) => Phase::RemoveEmergency,
            Self::CreateDomain { .. } | Self::UpdateDomain { .. } => Phase::Domain,
            Self::Map { .. } => Phase::Gates,
            Self::UpdateNumber { gives_up: false, .. } => Phase::Numbers,
            Self::UpdateNumber { .. } | Self::Release { .. } => Phase::RemoveNumbers,
            Self::Unmap { .. } => Phase::Unmap,
            Self::DeleteDomain { .. } => Phase::RemoveDomain,
            Self::DeleteCredential { makes_way: true, .. } => Phase::MakeWay,
            Self::DeleteCredential { .. } => Phase::RemoveCredentials,
            Self::DeleteList { .. } => Phase::RemoveLists,
            Self::DeleteAddress { .. } => Phase::RemoveAddresses,
        }
    }

    /// The change as people and programs read it. It never has a password.
    #[must_use]
    pub fn summary(&self) -> Summary {
        use Action::{Buy, Create, Delete, Update};
        let of =
            |action, kind, name: &str| Summary { action, kind, name: name.to_owned(), fields: Vec::new() };
        let with = |action, kind, name: &str, fields: &[FieldChange]| Summary {
            fields: fields.to_vec(),
            ..of(action, kind, name)
        };
        match self {
            Self::Buy(purchase) => {
                let fields = [
                    ("phone", purchase.phone.as_str()),
                    ("area_code", &purchase.area_code),
                    ("price_class", purchase.price_class()),
                ];
                let fields = fields.map(|(name, to)| FieldChange::new(name, String::new(), to.to_owned()));
                with(Buy, "phone number", &purchase.phone, &fields)
            }
            Self::Record { phone, number } => {
                of(Update, "network file", &format!("{phone} has the number {number}"))
            }
            Self::CreateAddress { address, .. } => {
                let PostalAddress { name, customer, street, unit, city, region, postal_code, country } =
                    address.as_ref();
                let unit = unit.as_deref().unwrap_or_default();
                let fields = [
                    ("customer", customer.as_str()),
                    ("street", street),
                    ("unit", unit),
                    ("city", city),
                    ("region", region),
                    ("postal_code", postal_code),
                    ("country", country.as_str()),
                ];
                let fields = fields.map(|(name, to)| FieldChange::new(name, String::new(), to.to_owned()));
                with(Create, "address", name, &fields)
            }
            Self::CreateList { friendly_name } => of(Create, "credential list", friendly_name),
            Self::CreateCredential { user, .. } => of(Create, "credential", user),
            Self::SetPassword { user, .. } => of(Update, "password", user),
            Self::Emergency(EmergencyMove { number, is_again: true, .. }) => {
                let (from, to) = (REGISTRATION_FAILURE.to_owned(), REGISTERED.to_owned());
                with(Update, "emergency address", number, &[FieldChange::new("Status", from, to)])
            }
            Self::Emergency(EmergencyMove { number, from, to, .. }) => {
                let to = to.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
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
            Self::Release { number, .. } => of(Delete, "phone number", number),
            Self::DeleteAddress { friendly_name, street, .. } => {
                let street = FieldChange::new("street", street.clone(), String::new());
                with(Delete, "address", friendly_name, &[street])
            }
        }
    }
}

fn gate_kind(gate: Gate) -> &'static str {
    match gate {
        Gate::Calls => "mapping for calls",
        Gate::Registrations => "mapping for registrations",
    }
}
