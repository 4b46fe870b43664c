//! A network file, and the files of the devices in it: a problem or a file, never a panic.
#![no_main]

use devices::Answer;
use dialplan::{Decision, outgoing};
use libfuzzer_sys::fuzz_target;
use network::{Network, NetworkFile};
use secret::Secret;
use webhook::{Address, Call};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = NetworkFile::parse(text) else { return };
    for stage in ["prod", "dev"] {
        let Ok(network) = file.network(stage) else { continue };
        let (secret, service) = (Secret::new("Tomato-Sandwich-42"), |user: &str, keys: &str| answer(&network, user, keys));
        for phone in network.extensions() {
            assert!(network.extension(phone.name()).is_some(), "{}", phone.name());
            let Ok(files) = devices::render(&network, phone, &secret, &service, devices::Proxy::Edge)
            else {
                continue;
            };
            for file in files {
                assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0']), "{}", file.name);
                let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
                if text.starts_with("<?xml") {
                    check_xml(text);
                }
            }
        }
    }
});

/// What the service decides, as device files ask it.
fn answer(network: &Network, user: &str, keys: &str) -> Answer {
    let domain = &network.stage().sip_domain;
    let address = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
    let call = Call { from: address(user), to: address(keys), ..Call::default() };
    match outgoing(&call, network, &mut ()).decision {
        Decision::Pstn | Decision::Extension | Decision::Asterisk => Answer::Connected,
        Decision::Emergency => Answer::Emergency,
        Decision::AddressTest => Answer::AddressTest,
        _ => Answer::Nobody,
    }
}

fn check_xml(text: &str) {
    let mut reader = quick_xml::reader::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error}: {text}"),
        }
    }
}
