//! What stands before and behind an emergency number.

use super::*;

/// Codes to hide or show the number, an extension behind it, the country's own code before it: still a call for help.
#[test]
fn what_stands_around_an_emergency_number_does_not_hide_it() {
    for (region, text, number) in [
        ("GB", "141999", "999"),
        ("GB", "141 999", "999"),
        ("GB", "141112", "112"),
        ("GB", "1470999#", "999"),
        ("IE", "142112", "112"),
        ("AU", "1831000", "000"),
        ("AU", "1832 000", "000"),
        ("NZ", "0197111", "111"),
        ("FR", "365115", "15"),
        ("FR", "*31*112", "112"),
        ("AT", "*31*144", "144"),
        ("US", "1167911", "911"),
        ("US", "1182 911", "911"),
        ("US", "9*67911", "911"),
        ("US", "*67*82911", "911"),
        ("DE", "9#31#110", "110"),
        ("GB", "+44999", "999"),
        ("GB", "0044112", "112"),
        ("GB", "01144999", "999"),
        ("AU", "001161000", "000"),
        ("FR", "+3315", "15"),
        ("DE", "+49 110", "110"),
        ("PH", "+63117", "117"),
        ("US", "911,5", "911"),
        ("US", "911;ext=5", "911"),
        ("US", "911x12", "911"),
        ("US", "911ext12", "911"),
        ("US", "911,,p3", "911"),
        ("US", "911#5", "911"),
        ("US", "1911,123456", "911"),
        ("GB", "999w1", "999"),
    ] {
        let here = Region::parse(region).unwrap();
        assert_eq!(recognize(text, &[here]), Some(Service::Emergency(number)), "{region} {text}");
    }
    for (region, text) in [
        ("US", "141999"),
        ("US", "141911"),
        ("GB", "142999"),
        ("GB", "1471999"),
        ("IE", "14199999"),
        ("IE", "1419991234"),
        ("NZ", "01971115"),
        ("US", "11679115551234"),
        ("US", "+44999"),
        ("GB", "+449995550123"),
        ("GB", "44999"),
        ("FR", "+33155"),
        ("US", "911,5035550123"),
        ("US", "911truth"),
        ("US", "911x"),
        ("US", "911extra"),
        ("FR", "15,2"),
        ("US", "5035550123,911"),
        ("US", "*67"),
        ("GB", "141"),
        ("GB", "+44"),
    ] {
        assert_eq!(recognize(text, &regions(&[region])), None, "{region} {text}");
    }
    for (region, text, begun) in [("US", "*679", "9"), ("US", "*67 91", "91"), ("GB", "#31#99", "99")] {
        assert_eq!(beginning(text, &regions(&[region])).as_deref(), Some(begun), "{region} {text}");
    }
    assert_eq!(beginning("*67", &regions(&["US"])), None);
}
