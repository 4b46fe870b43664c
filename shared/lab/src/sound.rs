//! Sound as numbers: 8,000 samples of 16 bits a second, G.711, tones, and files of the WAV kind.

use std::f64::consts::TAU;

use crate::sdp::Codec;

/// Samples a second, everywhere in the lab.
pub const RATE: u32 = 8_000;

/// The samples of one packet: 20 ms.
pub const FRAME: usize = 160;

/// Compresses a sample (ITU-T G.711, mu-law).
pub(crate) fn to_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(32_635) + 132;
    let exponent = (24 - magnitude.leading_zeros() as i32).clamp(0, 7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | u8::try_from(exponent << 4 | mantissa).unwrap_or_default())
}

/// Expands a sample (ITU-T G.711, mu-law).
pub(crate) fn from_ulaw(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i16::from(byte & 0x0f) << 3) + 132) << ((byte >> 4) & 7);
    if byte & 0x80 == 0 { magnitude - 132 } else { 132 - magnitude }
}

/// Compresses a sample (ITU-T G.711, A-law).
pub(crate) fn to_alaw(sample: i16) -> u8 {
    let (sign, magnitude) = if sample >= 0 { (0x80, sample >> 3) } else { (0, !sample >> 3) };
    let magnitude = magnitude.min(4095);
    let exponent = (11 - magnitude.leading_zeros() as i16).max(0);
    let mantissa = (magnitude >> exponent.max(1)) & 0x0f;
    (sign | u8::try_from(exponent << 4 | mantissa).unwrap_or_default()) ^ 0x55
}

/// Expands a sample (ITU-T G.711, A-law).
pub(crate) fn from_alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = ((byte >> 4) & 7, i16::from(byte & 0x0f));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 264) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

impl Codec {
    /// The bytes of samples.
    #[must_use]
    pub fn encode(self, samples: &[i16]) -> Vec<u8> {
        let one = if self == Self::Pcmu { to_ulaw } else { to_alaw };
        samples.iter().map(|sample| one(*sample)).collect()
    }

    /// The samples of bytes.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Vec<i16> {
        let one = if self == Self::Pcmu { from_ulaw } else { from_alaw };
        bytes.iter().map(|byte| one(*byte)).collect()
    }
}

/// Sines together, for so many milliseconds.
#[must_use]
pub fn tone(frequencies: &[f64], milliseconds: u32) -> Vec<i16> {
    let count = RATE * milliseconds / 1000;
    let one = |n: u32| {
        let time = f64::from(n) / f64::from(RATE);
        let sum: f64 = frequencies.iter().map(|frequency| (TAU * frequency * time).sin()).sum();
        (sum * 5_000.0) as i16
    };
    (0..count).map(one).collect()
}

/// Nothing, for so many milliseconds.
#[must_use]
pub fn silence(milliseconds: u32) -> Vec<i16> {
    vec![0; (RATE * milliseconds / 1000) as usize]
}

/// North American dial tone (ITU-T E.180 supplement 2).
#[must_use]
pub fn dial_tone(milliseconds: u32) -> Vec<i16> {
    tone(&[350.0, 440.0], milliseconds)
}

/// One round of North American ring-back: two seconds of tone, four of silence (ITU-T E.180 supplement 2).
#[must_use]
pub fn ring_back() -> Vec<i16> {
    [tone(&[440.0, 480.0], 2_000), silence(4_000)].concat()
}

/// Keys as the tones of ITU-T Q.23; a `w` is half a second of silence, as Twilio has it.
#[must_use]
pub fn keys(text: &str) -> Vec<i16> {
    let one = |key: char| {
        let place = "123A456B789C*0#D".find(key);
        match place {
            Some(place) => {
                let low = [697.0, 770.0, 852.0, 941.0].get(place / 4).copied().unwrap_or_default();
                let high = [1209.0, 1336.0, 1477.0, 1633.0].get(place % 4).copied().unwrap_or_default();
                [tone(&[low, high], 120), silence(80)].concat()
            }
            None => silence(500),
        }
    };
    text.chars().flat_map(one).collect()
}

/// A short beep for each word, for where nothing can speak.
#[must_use]
pub fn beeps(text: &str) -> Vec<i16> {
    let one = |_| [tone(&[1000.0], 80), silence(120)].concat();
    text.split_whitespace().flat_map(one).collect()
}

/// Reads a WAV file with samples of 8 or 16 bits, or mu-law or A-law, of any rate; several channels are mixed. Nothing
/// if it is something else.
#[must_use]
pub fn read_wav(bytes: &[u8]) -> Option<Vec<i16>> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut format = None;
    loop {
        let (head, after) = rest.split_first_chunk::<8>()?;
        let [n0, n1, n2, n3, l0, l1, l2, l3] = *head;
        // A program that writes into a pipe does not know the length yet.
        let length = (u32::from_le_bytes([l0, l1, l2, l3]) as usize).min(after.len());
        let body = after.get(..length)?;
        match &[n0, n1, n2, n3] {
            b"fmt " => format = Format::read(body),
            b"data" => return format?.samples(body),
            _ => {}
        }
        rest = after.get(length + length % 2..)?;
    }
}

/// The format in the first chunk of a WAV file.
struct Format {
    kind: u16,
    channels: usize,
    rate: u32,
    bits: u16,
}

impl Format {
    fn read(body: &[u8]) -> Option<Self> {
        let [k0, k1, c0, c1, r0, r1, r2, r3, _, _, _, _, _, _, b0, b1] = *body.first_chunk::<16>()?;
        let channels = usize::from(u16::from_le_bytes([c0, c1]));
        let rate = u32::from_le_bytes([r0, r1, r2, r3]);
        let (kind, bits) = (u16::from_le_bytes([k0, k1]), u16::from_le_bytes([b0, b1]));
        ((1..=8).contains(&channels) && (1_000..=192_000).contains(&rate)).then_some(Self {
            kind,
            channels,
            rate,
            bits,
        })
    }

    fn samples(&self, body: &[u8]) -> Option<Vec<i16>> {
        let all: Vec<i16> = match (self.kind, self.bits) {
            (1, 16) => {
                body.chunks_exact(2).filter_map(|two| Some(i16::from_le_bytes(*two.first_chunk()?))).collect()
            }
            (1, 8) => body.iter().map(|byte| (i16::from(*byte) - 128) << 8).collect(),
            (7, 8) => Codec::Pcmu.decode(body),
            (6, 8) => Codec::Pcma.decode(body),
            _ => return None,
        };
        let mixed: Vec<i16> = all
            .chunks_exact(self.channels)
            .map(|one| {
                let sum: i32 = one.iter().map(|sample| i32::from(*sample)).sum();
                i16::try_from(sum / i32::try_from(self.channels).unwrap_or(1)).unwrap_or_default()
            })
            .collect();
        Some(resample(&mixed, self.rate))
    }
}

/// Brings samples to [`RATE`]: each new sample is the mean of the old ones around it, which is enough for speech.
fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == RATE {
        return samples.to_vec();
    }
    let (from, to) = (u64::from(rate), u64::from(RATE));
    let count = samples.len() as u64 * to / from;
    let one = |n: u64| {
        let (start, end) = ((n * from / to) as usize, ((n + 1) * from / to) as usize);
        let window = samples.get(start..end.max(start + 1)).unwrap_or_default();
        let sum: i64 = window.iter().map(|sample| i64::from(*sample)).sum();
        i16::try_from(sum / (window.len().max(1) as i64)).unwrap_or_default()
    };
    (0..count).map(one).collect()
}

/// How strong a frequency is among samples, from 0 to about 1: Goertzel's filter, beside the power of everything.
#[must_use]
pub fn share_of(frequency: f64, samples: &[i16]) -> f64 {
    let step = TAU * frequency / f64::from(RATE);
    let (mut before, mut last, mut power) = (0.0, 0.0, 0.0);
    for sample in samples {
        let value = f64::from(*sample);
        let next = value + 2.0 * step.cos() * last - before;
        (before, last) = (last, next);
        power += value * value;
    }
    let found = before * before + last * last - 2.0 * step.cos() * before * last;
    if power == 0.0 { 0.0 } else { 2.0 * found / (power * samples.len() as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The decision values of ITU-T G.711, tables 2a and 1a: the ends and the middle of each.
    #[test]
    fn g711_is_that_of_the_tables() {
        for (byte, sample) in [(0x80, 32_124), (0x00, -32_124), (0xff, 0), (0x8f, 16_764), (0xf0, 120)] {
            assert_eq!(from_ulaw(byte), sample, "{byte:x}");
        }
        for (byte, sample) in [(0xaa, 32_256), (0x2a, -32_256), (0xd5, 8), (0x55, -8), (0x80, 5_504)] {
            assert_eq!(from_alaw(byte), sample, "{byte:x}");
        }
        for byte in 0..=u8::MAX {
            assert_eq!(to_alaw(from_alaw(byte)), byte, "{byte:x}");
            // Mu-law has two zeros.
            assert!(to_ulaw(from_ulaw(byte)) == byte || byte == 0x7f, "{byte:x}");
        }
    }

    #[test]
    fn a_tone_is_found_and_another_is_not() {
        let sound = dial_tone(500);
        assert!(share_of(350.0, &sound) > 0.4 && share_of(440.0, &sound) > 0.4);
        assert!(share_of(480.0, &sound) < 0.05);
        let heard = Codec::Pcma.decode(&Codec::Pcma.encode(&sound));
        assert!(share_of(350.0, &heard) > 0.4);
    }

    #[test]
    fn wav_files_are_brought_to_the_rate_of_telephones() {
        let mut wav =
            b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x10\0"
                .to_vec();
        wav.extend(b"LIST\x03\0\0\0abc\0data\xff\xff\xff\xff");
        for n in 0..48_000_u32 {
            let sample = ((TAU * 440.0 * f64::from(n) / 48_000.0).sin() * 8_000.0) as i16;
            wav.extend(sample.to_le_bytes());
            wav.extend(sample.to_le_bytes());
        }
        let sound = read_wav(&wav).unwrap();
        assert_eq!(sound.len(), 8_000);
        assert!(share_of(440.0, &sound) > 0.9);
        for cut in 0..60 {
            let _ = read_wav(&wav[..cut]);
        }
        assert_eq!(read_wav(b"ID3"), None);
    }
}
