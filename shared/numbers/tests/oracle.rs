//! The crate `phonenumber`, from whose metadata the table is made, is the oracle for it: for North America its own
//! parser and validator, for the world its regular expressions, asked in the validator's order.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests"
)]

use numbers::{E164, Found, Kind, LookupError, Region};
use phonenumber::Type;
use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use proptest::prelude::*;

/// The rules by which the build script makes the table.
#[path = "../build/rules.rs"]
mod rules;

/// The module that `rules` expects in its crate.
mod kind {
    pub(crate) use numbers::Kind;
}

/// Region and kind by the crate's own parser and validator, for a number that it reads as it is written.
fn oracle(text: &str) -> Option<Found> {
    let number = phonenumber::parse(None, text).ok().filter(phonenumber::PhoneNumber::is_valid)?;
    let region = Region::parse(number.country().id()?.as_ref())?;
    let kind = match number.number_type(&DATABASE) {
        Type::FixedLine => Kind::FixedLine,
        Type::Mobile => Kind::Mobile,
        Type::FixedLineOrMobile => Kind::FixedLineOrMobile,
        Type::TollFree => Kind::TollFree,
        Type::PremiumRate => Kind::PremiumRate,
        Type::SharedCost => Kind::SharedCost,
        Type::PersonalNumber => Kind::PersonalNumber,
        Type::Voip => Kind::Voip,
        Type::Pager => Kind::Pager,
        Type::Uan => Kind::Uan,
        Type::Voicemail => Kind::Voicemail,
        other => panic!("a valid number of type {other:?}"),
    };
    Some(Found { region, kind })
}

/// Area codes that are newer than the crate's metadata. PyPI `phonenumbers` knows them, which `tests/it/north_america.rs` asks.
fn or_opened_since(national: &str, expected: Option<Found>) -> Option<Found> {
    let region = match national.get(..3)? {
        "273" => "CA",
        "274" | "472" | "983" => "US",
        _ => return expected,
    };
    let exists = national.len() == 10 && national.as_bytes()[3] >= b'2';
    let opened = Found { region: Region::parse(region)?, kind: Kind::FixedLineOrMobile };
    expected.or_else(|| exists.then_some(opened))
}

fn agree(npa: u32, rest: u32) {
    let text = format!("+1{npa:03}{rest:07}");
    let number = E164::parse(&text).unwrap();
    let found = numbers::look_up(&number).ok();
    assert_eq!(found, or_opened_since(&text[2..], oracle(&text)), "{text}");
    assert_eq!(found, numbers::classify(&text[2..]), "{text}");
}

/// A generator of Knuth's (MMIX): the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).unwrap()
    }

    fn of(&mut self, choices: &[u32]) -> u32 {
        choices[self.below(choices.len().try_into().unwrap()) as usize]
    }
}

/// Area codes whose exchanges, or even lines, matter: small islands, toll-free, premium and personal codes, Canada's
/// special ones, and Jamaica.
const INTRICATE: [u32; 48] = [
    242, 246, 264, 268, 284, 340, 345, 441, 473, 649, 658, 664, 670, 671, 684, 721, 758, 767, 784, 787, 809,
    829, 849, 868, 869, 876, 939, 800, 833, 844, 855, 866, 877, 888, 900, 500, 521, 523, 524, 533, 566, 588,
    600, 622, 633, 310, 274, 472,
];

#[test]
fn a_hundred_thousand_numbers_at_random() {
    let mut random = Random(2026);
    for round in 0..100_000 {
        let npa = match round % 4 {
            0 => random.below(1000),
            1 => 200 + random.below(800),
            _ => random.of(&INTRICATE),
        };
        let rest = match round % 8 {
            // What Jamaica, the shared codes and the pay-per-call exchange look at.
            2 => 6_060_000 + random.below(10_000),
            3 => 9_760_000 + random.below(10_000),
            6 => 5_550_000 + random.below(10_000),
            _ => random.below(10_000_000),
        };
        agree(npa, rest);
    }
}

/// The patterns look at six digits in most area codes, so this asks nearly all there is to ask.
#[test]
fn every_area_code_with_exchanges_of_each_kind() {
    for npa in 200..1000 {
        for exchange in (0..1000).step_by(10) {
            agree(npa, exchange * 10_000 + (npa * 7919 + exchange) % 10_000);
        }
    }
}

#[test]
fn intricate_area_codes_with_every_exchange() {
    for npa in INTRICATE {
        for exchange in 0..1000 {
            agree(npa, exchange * 10_000 + 1234);
        }
    }
}

#[test]
fn jamaica_has_an_exchange_shared_by_two_kinds_of_lines() {
    (6_060_000..6_070_000).step_by(7).for_each(|rest| agree(876, rest));
}

/// Examples come from the metadata itself. Those that the parser keeps as they are must be found as it finds them.
#[test]
fn example_numbers_of_every_country() {
    let (mut examples, mut altered) = (0, 0);
    for region in DATABASE.iter().filter(|region| region.id().len() == 2) {
        let all = region.descriptors();
        let kinds =
            [all.fixed_line(), all.mobile(), all.toll_free(), all.premium_rate(), all.voip(), all.uan()];
        for national in kinds.into_iter().flatten().filter_map(phonenumber::metadata::Descriptor::example) {
            // Seven digits (310-1234 in Canada) are dialled without the country code only.
            if region.country_code() == 1 && national.len() != 10 {
                continue;
            }
            let text = format!("+{}{national}", region.country_code());
            let number = E164::parse(&text).unwrap();
            let found = numbers::look_up(&number).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(numbers::calling_code_of(found.region), Some(region.country_code()), "{text}");
            examples += 1;
            let kept = phonenumber::parse(None, &text).is_ok_and(|parsed| parsed.to_string() == text);
            if !kept {
                altered += 1;
            } else if !national.starts_with('0') {
                assert_eq!(Some(found), oracle(&text), "{text}");
            }
        }
    }
    println!("{examples} examples, of which the parser changes {altered}");
    assert!(examples > 700, "{examples}");
}

/// Region and kind by the regular expressions of the metadata, of the digits after a calling code.
fn by_patterns(regions: &[&Metadata], national: &str) -> Option<Found> {
    let leads = |region: &Metadata| {
        let pattern = region.leading_digits()?;
        Some(pattern.find(national).is_some_and(|found| found.start() == 0))
    };
    let is_match = |descriptor: &Descriptor| descriptor.is_match(national);
    let (region, kind) = rules::classify(regions, leads, is_match)?;
    Some(Found { region: Region::parse(region.id())?, kind })
}

/// Numbers near those that exist: examples, with digits changed, added and taken away, and plain random ones.
fn nearby(examples: &[&str], random: &mut Random, round: u32) -> String {
    let Some(count) = u32::try_from(examples.len()).ok().filter(|count| *count > 0 && round % 4 != 3) else {
        return (0..1 + random.below(12)).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
    };
    let mut digits = examples[random.below(count) as usize].as_bytes().to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(digits.len() as u32) as usize;
        digits[at] = b'0' + random.below(10) as u8;
    }
    match random.below(8) {
        0 => digits.push(b'0' + random.below(10) as u8),
        1 => digits.truncate(digits.len() - 1),
        2 => digits.insert(0, b'0' + random.below(10) as u8),
        _ => {}
    }
    String::from_utf8(digits).unwrap()
}

#[test]
fn numbers_of_every_country_are_what_the_patterns_say() {
    let mut random = Random(2026);
    let (mut asked, mut existing) = (0, 0);
    for code in 1..=999_u16 {
        let regions = DATABASE.by_code(&code).unwrap_or_default();
        if regions.is_empty() || regions[0].id() == "001" {
            continue;
        }
        let examples: Vec<_> = regions.iter().flat_map(|region| examples(region)).collect();
        // A country has some twenty patterns, and those of a few are long, so what is asked most is what is intricate.
        for round in 0..100 * u32::try_from(examples.len()).unwrap().max(4) {
            let national = nearby(&examples, &mut random, round);
            let Ok(number) = E164::parse(&format!("+{code}{national}")) else { continue };
            let expected = by_patterns(&regions, &national);
            let expected = if code == 1 { or_opened_since(&national, expected) } else { expected };
            assert_eq!(numbers::look_up(&number).ok(), expected, "+{code} {national}");
            asked += 1;
            existing += u32::from(expected.is_some());
        }
    }
    println!("{asked} numbers, of which {existing} can exist");
    assert!(asked > 100_000 && existing > asked / 5 && existing < asked * 4 / 5, "{asked} {existing}");
}

/// Every number that the metadata gives as an example of a region.
fn examples(region: &Metadata) -> impl Iterator<Item = &str> {
    let all = region.descriptors();
    let lines = [all.fixed_line(), all.mobile()];
    let services = rules::services(all).map(|(descriptor, _)| descriptor);
    lines.into_iter().chain(services).flatten().filter_map(Descriptor::example)
}

#[test]
fn area_codes_are_where_the_facts_say() {
    const US: &str = "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 \
        231 234 235 239 240 248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 303 304 305 307 \
        308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 341 346 \
        347 350 351 352 353 360 361 363 364 369 380 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 \
        423 424 425 430 432 434 435 440 442 443 445 447 448 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 \
        505 507 508 509 510 512 513 515 516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 564 567 570 571 \
        572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 628 \
        629 630 631 636 640 641 645 646 650 651 656 657 659 660 661 662 667 669 678 680 681 682 686 689 701 702 703 704 \
        706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 734 737 738 740 743 747 748 754 \
        757 760 762 763 765 769 770 771 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 \
        816 817 818 820 821 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859 860 862 863 864 \
        865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934 936 \
        937 938 940 941 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989";
    // Without 273, which came after the metadata of `phonenumber` 0.3.10 (9.0.33).
    const CANADA: &str = "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 \
        450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 \
        873 879 902 905 942";
    const OTHERS: &str = "AI264 AG268 BS242 BB246 BM441 VG284 KY345 DM767 DO809 DO829 DO849 JM876 JM658 MS664 KN869 \
        LC758 VC784 SX721 TT868 TC649 GD473 AS684 GU671 MP670 PR787 PR939 VI340";
    let us: Vec<_> = US.split_whitespace().map(|npa| ("US", npa)).collect();
    let canada: Vec<_> = CANADA.split_whitespace().map(|npa| ("CA", npa)).collect();
    assert_eq!((us.len(), canada.len()), (359, 55));
    let others = OTHERS.split_whitespace().map(|entry| entry.split_at(2));
    for (region, npa) in us.into_iter().chain(canada).chain(others) {
        // Small countries use a few exchanges only, so ask for all: some exist, and those are in the country.
        let geographic =
            (200..1000).filter_map(|exchange| numbers::classify(&format!("{npa}{exchange}1234")));
        let regions: Vec<_> = geographic.map(|found| found.region).collect();
        assert!(!regions.is_empty(), "{npa}");
        assert!(regions.iter().all(|found| found.as_str() == region), "{npa}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_gets_an_answer(text in "\\+[1-9][0-9]{1,14}") {
        let number = E164::parse(&text).unwrap();
        let code = numbers::calling_code(number.digits());
        match numbers::look_up(&number) {
            Ok(found) => prop_assert_eq!(numbers::calling_code_of(found.region), code.map(|(code, _)| code)),
            Err(LookupError::NoSuchCountry) => prop_assert!(code.is_none_or(|(_, regions)| regions == ["001"])),
            Err(LookupError::Invalid) => prop_assert!(code.is_some()),
        }
    }

    #[test]
    fn what_is_dialled_at_home_keeps_its_digits(home in "US|GB|DE|FR|IT|MX|RU|HU|JP", digits in "[0-9]{1,14}") {
        let region = Region::parse(&home).unwrap();
        let code = numbers::calling_code_of(region).unwrap().to_string();
        // The national prefix as Google writes it down: 0, 8 in Russia, 06 in Hungary, 1 here.
        let trunk = DATABASE.by_id(&home).unwrap().national_prefix().unwrap_or_default();
        let without_trunk = digits.strip_prefix(trunk).filter(|_| !trunk.is_empty());
        let exists = |national: &str| {
            E164::parse(&format!("+{code}{national}")).is_ok_and(|number| numbers::look_up(&number).is_ok())
        };
        let expected = without_trunk.into_iter().chain([digits.as_str()]).find(|national| exists(national));
        let found = numbers::national(region, &digits);
        prop_assert_eq!(found.map(|number| number.digits().to_owned()), expected.map(|it| format!("{code}{it}")));
    }

    /// Numbers that exist, so that every run sees many: dialled with and without the national prefix, they are found.
    #[test]
    fn numbers_that_exist_are_found_at_home(
        (home, prefix, national) in prop_oneof![
            "[2-9][0-46-9]{2}".prop_map(|exchange| ("US", "1", format!("503{exchange}0123"))),
            // 020 7946 0xxx and 01632 960xxx are kept free for drama (Ofcom).
            "[0-9]{3}".prop_map(|line| ("GB", "0", format!("2079460{line}"))),
            // Mobile numbers of Germany begin with 15, 16 or 17 (Bundesnetzagentur).
            "[0-9]{7}".prop_map(|line| ("DE", "0", format!("1512{line}"))),
        ],
        with_prefix: bool,
    ) {
        let dialled = if with_prefix { format!("{prefix}{national}") } else { national.clone() };
        let found = numbers::national(Region::parse(home).unwrap(), &dialled).unwrap();
        prop_assert!(found.digits().ends_with(&national), "{}", dialled);
        prop_assert!(numbers::look_up(&found).is_ok());
    }
}
