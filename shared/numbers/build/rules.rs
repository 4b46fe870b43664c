//! How patterns decide what a number is: the order of `phonenumber` 0.3.10 (`source_for` and `number_type` in its
//! `validator.rs`), written once for the table, which is made when the workspace is built, and for the tests, which
//! ask the regular expressions themselves.

use phonenumber::Metadata;
use phonenumber::metadata::{Descriptor, Descriptors};

use crate::kind::Kind;

/// The region and kind of a national number, if it can exist.
///
/// `leads` says whether the region's leading digits are the number's, if it has any; `is_match` whether a
/// descriptor's length and pattern fit.
pub(crate) fn classify<'m>(
    regions: &[&'m Metadata],
    leads: impl Fn(&Metadata) -> Option<bool>,
    is_match: impl Fn(&Descriptor) -> bool,
) -> Option<(&'m Metadata, Kind)> {
    if let [only] = regions {
        return kind(only.descriptors(), &is_match).map(|kind| (*only, kind));
    }
    for region in regions {
        match leads(region) {
            // The digits belong to this region, and to no other even if they do not exist there.
            Some(true) => return kind(region.descriptors(), &is_match).map(|kind| (*region, kind)),
            Some(false) => {}
            None => {
                if let Some(kind) = kind(region.descriptors(), &is_match) {
                    return Some((*region, kind));
                }
            }
        }
    }
    None
}

fn kind(all: &Descriptors, is_match: &impl Fn(&Descriptor) -> bool) -> Option<Kind> {
    if !is_match(all.general()) {
        return None;
    }
    let matches = |descriptor: Option<&Descriptor>| descriptor.is_some_and(is_match);
    if let Some((_, kind)) = services(all).into_iter().find(|(descriptor, _)| matches(*descriptor)) {
        return Some(kind);
    }
    let pattern = |descriptor: &Descriptor| descriptor.national_number().as_str().to_owned();
    let same = all.fixed_line().map(pattern) == all.mobile().map(pattern);
    match (matches(all.fixed_line()), same || matches(all.mobile())) {
        (true, true) => Some(Kind::FixedLineOrMobile),
        (true, false) => Some(Kind::FixedLine),
        (false, _) => matches(all.mobile()).then_some(Kind::Mobile),
    }
}

/// The kinds that are tried before lines and mobile phones, in this order.
pub(crate) fn services(all: &Descriptors) -> [(Option<&Descriptor>, Kind); 8] {
    [
        (all.premium_rate(), Kind::PremiumRate),
        (all.toll_free(), Kind::TollFree),
        (all.shared_cost(), Kind::SharedCost),
        (all.voip(), Kind::Voip),
        (all.personal_number(), Kind::PersonalNumber),
        (all.pager(), Kind::Pager),
        (all.uan(), Kind::Uan),
        (all.voicemail(), Kind::Voicemail),
    ]
}
