//! Where the account lets calls go, against where the file does.

use network::{Finding, Network, some_of};
use twilio::CountryPermission;

use crate::report::{Check, Row};

const CLOSED: Check = Check { id: "countries-closed", name: "allowed countries are open" };
const OPEN: Check = Check { id: "countries-open", name: "no other country is open" };
const RISK: Check = Check { id: "countries-high-risk", name: "high-risk numbers are closed" };

const CONSOLE: &str = "Twilio's console (Voice > Settings > Geo permissions)";

/// Three rows: what is missing, what is too much, and what fraudsters like.
pub(crate) fn rows(network: &Network, permissions: Result<&[CountryPermission], &Finding>) -> Vec<Row> {
    let permissions = match permissions {
        Ok(permissions) => permissions,
        Err(silence) => {
            return [CLOSED, OPEN, RISK].map(|check| Row::unknown(check, silence)).into();
        }
    };
    let is_allowed = |country: &CountryPermission| {
        network.allow().iter().any(|region| region.as_str().eq_ignore_ascii_case(&country.iso_code))
    };
    vec![closed(permissions, is_allowed), open(permissions, is_allowed), high_risk(permissions)]
}

fn closed(permissions: &[CountryPermission], is_allowed: impl Fn(&CountryPermission) -> bool) -> Row {
    let codes = codes(permissions, |country| is_allowed(country) && !country.low_risk_numbers_enabled);
    if codes.is_empty() {
        return Row::ok(CLOSED, "all that the file allows");
    }
    let finding =
        format!("the file allows {}, the account does not: calls there fail (13227)", some_of(&codes, 30));
    Row::fail(CLOSED, finding, format!("open them in {CONSOLE}, or take them out of allow"))
}

fn open(permissions: &[CountryPermission], is_allowed: impl Fn(&CountryPermission) -> bool) -> Row {
    let codes = codes(permissions, |country| is_open(country) && !is_allowed(country));
    if codes.is_empty() {
        return Row::ok(OPEN, "none");
    }
    let finding = format!("the account opens {}, which the file does not allow", some_of(&codes, 30));
    let remedy = format!(
        "close them in {CONSOLE}, unless something else in the account calls there: a stolen password could call there"
    );
    Row::warn(OPEN, finding, remedy)
}

fn high_risk(permissions: &[CountryPermission]) -> Row {
    let group = |what: &str, is_open: fn(&CountryPermission) -> bool| {
        let codes = codes(permissions, is_open);
        (!codes.is_empty()).then(|| format!("{what}: {}", some_of(&codes, 30)))
    };
    let groups: Vec<_> = [
        group("numbers that fraudsters like", |country| country.high_risk_tollfraud_numbers_enabled),
        group("numbers that cost a lot", |country| country.high_risk_special_numbers_enabled),
    ]
    .into_iter()
    .flatten()
    .collect();
    if groups.is_empty() {
        return Row::ok(RISK, "everywhere");
    }
    Row::warn(
        RISK,
        format!("open to {}", groups.join("; ")),
        format!("close both high-risk groups in {CONSOLE}: one night of toll fraud there costs thousands"),
    )
}

fn is_open(country: &CountryPermission) -> bool {
    country.low_risk_numbers_enabled
        || country.high_risk_special_numbers_enabled
        || country.high_risk_tollfraud_numbers_enabled
}

fn codes(permissions: &[CountryPermission], is_it: impl Fn(&CountryPermission) -> bool) -> Vec<&str> {
    let mut codes: Vec<_> = permissions
        .iter()
        .filter(|country| is_it(country))
        .map(|country| country.iso_code.as_str())
        .collect();
    codes.sort_unstable();
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;
    use crate::samples::network_with;

    fn country(code: &str, low: bool, special: bool, fraud: bool) -> CountryPermission {
        CountryPermission {
            iso_code: code.into(),
            low_risk_numbers_enabled: low,
            high_risk_special_numbers_enabled: special,
            high_risk_tollfraud_numbers_enabled: fraud,
        }
    }

    #[test]
    fn both_ways_are_compared() {
        let network = network_with("allow = [\"US\", \"CA\", \"MX\"]", "");
        let marks = |permissions: &[CountryPermission]| {
            let rows = rows(&network, Ok(permissions));
            rows.iter().map(|row| (row.mark, row.finding.what.clone())).collect::<Vec<_>>()
        };
        let good = [country("US", true, false, false), country("CA", true, false, false)];
        assert!(marks(&good).iter().all(|(mark, _)| *mark == Mark::Ok));
        let bad = [
            country("US", false, false, false),
            country("CA", true, true, false),
            country("JM", true, false, false),
            country("DO", false, false, true),
            country("FR", false, false, false),
        ];
        let found = marks(&bad);
        assert_eq!(
            found.iter().map(|(mark, _)| *mark).collect::<Vec<_>>(),
            [Mark::Fail, Mark::Warn, Mark::Warn]
        );
        assert!(found[0].1.contains("allows US,"), "{}", found[0].1);
        assert!(found[1].1.contains("opens DO, JM,"), "{}", found[1].1);
        assert!(found[2].1.contains("like: DO; ") && found[2].1.contains("a lot: CA"), "{}", found[2].1);
    }
}
