//! `dialtone devices`: the files are those of the golden folder, well-formed, private, and of use.

mod baresip;
mod folders;
mod lab;
mod registrar;
mod serving;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quick_xml::events::Event;
use serde_json::Value;

use crate::harness::{dialtone, golden, scratch};

/// The password of nearly every phone here.
const PASSWORD: &str = "Tomato-Sandwich-42";

/// Every kind of device, with dial tone. The names are those that the golden files are called by.
const NETWORK: &str = r##"
[network]
name   = "street"
region = "US"
area_code = "503"
edge = "umatilla"
time_limit = "45m"
emergency_caller_id = "+15035550110"

[codes]
"211" = { dial = "+18002738255" }
"0"   = { extension = "ht801" }
"#"   = { extension = "ht801" }

[stages.prod]
sip_domain = "street.sip.twilio.com"
public_url = "https://street.example.org"

[stages.locked]
sip_domain = "street-locked.sip.twilio.com"
public_url = "https://locked.street.example.org"
secure = true

[extensions.ht701]
number = "+15035550110"
device = { kind = "grandstream-ht701", mac = "00:0B:82:00:00:01" }

[extensions.ht801]
number = "+15035550111"
device = { kind = "grandstream-ht801", mac = "00:0b:82:00:00:02" }

[extensions.ht802]
device = { kind = "grandstream-ht802", mac = "00:0b:82:00:00:03" }

[extensions.ht812]
device = { kind = "grandstream-ht812", mac = "00:0b:82:00:00:04" }

[extensions.ht814]
device = { kind = "grandstream-ht814", mac = "00:0b:82:00:00:05" }

[extensions.pap2]
device = { kind = "linksys-pap2", mac = "00:14:bf:00:00:01" }

[extensions.spa2102]
device = { kind = "linksys-spa2102", mac = "00:14:bf:00:00:02", edge = "ashburn" }

[extensions.spa112]
device = { kind = "cisco-spa112", mac = "00:14:bf:00:00:03" }

[extensions.spa122]
device = { kind = "cisco-spa122", mac = "00:14:bf:00:00:04" }

[extensions.spa50x]
device = { kind = "cisco-spa50x", mac = "00:14:bf:00:00:05" }

[extensions.soundpoint]
device = { kind = "polycom-soundpoint-ip", mac = "00:04:f2:00:00:01" }

[extensions.snom]
device = { kind = "snom", mac = "00:04:13:00:00:01" }

[extensions.yealink]
device = { kind = "yealink-t", mac = "80:5e:c0:00:00:01" }

[extensions.linphone]
device = { kind = "linphone" }

[extensions.zoiper]
device = { kind = "zoiper" }

[extensions.baresip]
device = { kind = "baresip" }

[extensions.bare]
"##;

/// The only device without a hot line.
const SNOM: &str = r#"[extensions.snom]
device = { kind = "snom", mac = "00:04:13:00:00:01" }
"#;

/// What a device for a stage with `secure = true` is told of TLS and SRTP, in each maker's words.
const ENCRYPTED: [(&str, &str, &str); 6] = [
    ("cfg", "<P130>2</P130>", "<P183>2</P183>"),
    ("snom", ":5061;transport=tls</user_outbound>", "<user_savp idx=\"1\" perm=\"R\">mandatory</user_savp>"),
    ("805ec0", "sip_server.1.transport_type = 2\n", "account.1.srtp_encryption = 2\n"),
    (
        "linphone",
        ";transport=tls;lr",
        "<entry name=\"media_encryption_mandatory\" overwrite=\"true\">1</entry>",
    ),
    ("zoiper", "<SIP_transport_type>tls<", "<SIP_srtp_mode>sdes<"),
    ("baresip", ";transport=tls", ";mediaenc=srtp-mand"),
];

/// `dialtone` with a network file and everybody's password.
fn command(directory: &Path, network: &str) -> Command {
    let file = directory.join("dialtone.toml");
    fs::write(&file, network).unwrap();
    let names = network.lines().filter_map(|line| line.strip_prefix("[extensions.")?.strip_suffix(']'));
    let passwords: BTreeMap<_, _> = names.map(|name| (name, PASSWORD)).collect();
    let mut command = dialtone();
    command
        .env("HOME", directory)
        .env("DIALTONE_CONFIG", file)
        .env("DIALTONE_PASSWORDS", serde_json::to_string(&passwords).unwrap());
    command
}

/// What `dialtone devices render --all` wrote.
struct Rendered {
    directory: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

impl Rendered {
    fn of(network: &str, stage: &str) -> Self {
        let directory = scratch();
        let folder = directory.join("files");
        let output = render(&directory, network, stage, &["--all", "--out", folder.to_str().unwrap()]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let files = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.ends_with(".gitignore"))
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
            .collect();
        Self { directory, files }
    }

    fn file(&self, name: &str) -> &[u8] {
        self.files.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.files.keys()))
    }
}

impl Drop for Rendered {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn render(directory: &Path, network: &str, stage: &str, arguments: &[&str]) -> Output {
    command(directory, network)
        .args(["devices", "render", "--stage", stage])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The network, with every device in this mode that can have it: for the Snom no hot line is known.
fn with_mode(mode: &str) -> String {
    let network = match mode {
        "menu" => NETWORK.replace(SNOM, ""),
        _ => NETWORK.to_owned(),
    };
    let line = |line: &str| match line.strip_suffix(" }") {
        Some(start) if line.starts_with("device") => format!("{start}, mode = \"{mode}\" }}\n"),
        _ => format!("{line}\n"),
    };
    network.lines().map(line).collect()
}

#[test]
fn files_are_as_the_golden_ones() {
    for (mode, count) in [("dialtone", 17), ("menu", 16)] {
        let rendered = Rendered::of(&with_mode(mode), "prod");
        assert_eq!(rendered.files.len(), count, "one each, two for the Polycom");
        for (name, bytes) in &rendered.files {
            golden(&format!("devices/{mode}.{name}"), &text(bytes));
        }
    }
}

/// Menus hear keys as RTP events alone (RFC 4733, formerly 2833): twilio.md, "Media". Each make has its own words for it;
/// docs/devices.md names the source of each.
#[test]
fn every_device_sends_keys_as_rtp_events() {
    let words = [
        ("cfg", "<P850>101</P850>"),
        ("spa", "<DTMF_Tx_Method_1_>AVT</DTMF_Tx_Method_1_>"),
        ("soundpoint", "tone.dtmf.rfc2833Control=\"1\""),
        ("snom", "<user_dtmf_info idx=\"1\" perm=\"R\">off</user_dtmf_info>"),
        ("805ec0", "account.1.dtmf.type = 1\n"),
        ("linphone", "<entry name=\"use_rfc2833\" overwrite=\"true\">1</entry>"),
        ("zoiper", "<SIP_dtmf_style>rfc_2833</SIP_dtmf_style>"),
        ("baresip", ";dtmfmode=rtpevent"),
    ];
    let rendered = Rendered::of(NETWORK, "prod");
    assert_eq!(rendered.files.len(), 17, "every kind");
    for (name, bytes) in rendered.files.iter().filter(|(name, _)| !name.starts_with("0004f2")) {
        let (_, setting) = words.iter().find(|(start, _)| name.starts_with(start)).unwrap();
        assert!(text(bytes).contains(setting), "{name}: no {setting}");
    }
}

/// TLS and SRTP only: for the devices that can, and a clear word for those that cannot.
#[test]
fn a_locked_stage() {
    let directory = scratch();
    let names = ["ht801", "ht802", "ht812", "ht814", "snom", "yealink", "linphone", "zoiper", "baresip"];
    let output = render(&directory, NETWORK, "locked", &[&names[..], &["--out", "files"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let written = fs::read_dir(directory.join("files")).unwrap().map(|entry| entry.unwrap().file_name());
    let written: Vec<_> =
        written.map(|name| name.into_string().unwrap()).filter(|name| name != ".gitignore").collect();
    assert_eq!(written.len(), names.len());
    for name in written {
        let text = fs::read_to_string(directory.join("files").join(&name)).unwrap();
        golden(&format!("devices/locked.{name}"), &text);
        let (_, tls, srtp) = ENCRYPTED.iter().find(|(start, _, _)| name.starts_with(start)).unwrap();
        assert!(text.contains(tls) && text.contains(srtp), "{name}: no {tls}, or no {srtp}");
    }
    let output = render(&directory, NETWORK, "locked", &["--all", "--out", "none"]);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    for name in ["ht701", "pap2", "spa2102", "spa112", "spa122", "spa50x", "soundpoint"] {
        assert!(err.contains(&format!("error: {name}: ")), "{err}");
    }
    assert!(err.contains("secure = false"), "{err}");
    assert!(!directory.join("none").exists(), "nothing is written unless all can be");
    fs::remove_dir_all(directory).unwrap();
}

/// The names and texts of elements, and attributes, in order.
fn values(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let (mut open, mut values): (Vec<String>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    let attributes_of = |start: &quick_xml::events::BytesStart<'_>, values: &mut Vec<(String, String)>| {
        for attribute in start.attributes() {
            let attribute = attribute.unwrap();
            let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).unwrap())
                .unwrap()
                .into_owned();
            values.push((text(attribute.key.as_ref()), value));
        }
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => {
                assert!(open.is_empty());
                return values;
            }
            Event::Start(start) => {
                attributes_of(&start, &mut values);
                open.push(text(start.name().as_ref()));
                values.push((open.last().unwrap().clone(), String::new()));
            }
            Event::Empty(start) => attributes_of(&start, &mut values),
            Event::End(_) => drop(open.pop()),
            Event::Text(more) => {
                if let Some((_, value)) = values.last_mut() {
                    value.push_str(&text(&more));
                }
            }
            Event::GeneralRef(name) => {
                let escaped = format!("&{};", text(&name));
                let more = quick_xml::escape::unescape(&escaped).unwrap();
                values.last_mut().unwrap().1.push_str(&more);
            }
            _ => {}
        }
    }
}

#[test]
fn every_xml_file_is_well_formed_and_linphone_does_not_hold_the_password() {
    let rendered = Rendered::of(NETWORK, "prod");
    for (name, bytes) in &rendered.files {
        let holds_password = text(bytes).contains(PASSWORD);
        assert_eq!(holds_password, !name.starts_with("linphone") && !name.starts_with("0004f2"), "{name}");
        if !name.ends_with("accounts") && !name.starts_with("805ec0") {
            assert!(values(bytes).len() > 3, "{name}");
        }
    }
}

#[test]
fn files_are_private() {
    let directory = scratch();
    let output = render(&directory, NETWORK, "prod", &["ht801", "HT801", "linphone", "--json"]);
    let json: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    let files = json["files"].as_array().unwrap();
    assert_eq!(files.len(), 2, "twice is once: {json}");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in files {
        assert_eq!(file["secret"], true);
        assert_eq!(mode(&directory.join(file["file"].as_str().unwrap())), 0o600, "{file}");
    }
    let folder = directory.join("device-files");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(fs::read_to_string(folder.join(".gitignore")).unwrap(), "*\n");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!said.contains(PASSWORD));
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn what_cannot_be_done_is_said_with_its_remedy() {
    let directory = scratch();
    let err = |arguments: &[&str]| {
        let output = render(&directory, NETWORK, "prod", arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        text(&output.stderr)
    };
    let said = err(&["bare", "nobody", "ht801"]);
    assert!(said.contains("error: bare: the phone has no device; add one"), "{said}");
    assert!(said.contains("error: nobody: there is no such phone in the file"), "{said}");
    assert!(err(&[]).contains("--all"), "one of both must be given");
    assert!(!directory.join("device-files").exists());

    let output = command(&directory, NETWORK)
        .env("DIALTONE_PASSWORDS", "")
        .args(["devices", "render", "ht801", "--stage", "prod"])
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    // Twilio may have one already, and then `apply` by itself makes none.
    for remedy in [
        "dialtone apply`",
        "dialtone rotate ht801`",
        "--passwords FILE",
        "DIALTONE_PASSWORDS",
        "dialtone apply --set-passwords",
    ] {
        assert!(said.contains(remedy), "{remedy}: {said}");
    }

    let output = render(&directory, NETWORK, "prod", &["--all"]);
    assert!(text(&output.stderr).contains("bare: skipped, it has no device in the file"));
    let network = NETWORK.replace("[codes]", "[codes]\n\"9115\" = { extension = \"linphone\" }");
    let output = render(&directory, &network, "prod", &["ht801", "linphone"]);
    let said = text(&output.stderr);
    assert!(said.contains("ht801: the device sends 911 after 7 seconds"), "{said}");
    assert!(!said.contains("linphone: the"), "a program sends what it is told to: {said}");
    let menu = with_mode("menu").replace("[codes]", "[codes]\n\"9115\" = { extension = \"linphone\" }");
    let said = text(&render(&directory, &menu, "prod", &["ht801", "pap2", "soundpoint"]).stderr);
    assert!(!said.contains("911"), "a menu phone collects no keys: {said}");
    let menu = format!("{menu}{}", SNOM.replace(" }", ", mode = \"menu\" }"));
    let said = render(&directory, &menu, "prod", &["snom"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("snom: no setting is known by which a snom dials"), "{said:?}");
    // From the phone that the code rings it leads nowhere, so there is nothing to wait for.
    let network = NETWORK.replace("[codes]", "[codes]\n\"9115\" = { extension = \"ht801\" }");
    let said = text(&render(&directory, &network, "prod", &["ht801", "ht701"]).stderr);
    assert!(!said.contains("ht801:") && said.contains("ht701: the device sends 911 after"), "{said}");
    let plan = text(&fs::read(directory.join("device-files/cfg000b82000002.xml")).unwrap());
    assert!(plan.contains("{ 911 | ") && !plan.contains("9115"), "{plan}");
    fs::remove_dir_all(directory).unwrap();
}
