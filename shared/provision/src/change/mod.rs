//! One change to the account.

mod fields;
mod summary;

use network::PostalAddress;
use twilio::Gate;

use crate::registration::Registration;

pub use self::fields::FieldChange;
pub(crate) use self::fields::{
    ADDRESS, DOMAIN, DomainSettings, EMERGENCY_CALLER, Field, NUMBER, differences, field, parameters,
    parameters_of_new, settings, values,
};
pub use self::summary::{Action, Summary};

/// The order of changes. What phones will need comes before what makes them use it, and what they no longer need goes
/// last, so that no phone is cut off in between. Numbers are bought after [`Phase::Addresses`]: Twilio may refuse an
/// address, and a number that is bought by then is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Addresses,
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

/// The three parts of a run. Before each but the first, the account is looked at anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Makes the resources that phones will need.
    Make,
    /// The domain and the numbers come to use it.
    Switch,
    /// Removes the resources that nothing needs any more.
    Remove,
}

impl Stage {
    pub(crate) fn of(phase: Phase) -> Self {
        if phase <= Phase::Emergency {
            Self::Make
        } else if phase <= Phase::Numbers {
            Self::Switch
        } else {
            Self::Remove
        }
    }
}

/// A reference to a resource that an earlier phase may still have to make.
pub(crate) type Sid = Option<String>;

/// One change to the account. Buying is none: a purchase cannot be repeated or taken back ([`Acquisition`](crate::Acquisition)).
#[derive(Debug, Clone)]
pub enum Change {
    /// Creates an address.
    CreateAddress {
        /// Its name in Twilio.
        friendly_name: String,
        /// The address.
        address: Box<PostalAddress>,
        /// The phones that are there.
        phones: Vec<String>,
    },
    /// Creates a credential list.
    CreateList {
        /// Its name.
        friendly_name: String,
    },
    /// Creates a phone's user name and password.
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
        /// Whether its phone may have another password, and is cut off until it has this one.
        cuts_off: bool,
    },
    /// Moves a number from one emergency address to another, to the first, or to none.
    Emergency(EmergencyMove),
    /// Creates the SIP domain.
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
        /// The gate.
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
        /// The phones that have the number.
        phones: Vec<String>,
        /// Whether the number is being given up.
        gives_up: bool,
    },
    /// Closes a gate to a list.
    Unmap {
        /// The domain.
        domain_sid: String,
        /// The gate.
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
    /// Gives a credential list another name. Its users and its mappings stay.
    RenameList {
        /// The list.
        sid: String,
        /// The current name.
        from: String,
        /// The new name.
        to: String,
        /// Whether it becomes this stage's, rather than somebody else's again.
        is_ours: bool,
    },
    /// Gives an address another name. The place and its numbers stay.
    RenameAddress {
        /// The address.
        sid: String,
        /// The current name.
        from: String,
        /// The new name.
        to: String,
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
        /// Its street.
        street: String,
    },
}

/// Moves a number to another emergency address.
#[derive(Debug, Clone)]
pub struct EmergencyMove {
    pub(crate) number_sid: String,
    pub(crate) number: String,
    /// The address it has now (`AD…`); blank: none.
    pub(crate) from_sid: String,
    /// The same, as people read it.
    pub(crate) from: String,
    /// The address it is to have; none: no address.
    pub(crate) to: Option<Destination>,
    /// The phones that have the number.
    pub(crate) phones: Vec<String>,
    /// How far Twilio is with the address that the number has.
    pub(crate) status: Registration,
    /// Whether it has the right address already, and only the registration is to be repeated.
    pub(crate) is_again: bool,
    /// Whether the file has the number.
    pub(crate) is_named: bool,
}

/// The address that a number moves to.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    /// As people read it.
    pub(crate) shown: String,
    /// Its name in Twilio.
    pub(crate) friendly_name: String,
    /// Its SID, if it is there.
    pub(crate) sid: Sid,
}

impl Change {
    /// Whether it makes something of which Twilio allows two of one name.
    pub(crate) fn can_be_twin(&self) -> bool {
        matches!(self, Self::CreateAddress { .. } | Self::CreateList { .. })
    }

    /// The phone that cannot register with what it has once the change is made.
    pub(crate) fn cuts_off(&self) -> Option<&str> {
        match self {
            Self::SetPassword { user, cuts_off: true, .. } | Self::DeleteCredential { user, .. } => {
                Some(user)
            }
            _ => None,
        }
    }

    /// Identifies a change from one look at the account to the next.
    pub(crate) fn key(&self) -> String {
        let Summary { kind, name, fields, .. } = self.summary();
        format!("{:?} {kind} {name} {fields:?}", self.phase())
    }

    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::CreateAddress { .. } | Self::RenameAddress { .. } => Phase::Addresses,
            Self::CreateList { .. } | Self::RenameList { is_ours: true, .. } => Phase::Lists,
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
            Self::DeleteList { .. } | Self::RenameList { .. } => Phase::RemoveLists,
            Self::DeleteAddress { .. } => Phase::RemoveAddresses,
        }
    }
}
