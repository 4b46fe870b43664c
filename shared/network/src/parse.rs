//! Values of the file: text in, type or remedy out.

use numbers::{E164, Nanp, Prefix, Region};
use webhook::PublicUrl;

use crate::AreaCode;
use crate::Language;
use crate::UNKNOWN;
use crate::reader::{Wrong, wrong};
use crate::sip_uri::LONGEST_DOMAIN;

const E164_REMEDY: &str = "write + and the country code and the number, such as +15035550110";

/// A telephone number in E.164 form. One that begins with +1 has ten more digits, and an area code and an exchange that
/// can exist (NANPA: NPA and NXX).
pub(crate) fn number(text: &str) -> Result<E164, Wrong> {
    match E164::parse(text) {
        Ok(_) if text.starts_with("+1") && text.len() != 12 => {
            Err(wrong("is not an E.164 number: +1 is followed by ten digits", E164_REMEDY))
        }
        Ok(number) if number.nanp().is_some_and(|nanp| !is_possible(nanp)) => {
            Err(wrong("is a number that cannot exist", "check its area code and exchange"))
        }
        // https://www.twilio.com/docs/voice/twiml/dial: what Twilio takes for a caller id has seven digits at least.
        Ok(number) if number.digits().len() < 7 => {
            Err(wrong("is too short for a telephone number", E164_REMEDY))
        }
        Ok(number) => Ok(number),
        Err(_) => Err(wrong("is not an E.164 number", E164_REMEDY)),
    }
}

/// Whether a phone can have such a number: one of a place, or a toll-free one.
fn is_possible(number: Nanp) -> bool {
    number.is_toll_free() || number.has_exchange() && numbers::is_area_code(number.npa)
}

/// A number for a code to dial. One in North America must be able to exist; others are not judged.
pub(crate) fn dialable(text: &str) -> Result<E164, Wrong> {
    let number = number(text)?;
    if number.nanp().is_some() && numbers::look_up(&number).is_err() {
        return Err(wrong("is a number that cannot exist", "check its area code and exchange"));
    }
    Ok(number)
}

/// A number or the beginning of one.
pub(crate) fn prefix(text: &str) -> Result<Prefix, Wrong> {
    Prefix::parse(text).map_err(|_| {
        wrong("is not an E.164 number or the beginning of one", "write + and digits, such as +1503555")
    })
}

/// A region by its ISO 3166 code.
pub(crate) fn region(text: &str) -> Result<Region, Wrong> {
    Region::parse(text).filter(Region::is_known).ok_or_else(|| {
        let remedy = match text.to_ascii_uppercase().as_str() {
            "UK" => "the United Kingdom is \"GB\"",
            _ => "write two letters of ISO 3166, such as \"US\", \"CA\" or \"MX\"",
        };
        wrong(format!("{} is not a region with telephone numbers", shown(text)), remedy)
    })
}

/// A North American area code (NPA) of a place: toll-free, premium and personal codes complete no local number.
pub(crate) fn area_code(text: &str) -> Result<AreaCode, Wrong> {
    let digits =
        <[u8; 3]>::try_from(text.as_bytes()).ok().filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let Some(digits) = digits else {
        return Err(wrong("is not an area code", "write three digits, such as \"503\""));
    };
    if !text.parse().is_ok_and(numbers::is_area_code) {
        return Err(wrong(
            "is not an area code of a place",
            "write one of where the phones are, such as \"503\"",
        ));
    }
    Ok(AreaCode(digits))
}

/// A length of time in seconds, within bounds.
pub(crate) fn seconds(least: u32, most: u32) -> impl FnOnce(&str) -> Result<u32, Wrong> {
    move |text| {
        let unit = text.chars().last().and_then(|unit| match unit {
            's' => Some(1),
            'm' => Some(60),
            'h' => Some(3600),
            _ => None,
        });
        let count = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
        match unit.zip(count).and_then(|(unit, count)| count.checked_mul(unit)) {
            Some(seconds) if (least..=most).contains(&seconds) => Ok(seconds),
            Some(_) => {
                Err(wrong("is out of bounds", format!("Twilio takes {} to {}", spoken(least), spoken(most))))
            }
            None => Err(wrong(
                format!("{} is not a length of time", shown(text)),
                "write a number and s, m or h, such as \"30s\"",
            )),
        }
    }
}

/// Seconds as the file writes them.
fn spoken(seconds: u32) -> String {
    match seconds {
        hours if hours % 3600 == 0 => format!("{}h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

pub(crate) fn language(text: &str) -> Result<Language, Wrong> {
    Language::parse(text).ok_or_else(|| {
        wrong(format!("{} is not a language that Dialtone speaks", shown(text)), "write \"en\" or \"es\"")
    })
}

/// A DNS name or an address, with an optional port.
pub(crate) fn host(text: &str) -> Result<String, Wrong> {
    let remedy = "write a host name, such as pbx.example.org";
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let name_fits = !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if name_fits && port_fits {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(wrong("is not a host name", remedy))
    }
}

/// A stage's SIP domain: the global one, since a localized one cannot be dialled (32220, 32221).
pub(crate) fn sip_domain(text: &str) -> Result<String, Wrong> {
    let domain = host(text)?;
    if domain.contains(':') {
        return Err(wrong("has a port", "write the domain alone, such as NAME.sip.twilio.com"));
    }
    if domain.len() > LONGEST_DOMAIN {
        return Err(wrong("is too long for a SIP URI, in which Twilio takes 254 characters", "shorten it"));
    }
    let localized = domain.ends_with(".twilio.com") && domain.split('.').count() != 4;
    if localized {
        return Err(wrong("is a localized SIP domain", "write the global one, NAME.sip.twilio.com"));
    }
    Ok(domain)
}

/// The origin that Twilio calls.
pub(crate) fn public_url(text: &str) -> Result<PublicUrl, Wrong> {
    let remedy = "write scheme and host alone, such as https://prod.dialtone.example.org";
    PublicUrl::parse(text).map_err(|error| wrong(error.to_string(), remedy))
}

/// A URL that Twilio asks when another has failed.
pub(crate) fn fallback_url(text: &str) -> Result<String, Wrong> {
    PublicUrl::of(text).map(|_| text.to_owned()).ok_or_else(|| {
        wrong("is not a URL that Twilio can ask", "write the stack's output FallbackUrl, https and all")
    })
}

/// A Twilio edge: where in the world a phone's packets enter Twilio (<https://www.twilio.com/docs/global-infrastructure/edge-locations>).
pub(crate) fn edge(text: &str) -> Result<String, Wrong> {
    const EDGES: [&str; 8] =
        ["ashburn", "umatilla", "dublin", "frankfurt", "singapore", "tokyo", "sao-paulo", "sydney"];
    if EDGES.contains(&text.strip_suffix("-ix").unwrap_or(text)) {
        Ok(text.to_owned())
    } else {
        Err(wrong(
            format!("{} is not an edge of Twilio", shown(text)),
            format!("write one of {}", EDGES.join(", ")),
        ))
    }
}

/// Parses the name of an address: a word, because it becomes part of a name in Twilio.
pub(crate) fn address_name(text: &str) -> Result<(), Wrong> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !text.is_empty() && text.bytes().all(fits) {
        Ok(())
    } else {
        Err(wrong(
            "is not a name for an address",
            "use letters, digits, hyphens and underscores, such as shop",
        ))
    }
}

/// Where a sound is to be fetched from.
pub(crate) fn sound_url(text: &str) -> Result<String, Wrong> {
    if text.starts_with("https://") || text.starts_with("http://") {
        Ok(text.to_owned())
    } else {
        Err(wrong("is not a URL", "write where the sound is, such as https://example.org/dialtone.wav"))
    }
}

/// Any text but a blank one.
pub(crate) fn filled(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() { Err(wrong("is blank", "write something")) } else { Ok(text.to_owned()) }
}

/// A word of metrics: what consumers see as `hostname`, `Channel` and `endpoint`.
pub(crate) fn metrics_word(text: &str) -> Result<String, Wrong> {
    let text = filled(text)?;
    if numbers::has_number(&text) {
        return Err(wrong("looks like a telephone number", "metrics must not carry one; write a word"));
    }
    if text.contains("followme-operator") {
        return Err(wrong(
            "contains followme-operator",
            "the consumers of the metrics drop such names; choose another",
        ));
    }
    Ok(text)
}

/// Parses a phone's name in metrics.
pub(crate) fn label(text: &str) -> Result<String, Wrong> {
    if text.eq_ignore_ascii_case(UNKNOWN) {
        return Err(wrong("is the word that metrics use for a phone that is not known", "choose another"));
    }
    metrics_word(text)
}

/// A SIP user name: a word, or an E.164 number. It has the characters that RFC 3261 (section 25.1, `user`) takes without
/// escapes, but for `;` and `?`, which begin something else in an address, and the comma, which ends a user in Linphone's
/// file (`shared/devices`, tried): such a phone never registered.
pub(crate) fn user_name(text: &str) -> Result<(), Wrong> {
    if text.is_empty() {
        return Err(wrong("is empty", "name the phone"));
    }
    if text.len() > 32 {
        return Err(wrong("is longer than 32 characters", "Twilio takes no longer user name; shorten it"));
    }
    if text.starts_with('+') {
        return number(text).map(|_| ());
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$/".contains(&b);
    if !text.bytes().all(fits) {
        return Err(wrong("has a character that no SIP user name has", "use letters, digits, - _ and ."));
    }
    if numbers::has_number(text) {
        return Err(wrong("looks like a telephone number", "write it as E.164, in quotes, with its +"));
    }
    label(text).map(|_| ())
}

/// The keys that a code is made of.
pub(crate) fn code(text: &str) -> Result<(), Wrong> {
    if text.is_empty()
        || text.len() > 6
        || !text.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'#')
    {
        return Err(wrong("is not a code", "write one to six keys of 0-9, * and #"));
    }
    Ok(())
}

/// The context of the Asterisk server that a code leads to: the user part of a SIP URI.
pub(crate) fn context(text: &str) -> Result<String, Wrong> {
    if !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(wrong("is not the name of a context", "write one word, such as \"operator\""))
    }
}

/// The parameters of a SIP URI.
pub(crate) fn uri_params(text: &str) -> Result<String, Wrong> {
    let fits = text.is_empty()
        || text.starts_with(';') && text.bytes().all(|b| b.is_ascii_graphic() && !b"?<>\"".contains(&b));
    if fits && text.len() <= 100 {
        Ok(text.to_owned())
    } else {
        Err(wrong("are not parameters of a SIP URI", "begin with a semicolon, such as ;transport=tls"))
    }
}

/// A value as a problem may show it: in quotes, unless it could be a telephone number.
pub(crate) fn shown(text: &str) -> String {
    if numbers::has_number(text) { "that".to_owned() } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests;
