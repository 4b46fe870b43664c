//! The document for people names every kind, and the sources that the code has.

use std::fs;
use std::path::Path;

use network::DeviceKind;

#[test]
fn the_document_names_every_kind_and_its_sources() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/devices.md");
    let text = fs::read_to_string(path).unwrap();
    let sections: Vec<(&str, String)> = text
        .split("\n## ")
        .filter_map(|section| section.split_once('\n'))
        .map(|(heading, text)| (heading, text.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    for kind in DeviceKind::ALL {
        let is_of_kind = |heading: &str| heading.split(", ").any(|name| name == kind.as_str());
        let section = sections.iter().find(|(heading, _)| is_of_kind(heading));
        let (_, section) = section.unwrap_or_else(|| panic!("no section for {}", kind.as_str()));
        assert!(!devices::sources(*kind).is_empty());
        for source in devices::sources(*kind) {
            assert!(section.contains(source), "{}: no {source}", kind.as_str());
        }
    }
}
