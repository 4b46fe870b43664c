//! Warnings of what changes do on their way, even if they end well.

use network::Finding;

use crate::change::{Change, EmergencyMove};

/// Warnings that a person must read before these changes are made.
pub(crate) fn of(changes: &[Change]) -> Vec<Finding> {
    let mut warnings = Vec::new();
    let (mut moving, mut losing) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Emergency(EmergencyMove { number, from, to: Some(_), is_again: false, .. })
                if !from.is_empty() =>
            {
                moving.push(number.as_str());
            }
            Change::Emergency(EmergencyMove { number, to: None, is_named: true, .. }) => {
                losing.push(number.as_str());
            }
            _ => {}
        }
    }
    if !moving.is_empty() {
        let has = if moving.len() == 1 { "has" } else { "have" };
        warnings.push(Finding {
            // All of them: somebody may have to be told.
            about: moving.join(", "),
            what: format!(
                "{has} no emergency address while it changes, for up to 30 minutes: a call to 911 then goes to a \
                 national centre and costs 75 USD"
            ),
            remedy: "change it when nobody is likely to need it, and let `dialtone apply` run to its end (--wait)"
                .into(),
        });
    }
    if !losing.is_empty() {
        let loses = if losing.len() == 1 { "loses its" } else { "lose their" };
        warnings.push(Finding {
            about: losing.join(", "),
            what: format!(
                "{loses} emergency address for good: a call to 911 then goes to a national centre and costs 75 USD"
            ),
            remedy: "write its address into the file ([addresses]), unless nobody calls from there any more".into(),
        });
    }
    let of_passwords = changes.iter().filter_map(|change| match change {
        Change::SetPassword { user, cuts_off: true, .. } => Some(user.as_str()),
        _ => None,
    });
    let gone = changes.iter().filter_map(|change| match change {
        Change::DeleteCredential { user, .. } => Some(user.as_str()),
        _ => None,
    });
    warnings.extend(cut_off(
        &of_passwords.collect::<Vec<_>>(),
        "until they have the password that is set now, unless they have it already",
        "have their device files at hand (`dialtone devices render`)",
    ));
    warnings.extend(cut_off(
        &gone.collect::<Vec<_>>(),
        "because the file does not have them any more",
        "write them into the file again if they are to go on",
    ));
    for change in changes {
        if let Change::DeleteDomain { name, is_replaced: true, .. } = change {
            warnings.push(Finding {
                about: name.clone(),
                what: "is removed in the end: phones that still register there are cut off, from 911 too, until they \
                       have their new device files"
                    .into(),
                remedy: "deploy the functions with the new sip_domain, and have the device files at hand \
                         (`dialtone devices`)"
                    .into(),
            });
        }
    }
    warnings
}

/// A warning about phones that cannot register any more, so they cannot call anybody.
fn cut_off(phones: &[&str], why: &str, remedy: &str) -> Option<Finding> {
    let count = match phones.len() {
        0 => return None,
        1 => "1 phone".to_owned(),
        count => format!("{count} phones"),
    };
    // All of them: somebody may have to go there.
    Some(Finding::new(phones.join(", "), format!("({count}) cannot register, nor call 911, {why}"), remedy))
}
