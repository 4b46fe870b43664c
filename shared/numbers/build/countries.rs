//! Country calling codes (ITU-T E.164) and their regions (ISO 3166).

use std::fmt::Write as _;

use phonenumber::metadata::DATABASE;

/// The text of `countries.rs`.
pub(crate) fn generate() -> String {
    let mut text = String::from(
        "/// Country calling codes in order, with their regions, the main one first; `001` is no country.\n\
         pub(crate) static CALLING_CODES: &[(u16, &[&str])] = &[\n",
    );
    let mut regions = Vec::new();
    for code in 1..=999_u16 {
        let Some(ids) = DATABASE.region(&code) else { continue };
        let _ = writeln!(text, "    ({code}, &{ids:?}),");
        for id in ids.into_iter().filter(|id| id.len() == 2) {
            let meta = DATABASE.by_id(id).expect("every region has metadata");
            regions.push((id, code, meta.national_prefix().unwrap_or_default()));
        }
    }
    regions.sort_unstable();
    text.push_str(
        "];\n\n/// Regions in order, with their calling code and the prefix of calls inside the country, if any.\n\
         pub(crate) static REGIONS: &[(Region, u16, &str)] = &[\n",
    );
    for (id, code, trunk) in regions {
        let _ = writeln!(text, "    (Region::new(*b\"{id}\"), {code}, {trunk:?}),");
    }
    text.push_str("];\n");
    text
}
