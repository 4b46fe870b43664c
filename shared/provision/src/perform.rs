//! Performs one change.

use twilio::{Client, Fields};

use crate::change::{ADDRESS, Change, EmergencyMove, parameters, parameters_of_new, settings};
use crate::effect::Effect;
use crate::error::ApplyError;
use crate::keyring::{Keyring, Known};
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

/// How a change ended, and what its answer says of the account.
pub(crate) type Made = (Step, Option<Effect>);

/// Makes a change. What it refers to is there: it was seen, or this is not its turn yet.
///
/// Says what the answer shows of the account, too: a list may show it only later.
pub(crate) fn perform(change: &Change, client: &Client, keyring: &dyn Keyring) -> Result<Made, ApplyError> {
    let in_change = |error| ApplyError::Twilio { summary: Box::new(change.summary()), error };
    let effect = match change {
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
            Effect::Address(Box::new(made))
        }
        Change::CreateList { friendly_name } => {
            Effect::List(client.create_credential_list(friendly_name).map_err(in_change)?)
        }
        Change::CreateCredential { list_sid, user, .. } => {
            let Some(list) = list_sid else { return Ok((Step::NotYet, None)) };
            let known = keyring.known(user);
            if matches!(known, Known::Set { .. }) {
                // Should the answer be lost, the credential that is found then is this run's.
                keyring.doubt(user)?;
            }
            // The password is kept before Twilio has it: if this run ends in between, it is not lost.
            let password = keyring.password(user)?;
            let made = client.create_credential(list, user, &password);
            if made.as_ref().is_err_and(is_taken) {
                // Somebody else has made it meanwhile, with another password: that of the phone.
                match known {
                    Known::Nothing => keyring.forget(user)?,
                    Known::Set { credential, when } => {
                        keyring.confirm(user, &credential, when.as_deref())?;
                    }
                    Known::Unset | Known::Rotating | Known::Given => {}
                }
            }
            let made = made.map_err(in_change)?;
            keyring.confirm(user, &made.sid, Some(&made.date_updated))?;
            Effect::Credential(list.clone(), made)
        }
        Change::SetPassword { list_sid, sid, user, .. } => {
            let password = keyring.password(user)?;
            let set = client.update_credential(list_sid, sid, &password).map_err(in_change)?;
            keyring.confirm(user, sid, Some(&set.date_updated))?;
            return Ok((Step::Made, None));
        }
        Change::Emergency(step) => return move_emergency(step, client).map_err(in_change),
        Change::CreateDomain { name, fields } => {
            let made = client.create_sip_domain(name, &parameters(fields)).map_err(in_change)?;
            Effect::Domain(Box::new(made))
        }
        Change::UpdateDomain { sid, fields, .. } => {
            let made = client.update_sip_domain(sid, &parameters(fields)).map_err(in_change)?;
            Effect::Domain(Box::new(made))
        }
        Change::Map { domain_sid, gate, list_sid, .. } => {
            let (Some(domain), Some(list)) = (domain_sid, list_sid) else {
                return Ok((Step::NotYet, None));
            };
            let made = client.map(domain, *gate, list).map_err(in_change)?;
            Effect::Mapped(domain.clone(), *gate, made)
        }
        Change::UpdateNumber { sid, fields, .. } => {
            let made = client.update_number(sid, &parameters(fields)).map_err(in_change)?;
            Effect::Number(Box::new(made))
        }
        Change::Unmap { domain_sid, gate, list_sid, .. } => {
            client.unmap(domain_sid, *gate, list_sid).map_err(in_change)?;
            Effect::Unmapped(domain_sid.clone(), *gate, list_sid.clone())
        }
        Change::DeleteCredential { list_sid, sid, .. } => {
            client.delete_credential(list_sid, sid).map_err(in_change)?;
            Effect::Gone(sid.clone())
        }
        Change::DeleteDomain { sid, .. } => {
            client.delete_sip_domain(sid).map_err(in_change)?;
            Effect::Gone(sid.clone())
        }
        Change::DeleteList { sid, .. } => {
            client.delete_credential_list(sid).map_err(in_change)?;
            Effect::Gone(sid.clone())
        }
        Change::RenameList { sid, to, .. } => {
            Effect::List(client.rename_credential_list(sid, to).map_err(in_change)?)
        }
        Change::RenameAddress { sid, to, .. } => {
            // Assumed: Twilio validates and registers an address anew for its place, not for its name.
            let fields = Fields::default().with("FriendlyName", to);
            Effect::Address(Box::new(client.update_address(sid, &fields).map_err(in_change)?))
        }
        Change::Release { sid, .. } => {
            client.release_number(sid).map_err(in_change)?;
            Effect::Gone(sid.clone())
        }
        Change::DeleteAddress { sid, .. } => {
            client.delete_address(sid).map_err(in_change)?;
            Effect::Gone(sid.clone())
        }
    };
    Ok((Step::Made, Some(effect)))
}

/// Whether Twilio refuses a new resource because there is one of that name, or one that is mapped already
/// (<https://www.twilio.com/docs/api/errors>).
pub(crate) fn is_taken(error: &twilio::Error) -> bool {
    matches!(error.code(), Some(21231 | 21232 | 21243))
}

/// One step of a number's way to another address. Twilio wants the first one gone before it takes the next
/// (<https://www.twilio.com/docs/voice/api/sip-emergency-calling>). The number itself is asked, because lists may lag.
fn move_emergency(step: &EmergencyMove, client: &Client) -> twilio::Result<Made> {
    let set = |sid: &str, is: Step| {
        let fields = Fields::default().with("EmergencyAddressSid", sid);
        client.update_number(&step.number_sid, &fields).map(|made| (is, Some(Effect::Number(Box::new(made)))))
    };
    let number = client.number(&step.number_sid)?;
    let Some(to) = &step.to else { return set("", Step::Made) };
    let Some(sid) = &to.sid else { return Ok((Step::NotYet, None)) };
    let found = |number| Ok((Step::Found, Some(Effect::Number(Box::new(number)))));
    let has_none = number.emergency_address_sid.is_empty();
    match Registration::of(&number) {
        // It is right, or on its way.
        Registration::Registered | Registration::PendingRegistration
            if number.emergency_address_sid == *sid =>
        {
            found(number)
        }
        Registration::PendingUnregistration => found(number),
        Registration::Unregistered => set(sid, Step::Made),
        Registration::RegistrationFailure if has_none => set(sid, Step::Made),
        _ if has_none => found(number),
        _ => set("", Step::Begun),
    }
}
