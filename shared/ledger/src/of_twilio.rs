//! Facts that only Twilio knows: its lists of calls and alerts.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use network::Network;
use numbers::{E164, Region};
use twilio::{Alert, CallRecord};
use webhook::{Address, CallSid, ErrorCode};

use crate::phone::PhoneName;
use crate::record::Record;
use crate::words::{Destination, Ending, Way, What};

/// A leg of Twilio's list of calls, without the numbers at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The leg.
    pub sid: CallSid,
    /// The call that it was dialled for.
    pub parent: Option<CallSid>,
    /// The phone at one of its ends.
    pub phone: PhoneName,
    /// When it began.
    pub began: Timestamp,
    /// The direction, seen from the phone.
    pub way: Way,
    /// Where it goes, as far as this leg tells.
    pub destination: Destination,
    /// The country of the number at the other end.
    pub country: Option<Region>,
    /// How it ended, in Twilio's own word.
    pub ending: Ending,
    /// For how long it lasted, in seconds.
    pub seconds: Option<u32>,
    /// The price, in millionths of the account's currency.
    pub price_micros: Option<i64>,
}

/// The legs of a list of calls, and the proofs of life that they hold: a phone that answered a leg.
///
/// Legs of other stages and other products of the account are left out.
#[must_use]
pub fn of_calls(calls: &[CallRecord], network: &Network) -> (Vec<Leg>, Vec<Record>) {
    let mut legs = Vec::new();
    let mut records = Vec::new();
    for call in calls {
        let (Some(sid), Ok(began)) =
            (CallSid::parse(&call.sid), DateTimeParser::new().parse_timestamp(&call.start_time))
        else {
            continue;
        };
        let parent = CallSid::parse(&call.parent_call_sid);
        let (from, to) = (Address::parse(&call.from), Address::parse(&call.to));
        let caller = phone_at(&from, network);
        let called = phone_at(&to, network);
        let is_incoming_call = parent.is_none() && caller.is_none() && is_number_of(&to, network);
        if caller.is_none() && called.is_none() && parent.is_none() && !is_incoming_call {
            continue;
        }
        if let Some(phone) = &called
            && matches!(call.status.as_str(), "completed" | "in-progress" | "busy")
        {
            records.push(Record {
                at: began,
                phone: phone.clone(),
                what: What::Answered,
                call: Some(sid.clone()),
                way: Way::Unknown,
                ending: Ending::None,
                seconds: None,
                why: None,
                error: None,
            });
        }
        let is_caller = caller.is_some();
        legs.push(Leg {
            country: country_of(&to).filter(|_| !is_incoming_call),
            phone: caller.or_else(|| called.clone()).unwrap_or_else(PhoneName::unknown),
            way: if is_caller { Way::Outgoing } else { Way::Incoming },
            destination: if is_caller && called.is_some() {
                Destination::Phone
            } else {
                Destination::Unknown
            },
            ending: Ending::of_status(&call.status),
            seconds: call.duration.trim().parse().ok(),
            price_micros: price(&call.price),
            sid,
            parent,
            began,
        });
    }
    (legs, records)
}

/// The errors of a list of alerts that name a phone of this network, or a call.
#[must_use]
pub fn of_alerts(alerts: &[Alert], network: &Network) -> Vec<Record> {
    let records = alerts.iter().filter_map(|alert| {
        let phone = phone_at(&Address::parse(&alert.request_url), network)?;
        Some(Record {
            at: alert.date_created.parse().ok()?,
            phone,
            what: What::TwilioError,
            call: CallSid::parse(&alert.resource_sid),
            way: Way::Unknown,
            ending: Ending::None,
            seconds: None,
            why: None,
            error: Some(ErrorCode::parse(&alert.error_code)?),
        })
    });
    records.collect()
}

/// The phone of the network at an address of this stage's SIP domain.
fn phone_at(address: &Address, network: &Network) -> Option<PhoneName> {
    let Address::Sip(uri) = address else { return None };
    if !uri.is_host(&network.stage().sip_domain) {
        return None;
    }
    Some(PhoneName::of_event(network.extension(uri.user()?)?.endpoint()))
}

fn is_number_of(address: &Address, network: &Network) -> bool {
    let Address::Number(text) = address else { return false };
    E164::parse(text).is_ok_and(|number| network.phones_of(&number).next().is_some())
}

fn country_of(address: &Address) -> Option<Region> {
    let Address::Number(text) = address else { return None };
    numbers::look_up(&E164::parse(text).ok()?).ok().map(|found| found.region)
}

/// `-0.0085`, as Twilio writes what it charges, in millionths and without the sign.
fn price(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('-');
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain(std::iter::repeat('0')).take(6).collect();
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_to_the_millionth() {
        assert_eq!(price("-0.0085"), Some(8_500));
        assert_eq!(price("-1"), Some(1_000_000));
        assert_eq!(price("0.00000049"), Some(0));
        for none in ["", "null", "-", "free", "1.2.3", "--1x"] {
            assert_eq!(price(none), None, "{none}");
        }
    }
}
