//! A network file, and the files of the devices in it: a problem or a file, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use network::NetworkFile;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = NetworkFile::parse(text) else { return };
    for stage in ["prod", "dev"] {
        let Ok(network) = file.network(stage) else { continue };
        for phone in network.extensions() {
            assert!(network.extension(phone.name()).is_some(), "{}", phone.name());
            let Ok(files) = devices::render(&network, phone, devices::Password::new("Tomato-Sandwich-42"))
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
