//! Performs one change.

use twilio::{Client, Fields};

use crate::change::{ADDRESS, Change, EmergencyMove, parameters, parameters_of_new, settings};
use crate::error::ApplyError;
use crate::keyring::Keyring;
use crate::place;
use crate::registration::Registration;

/// How a change ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is made.
    Made,
    /// A part of it is made; another look tells what is left.
    Begun,
    /// The number itself is further than the list that the change was made from.
    Found,
    /// Something that it needs is not there yet.
    NotYet,
}

/// Makes a change. What it refers to is there: it was seen, or this is not its turn yet.
pub(crate) fn perform(change: &Change, client: &Client, keyring: &dyn Keyring) -> Result<Step, ApplyError> {
    let in_change = |error| ApplyError::Twilio { summary: Box::new(change.summary()), error };
    match change {
        Change::CreateAddress { friendly_name, address, phones } => {
            let fields = parameters_of_new(&settings(ADDRESS, address))
                .with("FriendlyName", friendly_name)
                .with("EmergencyEnabled", "true");
            let made = client.create_address(&fields).map_err(in_change)?;
            if !place::is_same(address, &made) {
                // Should this fail, the next look finds an address that is not the file's, and takes it away.
                let _ = client.delete_address(&made.sid);
                return Err(ApplyError::Corrected {
                    name: address.name.clone(),
                    phones: phones.clone(),
                    made: place::line(&made),
                });
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
        Change::RenameList { sid, to, .. } => {
            client.rename_credential_list(sid, to).map_err(in_change)?;
        }
        Change::Release { sid, .. } => client.release_number(sid).map_err(in_change)?,
        Change::DeleteAddress { sid, .. } => client.delete_address(sid).map_err(in_change)?,
    }
    Ok(Step::Made)
}

/// One step of a number's way to another address. Twilio wants the first one gone before it takes the next
/// (<https://www.twilio.com/docs/voice/api/sip-emergency-calling>). The number itself is asked, because lists may lag.
fn move_emergency(step: &EmergencyMove, client: &Client) -> twilio::Result<Step> {
    let set = |sid: &str| {
        let fields = Fields::default().with("EmergencyAddressSid", sid);
        client.update_number(&step.number_sid, &fields).map(|_| Step::Made)
    };
    let number = client.number(&step.number_sid)?;
    let Some(to) = &step.to else { return set("") };
    let Some(sid) = &to.sid else { return Ok(Step::NotYet) };
    let has_none = number.emergency_address_sid.is_empty();
    match Registration::of(&number) {
        // It is right, or on its way.
        Registration::Registered | Registration::PendingRegistration
            if number.emergency_address_sid == *sid =>
        {
            Ok(Step::Found)
        }
        Registration::PendingUnregistration => Ok(Step::Found),
        Registration::Unregistered => set(sid),
        Registration::RegistrationFailure if has_none => set(sid),
        _ if has_none => Ok(Step::Found),
        _ => set("").map(|_| Step::Begun),
    }
}
