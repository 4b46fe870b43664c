//! Where phones are registered: what is asked of kamailio against what kamailio itself shows, for phones that are killed,
//! come and go, move behind another router, or are at ten places.

mod kamailio;
mod phone;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use registrations::{Authority, Binding, PHONES_PER_SECOND, Registrar, Registration, ask};
use secret::Secret;
use serde_json::{Value, json};

use self::kamailio::{Kamailio, PASSWORD, Places};
use self::phone::Phone;
use crate::harness::{Account, scratch};

const DOMAIN: &str = "street-prod.sip.twilio.com";

/// How long anything is waited for.
const LIMIT: Duration = Duration::from_secs(120);

/// Whose password is another one than the registrar's.
const STRANGERS: [&str; 2] = ["stranger1", "stranger2"];

/// Fifty phones in every state that a phone can be in.
fn street(port: u16) -> Vec<Phone> {
    let mut phones = Vec::new();
    let mut add = |names: &str, count: usize, live: &dyn Fn(usize, &mut Phone)| {
        for i in 0..count {
            let mut phone = Phone::new(format!("{names}{i}"), port);
            live(i, &mut phone);
            phones.push(phone);
        }
    };
    add("steady", 17, &|i, phone| phone.registers(&format!("192.0.2.{i}:5060;transport=tls"), 600));
    add("killed", 8, &|_, phone| phone.registers("192.0.2.60", 2));
    add("never", 6, &|_, _| {});
    add("flapping", 6, &|i, phone| {
        for _ in 0..3 {
            phone.registers("192.0.2.70", 600);
            phone.registers("192.0.2.70", 0);
        }
        if i % 2 == 0 {
            phone.registers("192.0.2.70", 3000);
        }
    });
    add("moved", 5, &|i, phone| {
        phone.registers("192.0.2.80:5060", 600);
        phone.moves();
        // Behind the new router it is another place; some phones take the old one away.
        phone.registers(&format!("198.51.100.{i}:1024"), 700);
        if i % 2 == 0 {
            phone.registers("192.0.2.80:5060", 0);
        }
    });
    add("many", 4, &|_, phone| {
        for place in 0..10 {
            phone.registers(&format!("203.0.113.{place}"), 900);
        }
        assert_eq!(phone.tries("203.0.113.99", 900), 503, "the eleventh place");
    });
    phones.push(Phone::new("www", port));
    phones.last_mut().unwrap().registers("[2001:db8::7]:5060", 600);
    for stranger in STRANGERS {
        phones.push(Phone::new(stranger, port));
        phones.last_mut().unwrap().registers("192.0.2.90", 600);
    }
    phones.push(Phone::new("x&y='z'$", port));
    phones
}

/// What kamailio knows once the killed phones are gone.
fn settled(kamailio: &Kamailio) -> BTreeMap<String, Places> {
    let started = Instant::now();
    loop {
        let dump = kamailio.dump();
        if !dump.keys().any(|user| user.starts_with("killed")) {
            return dump;
        }
        assert!(started.elapsed() < LIMIT, "{:?}", dump.keys());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The places without the seconds, which pass.
fn timeless(dump: &BTreeMap<String, Places>) -> BTreeMap<&String, Vec<&kamailio::Kept>> {
    dump.iter().map(|(user, places)| (user, places.iter().map(|(kept, _)| kept).collect())).collect()
}

/// Whether kamailio's dump and an answer are of the same places. Between the two, some seconds have passed.
fn agrees(kept: &Places, told: &[Binding], passed: i64) -> bool {
    let host = |contact: &str| {
        let host = contact.split_once('@').unwrap().1.split(';').next().unwrap();
        match host.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host.to_owned(),
            _ => host.to_owned(),
        }
    };
    let mut kept: Vec<_> = kept.iter().map(|(kept, seconds)| (host(&kept.contact), *seconds)).collect();
    let mut told: Vec<_> =
        told.iter().map(|told| (told.host.clone(), i64::from(told.expires.unwrap()))).collect();
    kept.sort();
    told.sort();
    let is_same = |((host, seconds), (other, left)): (&(String, i64), &(String, i64))| {
        host == other && (seconds - passed - 1..=seconds + 1).contains(left)
    };
    kept.len() == told.len() && kept.iter().zip(&told).all(is_same)
}

#[test]
fn what_the_registrar_says_is_what_it_knows_and_asking_changes_nothing() {
    let Some(kamailio) = Kamailio::start("what_the_registrar_says_is_what_it_knows") else { return };
    let phones = street(kamailio.port);
    assert_eq!(phones.len(), 50);
    let asked: Vec<_> = phones
        .iter()
        .map(|phone| {
            let is_strange = STRANGERS.contains(&phone.user.as_str());
            let password = Secret::new(if is_strange { "Other-Horse-78" } else { PASSWORD });
            registrations::Phone { user: phone.user.clone(), password }
        })
        .collect();
    let before = settled(&kamailio);
    assert_eq!(before.len(), 17 + 3 + 5 + 4 + 1 + 2, "{:?}", before.keys());
    let authority = Authority::open(&kamailio.authority()).unwrap();
    for way in [
        format!("sip:127.0.0.1:{}", kamailio.port),
        format!("sip:127.0.0.1:{};transport=tcp", kamailio.port),
        format!("sip:localhost:{};transport=tls", kamailio.tls_port),
    ] {
        let registrar: Registrar = way.parse().unwrap();
        let (dump, started) = (kamailio.dump(), Instant::now());
        let answers = ask(&registrar, DOMAIN, &asked, Some(&authority), &|_| ()).unwrap();
        let took = started.elapsed();
        let passed = i64::try_from(took.as_secs()).unwrap() + 1;
        let mut right = 0;
        for (phone, answer) in asked.iter().zip(&answers) {
            match answer {
                Registration::WrongPassword => assert!(STRANGERS.contains(&phone.user.as_str()), "{phone:?}"),
                Registration::At(told) => {
                    let nothing = Places::new();
                    let kept = dump.get(&phone.user).unwrap_or(&nothing);
                    assert!(agrees(kept, told, passed), "{way}: {}: {kept:?} {told:?}", phone.user);
                    right += 1;
                }
                other => panic!("{way}: {}: {other:?}", phone.user),
            }
        }
        assert_eq!(right, 48, "{way}");
        let least = Duration::from_secs(49) / PHONES_PER_SECOND;
        assert!(took >= least, "{way}: {took:?} is faster than the pace");
        println!("{way}: 48 of 48 phones right, both wrong passwords found, {:.1} s", took.as_secs_f64());
    }
    assert!(timeless(&before) == timeless(&kamailio.dump()), "asking has changed something");
}

/// A phone that is killed stays registered for what was left, and not a moment less; then it is found at the next look.
#[test]
fn a_killed_phone_is_found_when_its_registration_ends() {
    let Some(kamailio) = Kamailio::start("a_killed_phone_is_found_when_its_registration_ends") else {
        return;
    };
    let registrar: Registrar = format!("sip:127.0.0.1:{}", kamailio.port).parse().unwrap();
    let password = Secret::new(PASSWORD);
    let (mut names, mut killed) = (Vec::new(), Vec::new());
    for seconds in [3_u32, 4, 6, 8] {
        let user = format!("killed{seconds}");
        Phone::new(user.clone(), kamailio.port).registers("192.0.2.60", seconds);
        killed.push((Instant::now(), Duration::from_secs(seconds.into())));
        names.push(registrations::Phone { user, password: password.clone() });
    }
    let mut found: Vec<Option<Duration>> = vec![None; names.len()];
    let started = Instant::now();
    while found.iter().any(Option::is_none) {
        assert!(started.elapsed() < LIMIT, "{found:?}");
        let answers = ask(&registrar, DOMAIN, &names, None, &|_| ()).unwrap();
        for ((answer, (at, _)), found) in answers.iter().zip(&killed).zip(&mut found) {
            match answer {
                Registration::At(places) if places.is_empty() => {
                    found.get_or_insert(at.elapsed());
                }
                Registration::At(_) => assert_eq!(*found, None, "it is back"),
                other => panic!("{other:?}"),
            }
        }
    }
    for ((_, left), found) in killed.iter().zip(&found) {
        let found = found.unwrap();
        // kamailio counts whole seconds.
        assert!(found + Duration::from_secs(1) >= *left, "{found:?} is before {left:?}");
        println!("registered for {left:?}, killed at once, found after {:.1} s", found.as_secs_f64());
    }
}

#[test]
fn the_doctor_says_which_phones_are_registered() {
    let Some(kamailio) = Kamailio::start("the_doctor_says_which_phones_are_registered") else { return };
    let phones = street(kamailio.port);
    let before = settled(&kamailio);
    let account = Account::new();
    let file = scratch().join("dialtone.toml");
    let mut text = format!(
        "[network]\nname = \"street\"\nregion = \"US\"\n[stages.prod]\nsip_domain = \"{DOMAIN}\"\n\
         public_url = \"http://127.0.0.1:1\"\n"
    );
    let mut passwords = serde_json::Map::new();
    for Phone { user, .. } in &phones {
        let _ = writeln!(text, "[extensions.\"{user}\"]");
        let password = if STRANGERS.contains(&user.as_str()) { "Other-Horse-78" } else { PASSWORD };
        passwords.insert(user.clone(), json!(password));
    }
    text.push_str("[extensions.forgotten]\n");
    fs::write(&file, text).unwrap();
    let ledger = file.with_file_name("ledger");
    let doctor = |words: &[&str], registrar: &str| {
        let mut command: Command = account.command(&["doctor"]);
        command.arg("--ledger").arg(&ledger);
        command.args(["--stage", "prod", "--registrations", "--registrar", registrar, "--config"]).arg(&file);
        command.args(words).env("DIALTONE_PASSWORDS", Value::from(passwords.clone()).to_string());
        command.output().unwrap()
    };
    let over_tls = format!("sip:localhost:{};transport=tls", kamailio.tls_port);
    let authority = kamailio.authority();
    let authority = ["--json", "--registrar-ca", authority.to_str().unwrap()];
    let output = doctor(&authority, &over_tls);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert!(!out.contains("Horse") && !err.contains("Horse"), "a password is shown");
    assert!(err.contains("asked the registrar about 10 of 50 phones"), "{err}");

    let check = |id: &str, mark: &str| {
        let checks = report["checks"].as_array().unwrap().iter();
        let mut found = checks.filter(|check| check["id"] == id && check["result"] == mark);
        found.next().unwrap_or_else(|| panic!("no {id} {mark}: {report:#}"))
    };
    let gone: BTreeSet<_> = check("registered", "fail")["phones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let users: BTreeSet<_> = phones.iter().map(|phone| phone.user.as_str()).collect();
    let expected: BTreeSet<_> = users.into_iter().filter(|user| !before.contains_key(*user)).collect();
    assert_eq!(gone, expected);
    assert_eq!(check("registrar-passwords", "fail")["phones"], json!(STRANGERS));
    assert_eq!(check("registrar-passwords", "warn")["phones"], json!(["forgotten"]));
    assert_eq!(check("registered-places", "warn")["phones"], json!(["many0", "many1", "many2", "many3"]));

    let of = |user: &str| {
        let list = report["registrations"].as_array().unwrap().iter();
        list.clone().find(|phone| phone["phone"] == user).unwrap()
    };
    assert_eq!(
        (&of("steady0")["state"], &of("steady0")["places"][0]["host"]),
        (&json!("registered"), &json!("192.0.2.0"))
    );
    let place = &of("steady0")["places"][0];
    let sum = place["expires_in_seconds"].as_u64().unwrap()
        + place["renewed_at_most_seconds_ago"].as_u64().unwrap();
    assert_eq!(sum, 3600, "this phone has no file of ours: {place}");
    assert_eq!(of("moved1")["places"].as_array().unwrap().len(), 2);
    assert_eq!(of("never0")["state"], "not registered");
    assert_eq!(
        (&of("stranger1")["state"], &of("forgotten")["state"]),
        (&json!("wrong password"), &json!("no password"))
    );
    assert!(timeless(&before) == timeless(&kamailio.dump()), "asking has changed something");

    // What was seen is a proof of life, and what was not seen proves nothing.
    let life_of = |phone: &str| {
        let mut command = account.command(&["phone", phone, "--offline", "--json", "--stage", "prod"]);
        let output = command.arg("--ledger").arg(&ledger).arg("--config").arg(&file).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let (seen, unseen) = (life_of("steady0"), life_of("never0"));
    assert_eq!(
        (&seen["state"], &seen["last_life"]["what"]),
        (&json!("alive"), &json!("registered")),
        "{seen}"
    );
    assert_eq!((&unseen["state"], &unseen["last_life"]), (&json!("never seen"), &Value::Null), "{unseen}");

    // People get a table; what cannot be asked is unknown and no more.
    let output = doctor(&[], &over_tls);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("cannot ask the registrar"), "{out}");
    let wide = out.lines().map(|line| line.trim_end().chars().count()).max().unwrap();
    assert!(wide <= 110, "{wide}");
    let output = doctor(&["--registrar-ca", "/no/such.pem"], &over_tls);
    assert_eq!(output.status.code(), Some(2));
}
