//! The countries that the account may call.

use numbers::Region;
use twilio::CountryPermission;

use crate::account::Account;
use crate::plan::Plan;
use crate::wishes::Wishes;

/// Compares the countries that the account may call with those that the file allows.
pub(super) fn compare(wishes: &Wishes, account: &Account, plan: &mut Plan) {
    let (Some(_), Some(permissions)) = (&wishes.domain, &account.permissions) else { return };
    let is_open = |code: &str| {
        permissions.iter().any(|country| country.iso_code == code && country.low_risk_numbers_enabled)
    };
    let is_any_open = |country: &&CountryPermission| {
        country.low_risk_numbers_enabled
            || country.high_risk_special_numbers_enabled
            || country.high_risk_tollfraud_numbers_enabled
    };
    let open: Vec<_> = permissions
        .iter()
        .filter(is_any_open)
        .map(|country| country.iso_code.as_str())
        .filter(|code| wishes.allow.iter().all(|allowed| allowed.as_str() != *code))
        .collect();
    if !open.is_empty() {
        plan.note(
            "voice geographic permissions",
            format!("open {}, which the file does not allow", network::some_of(&open, 3)),
            "close them in Twilio's console (Voice, Settings, Geo permissions), unless something else in the account \
             calls there: a thief of the account's credentials could call there, too",
        );
    }
    let is_known = |code: &str| permissions.iter().any(|country| country.iso_code == code);
    let closed: Vec<_> =
        wishes.allow.iter().map(Region::as_str).filter(|code| is_known(code) && !is_open(code)).collect();
    if !closed.is_empty() {
        plan.note(
            "voice geographic permissions",
            format!("do not open {}, which the file allows", closed.join(", ")),
            "open them in Twilio's console (Voice, Settings, Geo permissions); until then calls there fail (13227)",
        );
    }
}
