//! What a registrar or a phone may send: it is read or refused, and what was read is written so that it is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::{Challenge, Inbox, Message, Next, address, parameter};

fuzz_target!(|bytes: &[u8]| {
    let mut inbox = Inbox::default();
    inbox.push(bytes);
    while let Ok(Some(next)) = inbox.take() {
        let Next::Message(message) = next else { continue };
        let _ = Challenge::of(&message);
        for contact in message.list("Contact") {
            let (uri, rest) = address(contact);
            assert!(uri.len() + rest.len() <= contact.len());
            let _ = parameter(contact, "expires");
        }
        let written = message.to_bytes();
        let read = Message::parse(&written).expect("what was written is read");
        assert!(read.body == message.body && read.start == message.start);
        assert!(read.to_bytes() == written);
    }
});
