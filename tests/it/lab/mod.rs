//! The lab with real phones: they register, dial, ring, talk. What is measured is what others see: the SIP trace of the
//! phone, the sound in its recording, the requests to the service, and its events.

mod asterisk;
mod connecting;
mod desk;
mod dialling;
mod document;
mod elsewhere;
mod failing;
mod hand;
mod help;
mod incoming;
mod names;
mod odd;
mod outside;
mod phone;
mod qr;
mod refusing;
mod secure;
mod unreachable;

use self::desk::Desk;
use self::phone::Phone;

/// A lab; nothing, said aloud, where no phone is installed.
fn lab(options: &[&str]) -> Option<Desk> {
    phone::modules().map(|_| Desk::start(options))
}

/// How much of what was heard is this tone, from 0 to 1, in the 80 ms of which it is the greatest part: a beep is as long.
fn share(frequency: f64, sound: &[i16]) -> f64 {
    let pieces = sound.windows(640).step_by(160).filter(|piece| is_loud(piece));
    pieces.map(|piece| lab::share_of(frequency, piece)).fold(0.0, f64::max)
}

/// Presses keys as a person does, one after the other: baresip loses those that come too fast.
fn press(lab: &mut Desk, phone: &mut Phone, keys: &str) {
    for key in keys.chars() {
        phone.does("sndcode", &key.to_string());
        lab.tells("key", &format!("\"what\":\"{key}\""));
    }
}

/// Whether somebody speaks: the loudest tenth of a second is far from silence.
fn is_loud(sound: &[i16]) -> bool {
    let energy =
        |part: &[i16]| part.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / part.len() as f64;
    sound.chunks(800).map(energy).fold(0.0, f64::max).sqrt() > 500.0
}
