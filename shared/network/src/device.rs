//! `device = { … }`: what a phone is made of, for the files that set it up.

use std::collections::HashMap;
use std::fmt;

use crate::parse;
use crate::reader::{At, Path, Reader, Section, Wrong, wrong};

/// A phone as hardware or program, as far as its own configuration goes. Calls do not depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The make, which decides the form of the file.
    pub kind: DeviceKind,
    /// The hardware address, by which telephones ask for their file. Every kind of hardware has one.
    pub mac: Option<Mac>,
    /// The effect of lifting the handset.
    pub mode: DeviceMode,
    /// The Twilio edge it registers through, if not the network's.
    pub edge: Option<String>,
}

/// Declares the kinds of devices: a line for each, with its name in the file and what it is.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident, $name:literal, $is_hardware:literal;)+) => {
        /// The devices whose files Dialtone can write.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DeviceKind {
            $($(#[$doc])+ $kind,)+
        }

        impl DeviceKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The kind as the file writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// Whether it is a telephone or an adapter, which asks for its file by its MAC address, and not a program.
            #[must_use]
            pub fn is_hardware(self) -> bool {
                match self {
                    $(Self::$kind => $is_hardware,)+
                }
            }
        }
    };
}

// Kind, name in the file, whether it is hardware. All else about a kind is its profile in `shared/devices`.
kinds! {
    /// Grandstream HandyTone 701, one line, no TLS 1.2.
    GrandstreamHt701, "grandstream-ht701", true;
    /// Grandstream HandyTone 801, one line.
    GrandstreamHt801, "grandstream-ht801", true;
    /// Grandstream HandyTone 802, two ports; Dialtone uses the first.
    GrandstreamHt802, "grandstream-ht802", true;
    /// Grandstream HandyTone 812, two ports; Dialtone uses the first.
    GrandstreamHt812, "grandstream-ht812", true;
    /// Grandstream HandyTone 814, four ports; Dialtone uses the first.
    GrandstreamHt814, "grandstream-ht814", true;
    /// Linksys PAP2, UDP only.
    LinksysPap2, "linksys-pap2", true;
    /// Linksys SPA-2102.
    LinksysSpa2102, "linksys-spa2102", true;
    /// Cisco SPA112.
    CiscoSpa112, "cisco-spa112", true;
    /// Cisco SPA122.
    CiscoSpa122, "cisco-spa122", true;
    /// Cisco SPA50x: desk telephones such as the SPA504G.
    CiscoSpa50x, "cisco-spa50x", true;
    /// Polycom SoundPoint IP, such as the 501.
    PolycomSoundpointIp, "polycom-soundpoint-ip", true;
    /// Snom desk telephones with XML settings: the D series and the 3xx, 7xx and 8xx.
    Snom, "snom", true;
    /// Yealink desk telephones of the T series.
    YealinkT, "yealink-t", true;
    /// Linphone, on a computer or a smartphone.
    Linphone, "linphone", false;
    /// Zoiper 5, on a computer or a smartphone.
    Zoiper, "zoiper", false;
    /// baresip, a SIP client for the command line.
    Baresip, "baresip", false;
}

/// The effect of lifting the handset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceMode {
    /// Dial tone; the phone dials what is keyed.
    #[default]
    Dialtone,
    /// `#` is dialled at once, which leads to the menu.
    Menu,
}

/// A hardware address (IEEE 802, EUI-48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Reads twelve hexadecimal digits, with or without colons, hyphens or dots between them. An address that all
    /// devices share (zeros, broadcast) or that belongs to a group of them is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !matches!(c, ':' | '-' | '.'))
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let mut bytes = [0; 6];
        if digits.len() != 12 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |value, digit| value << 4 | digit);
        }
        let is_one_device = bytes != [0; 6] && bytes.first().is_some_and(|first| first & 1 == 0);
        is_one_device.then_some(Self(bytes))
    }

    /// Twelve lower-case digits, as file names have them.
    #[must_use]
    pub fn hex(&self) -> String {
        webhook::lower_hex(&self.0)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// The devices that were read so far: two of them with one address would load each other's file.
#[derive(Default)]
pub(crate) struct TakenMacs<'a>(HashMap<Mac, Path<'a>>);

/// The settings that the devices of a group share: everything but the address that is printed on each.
#[derive(Default)]
pub(crate) struct Likeness {
    kind: Option<DeviceKind>,
    mode: Option<DeviceMode>,
    edge: Option<String>,
}

/// Reads `device` of a group.
pub(crate) fn read_likeness(reader: &mut Reader<'_>, group: &mut Section<'_>) -> Likeness {
    let Some(mut section) = group.section(reader, "device") else { return Likeness::default() };
    let likeness = Likeness {
        kind: section.text(reader, "kind", kind_of).map(|at| at.value),
        mode: section.text(reader, "mode", mode_of).map(|at| at.value),
        edge: section.text(reader, "edge", parse::edge).map(|at| at.value),
    };
    section.refuse_unknown(reader);
    likeness
}

fn kind_of(text: &str) -> Result<DeviceKind, Wrong> {
    DeviceKind::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let kinds: Vec<_> = DeviceKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let kinds = kinds.join(", ");
        wrong(
            format!("{} is not a device that Dialtone knows", parse::shown(text)),
            format!("write one of {kinds}"),
        )
    })
}

fn mode_of(text: &str) -> Result<DeviceMode, Wrong> {
    match text {
        "dialtone" => Ok(DeviceMode::Dialtone),
        "menu" => Ok(DeviceMode::Menu),
        _ => Err(wrong(format!("{} is not a mode", parse::shown(text)), "write \"dialtone\" or \"menu\"")),
    }
}

/// Reads `device` of a phone, which has the rest from its group, if it is in one.
pub(crate) fn read_device<'a>(
    reader: &mut Reader<'_>,
    phone: &mut Section<'a>,
    group: Option<&Likeness>,
    taken: &mut TakenMacs<'a>,
) -> Option<Device> {
    let mut section = phone.section(reader, "device")?;
    let kind = match group.and_then(|group| group.kind) {
        Some(shared) => {
            section.text(reader, "kind", kind_of).or(Some(At { value: shared, offset: section.offset() }))
        }
        None => section.required(reader, "kind", "grandstream-ht801", kind_of),
    };
    let mac = section.text(reader, "mac", |text| {
        Mac::parse(text).ok_or_else(|| {
            wrong(
                "is not the MAC address of a device",
                "write twelve hexadecimal digits, such as 00:0b:82:12:34:56",
            )
        })
    });
    let mode = section.text(reader, "mode", mode_of);
    let edge = section.text(reader, "edge", parse::edge);
    section.refuse_unknown(reader);
    let kind = kind?.value;
    if kind.is_hardware() && section.value("mac").is_none() {
        reader.report_missing(
            section.offset(),
            section.path("mac"),
            "add the address that is printed on the device, such as mac = \"00:0b:82:12:34:56\"",
        );
    }
    if let Some(At { value, offset }) = mac
        && let Some(twin) = taken.0.insert(value, phone.path("device"))
    {
        reader.report(
            offset,
            section.path("mac"),
            wrong(format!("is the address of {twin} too"), "check both"),
        );
    }
    Some(Device {
        kind,
        mac: mac.map(|at| at.value),
        mode: mode.map(|at| at.value).or(group.and_then(|group| group.mode)).unwrap_or_default(),
        edge: edge.map(|at| at.value).or_else(|| group?.edge.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_addresses() {
        for text in ["00:0B:82:12:34:56", "000b82123456", "00-0b-82-12-34-56", "000b.8212.3456"] {
            let mac = Mac::parse(text).unwrap();
            assert_eq!((mac.hex().as_str(), mac.to_string().as_str()), ("000b82123456", "00:0b:82:12:34:56"));
        }
        for text in [
            "",
            "00:0b:82:12:34",
            "00:0b:82:12:34:5g",
            "000b821234567",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
        ] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }
}
