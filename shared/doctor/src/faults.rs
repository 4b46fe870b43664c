//! The faults in the readiness of phones.

use network::{EmergencyCalling, Finding, Network};

use crate::{Readiness, Registration};

impl Readiness {
    /// The faults that keep a phone from being found, or people from hearing of it.
    #[must_use]
    pub fn faults(network: &Network, phones: &[Self]) -> Vec<Finding> {
        let mut faults = Vec::new();
        for phone in phones.iter().filter(|phone| phone.may_call) {
            let status = match &phone.registration {
                Registration::Known { status, .. } if status != "registered" => status.as_str(),
                Registration::Unknown(why) => why,
                Registration::Known { .. } | Registration::NotThere => continue,
            };
            // Twilio's silence is said once.
            if status != "not asked" {
                let what = format!("the emergency address of its number: {status}");
                faults.push(Finding::new(
                    &phone.phone,
                    what,
                    "write the address into the file, and run `dialtone apply`",
                ));
            }
        }
        let unheard: Vec<_> = phones
            .iter()
            .filter(|phone| phone.may_call && phone.told.is_empty())
            .map(|phone| phone.phone.as_str())
            .collect();
        if !unheard.is_empty() && network.emergency_calling() != EmergencyCalling::Twilio {
            let what = "nobody hears of a call for help";
            faults.push(Finding::new(
                network::some_of(&unheard, 10),
                what,
                "name people in the file, as [[notify]]",
            ));
        }
        faults
    }
}
