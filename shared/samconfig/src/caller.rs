//! The one fact of the network file that `samconfig.toml` repeats, for the fallback function.

use network::{Finding, Network};
use toml_edit::{DocumentMut, Item, Value};

use crate::EMERGENCY_CALLER_ID;

/// Says that the fallback function of a stage would show another number than the functions do. `text` is `samconfig.toml`; one
/// that is no TOML, or does not have the stage, says nothing about it.
#[must_use]
pub fn other_caller(text: &str, network: &Network) -> Option<Finding> {
    let stage = &network.stage().name;
    let document: DocumentMut = text.parse().ok()?;
    let parameters = document.get(stage)?.get("deploy")?.get("parameters")?.get("parameter_overrides")?;
    let set = caller(parameters).unwrap_or_default();
    let wanted = network.emergency_caller_id().map(numbers::E164::as_str).unwrap_or_default();
    let about = format!("samconfig.toml: {stage}: {EMERGENCY_CALLER_ID}");
    match (set.as_str(), wanted) {
        (set, wanted) if set == wanted => None,
        ("", _) => Some(Finding::new(
            about,
            "is not set: when the functions fail, nobody can call for help",
            "write the number of network.emergency_caller_id",
        )),
        _ => Some(Finding::new(
            about,
            "is another number than network.emergency_caller_id: when the functions fail, help comes to another place",
            "write the same number in both files, then deploy",
        )),
    }
}

/// The value of the parameter, in a list of strings or in one string with blanks between them.
fn caller(parameters: &Item) -> Option<String> {
    let texts: Vec<&str> = match parameters.as_value()? {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        value => value.as_str()?.split_whitespace().collect(),
    };
    let value = texts.iter().find_map(|text| text.strip_prefix(EMERGENCY_CALLER_ID)?.strip_prefix('='))?;
    Some(value.trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use network::NetworkFile;

    use super::*;

    #[test]
    fn both_files_name_one_number() {
        let file = "[network]\nname = \"n\"\nregion = \"US\"\nemergency_caller_id = \"+15035550110\"\n[stages.prod]\n\
                    sip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n";
        let network = NetworkFile::parse(file).unwrap().network("prod").unwrap();
        let said = |overrides: &str| {
            let text =
                format!("version = 0.1\n[prod.deploy.parameters]\nparameter_overrides = {overrides}\n");
            other_caller(&text, &network).map(|finding| finding.what)
        };
        for same in [
            "[\"Stage=prod\", \"EmergencyCallerId=+15035550110\"]",
            "\"Stage=prod EmergencyCallerId='+15035550110'\"",
        ] {
            assert_eq!(said(same), None, "{same}");
        }
        assert!(said("[\"EmergencyCallerId=+15035550111\"]").unwrap().starts_with("is another number"));
        assert!(said("[\"Stage=prod\"]").unwrap().starts_with("is not set"));
        assert_eq!(other_caller("version = 0.1\n", &network), None);
        assert_eq!(other_caller("[", &network), None);
    }
}
