//! One change, made.

use twilio::{Client, Error, Fields};

use crate::change::{Change, EmergencyMove, FieldChange, Summary};
use crate::emergency::REGISTRATION_FAILURE;
use crate::keyring::{Keyring, KeyringError};
use crate::place;

/// How a change ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is made.
    Made,
    /// A part of it is made; another look tells what is left.
    Begun,
    /// Twilio is not ready for it yet.
    NotYet,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Twilio's answer, or none.
    #[error("{}: {error}", .summary.name)]
    Twilio {
        /// The change.
        summary: Box<Summary>,
        /// What went wrong.
        error: Error,
    },
    /// A password cannot be kept.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A number that was bought cannot be written down.
    #[error("{number} is bought for {phone}, but {why}; write it into the file as its number")]
    File {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
        /// Why not.
        why: String,
    },
    /// Twilio took a change and does not show it.
    #[error("{} {}: Twilio took the change, but does not show it; try again later", .0.kind, .0.name)]
    NotShown(Box<Summary>),
    /// No number is for sale.
    #[error("{phone}: no number is for sale in area code {area_code}; choose another in the file")]
    SoldOut {
        /// For which phone.
        phone: String,
        /// Three digits.
        area_code: String,
    },
    /// Twilio corrects an address to another place.
    #[error(
        "address {name}: Twilio corrects it to {made}, which has another house number, postal code or state; help would be \
         sent there, so write into the file what is right"
    )]
    Corrected {
        /// What the file calls it.
        name: String,
        /// What Twilio made of it, on one line.
        made: String,
    },
    /// Nobody knows whether a number was bought.
    #[error(
        "{phone}: whether {number} is bought is not known, and no other is bought instead: {error}\n  look for {number} \
         ({friendly_name}) among the numbers in Twilio's console; the next run looks for it first, and asks for no other"
    )]
    InDoubt {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
        /// What it is called in Twilio, if it is there.
        friendly_name: String,
        /// What the last answer was.
        error: Box<Error>,
    },
    /// A number that an earlier run asked for is not to be had.
    #[error(
        "{phone}: {number}, which was asked for before, is somebody else's; the next run looks for another number"
    )]
    SoldToAnother {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
    },
    /// It cannot be noted which number is asked for, so none is.
    #[error("{phone}: no number is bought, because it cannot be noted which one is asked for: {why}")]
    NotNoted {
        /// For which phone.
        phone: String,
        /// Why not.
        why: String,
    },
}

/// Makes a change. What it refers to is there: it was seen, or this is not its turn yet.
pub(crate) fn perform(change: &Change, client: &Client, keyring: &dyn Keyring) -> Result<Step, Trouble> {
    let in_change = |error| Trouble::Twilio { summary: Box::new(change.summary()), error };
    match change {
        // They are made by the shop, with the file at hand.
        Change::Buy(_) | Change::Record { .. } => return Ok(Step::NotYet),
        Change::CreateAddress { friendly_name, address } => {
            let mut fields = Fields::default()
                .with("FriendlyName", friendly_name)
                .with("CustomerName", &address.customer)
                .with("Street", &address.street)
                .with("City", &address.city)
                .with("Region", &address.region)
                .with("PostalCode", &address.postal_code)
                .with("IsoCountry", address.country.as_str())
                .with("EmergencyEnabled", "true");
            if let Some(unit) = &address.unit {
                fields = fields.with("StreetSecondary", unit);
            }
            let made = client.create_address(&fields).map_err(in_change)?;
            if !place::is_same(address, &made) {
                // Should this fail, the next look finds an address that is not the file's, and takes it away.
                let _ = client.delete_address(&made.sid);
                return Err(Trouble::Corrected { name: address.name.clone(), made: place::line(&made) });
            }
        }
        Change::CreateList { friendly_name } => {
            client.create_credential_list(friendly_name).map_err(in_change)?;
        }
        Change::CreateCredential { list_sid, user, .. } => {
            let Some(list) = list_sid else { return Ok(Step::NotYet) };
            // The password is kept before Twilio has it: if this run ends in between, it is not lost.
            let password = keyring.password(user)?;
            let made = client.create_credential(list, user, &password).map_err(in_change)?;
            keyring.confirm(user, &made.sid)?;
        }
        Change::SetPassword { list_sid, sid, user } => {
            let password = keyring.password(user)?;
            client.update_credential(list_sid, sid, &password).map_err(in_change)?;
            keyring.confirm(user, sid)?;
        }
        Change::Emergency(step) => return move_emergency(step, client).map_err(in_change),
        Change::CreateDomain { name, fields } => {
            client.create_sip_domain(name, &parameters(fields)).map_err(in_change)?;
        }
        Change::UpdateDomain { sid, fields, .. } => {
            client.update_sip_domain(sid, &parameters(fields)).map_err(in_change)?;
        }
        Change::Map { domain_sid, gate, list_sid, .. } => {
            let (Some(domain), Some(list)) = (domain_sid, list_sid) else { return Ok(Step::NotYet) };
            client.map(domain, *gate, list).map_err(in_change)?;
        }
        Change::UpdateNumber { sid, fields, .. } => {
            client.update_number(sid, &parameters(fields)).map_err(in_change)?;
        }
        Change::Unmap { domain_sid, gate, list_sid, .. } => {
            client.unmap(domain_sid, *gate, list_sid).map_err(in_change)?;
        }
        Change::DeleteCredential { list_sid, sid, .. } => {
            client.delete_credential(list_sid, sid).map_err(in_change)?;
        }
        Change::DeleteDomain { sid, .. } => client.delete_sip_domain(sid).map_err(in_change)?,
        Change::DeleteList { sid, .. } => client.delete_credential_list(sid).map_err(in_change)?,
        Change::Release { sid, .. } => client.release_number(sid).map_err(in_change)?,
        Change::DeleteAddress { sid, .. } => client.delete_address(sid).map_err(in_change)?,
    }
    Ok(Step::Made)
}

/// One step of a number's way to another address. Twilio wants the first one gone before it takes the next
/// (<https://www.twilio.com/docs/voice/api/sip-emergency-calling>).
fn move_emergency(step: &EmergencyMove, client: &Client) -> twilio::Result<Step> {
    let set = |sid: &str| {
        client
            .update_number(&step.number_sid, &Fields::default().with("EmergencyAddressSid", sid))
            .map(|_| ())
    };
    let number = client.number(&step.number_sid)?;
    let status = number.emergency_address_status.as_str();
    let is_free = matches!(status, "" | "unregistered" | REGISTRATION_FAILURE);
    match &step.to {
        None => set("").map(|()| Step::Made),
        Some((_, None)) => Ok(Step::NotYet),
        // It came right by itself since the last look.
        Some(_) if step.is_again && !status.is_empty() && !is_free => Ok(Step::NotYet),
        Some((_, Some(sid))) if number.emergency_address_sid.is_empty() && is_free => {
            set(sid).map(|()| Step::Made)
        }
        Some(_) if number.emergency_address_sid.is_empty() => Ok(Step::NotYet),
        Some(_) => set("").map(|()| Step::Begun),
    }
}

fn parameters(fields: &[FieldChange]) -> Fields {
    fields
        .iter()
        .fold(Fields::default(), |all, field| all.with(field.name, field.sid.as_ref().unwrap_or(&field.to)))
}
