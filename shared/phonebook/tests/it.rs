//! The table, from end to end: a spreadsheet's file into a network file, and out of it again.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a test that cannot go on says so and stops"
)]

use network::{Finding, NetworkFile};
use phonebook::{Column, IfThere, Merged, Sheet, entries, merge, write_csv};
use proptest::prelude::*;

/// A network without phones.
const HEAD: &str = "\
# The network.
[network]
name                = \"street\"
region              = \"US\"
emergency_caller_id = \"+15035550100\"
address             = \"shop\"
";

const REST: &str = "
[addresses.shop]
customer    = \"Example Bookshop\"
street      = \"100 Main Street\"
city        = \"Portland\"
region      = \"OR\"
postal_code = \"97201\"

[asterisk]
host = \"pbx.example.org\"

[[notify]]
mail = \"operator@example.org\"

[stages.prod]
sip_domain   = \"street-prod.sip.twilio.com\"
public_url   = \"https://street.example.org\"
fallback_url = \"https://fallback.example.org\"

[groups.shelter]
language = \"es\"
device   = { kind = \"linphone\" }
";

fn empty() -> String {
    format!("{HEAD}{REST}")
}

fn with(phones: &str) -> String {
    format!("{HEAD}{REST}{phones}")
}

const LOBBY: &str = "
[extensions.lobby]   # the first
number   = \"+15035550110\"  # rings
# Spanish here.
language = \"es\"
";

fn read(text: &str, csv: &str, if_there: IfThere) -> Result<Merged, Vec<Finding>> {
    merge("dialtone.toml", text, &Sheet::read("phones.csv", csv.as_bytes()), if_there)
}

#[track_caller]
fn add(text: &str, csv: &str) -> Merged {
    read(text, csv, IfThere::Refuse).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

#[track_caller]
fn findings(text: &str, csv: &str) -> Vec<String> {
    let findings = read(text, csv, IfThere::Refuse).unwrap_err();
    findings.iter().map(ToString::to_string).collect()
}

fn csv_of(text: &str) -> String {
    let mut csv = Vec::new();
    write_csv(&entries(text).unwrap(), &mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

#[test]
fn a_phone_is_added_after_the_last_and_nothing_else_moves() {
    let text = with(&format!("{LOBBY}# the end of lobby\n\n# ── Remarks\n# Nothing here is true.\n"));
    let csv = "name,number,address,device.kind,device.mac,emergency,codes,block\n\
               porch,+15035550115,shop,grandstream-ht801,000B82550115,FALSE,#=asterisk:menu 5=dial:+15035550156,\
               +15035550177 +1503555018\n";
    let new = add(&text, csv);
    let section = "\n[extensions.porch]\nnumber = \"+15035550115\"\naddress = \"shop\"\nemergency = false\n\
                   device = { kind = \"grandstream-ht801\", mac = \"00:0b:82:55:01:15\" }\n\
                   block = [\"+15035550177\", \"+1503555018\"]\n\
                   codes = { \"#\" = { asterisk = \"menu\" }, 5 = { dial = \"+15035550156\" } }\n";
    assert_eq!(new.text, text.replace("# the end of lobby\n", &format!("# the end of lobby\n{section}")));
    assert_eq!((new.added, new.changed.len(), new.unchanged.len()), (vec!["porch".to_owned()], 0, 0));
}

#[test]
fn files_of_every_form_take_a_phone() {
    let row = "name,number\nporch,+15035550115\n";
    let section = "[extensions.porch]\nnumber = \"+15035550115\"\n";
    for phones in [
        "",
        "\n",
        "\n[extensions]\n",
        "[extensions.lobby]",
        "[extensions.lobby]\n[extensions.lobby.codes]\n5 = { dial = \"+15035550156\" }\n",
        "\n[extensions]\nlobby.number = \"+15035550110\"\nbench = {}\n\n[codes]\n0 = { asterisk = \"operator\" }\n",
    ] {
        let text = with(phones);
        let new = add(&text, row).text;
        assert!(new.contains(section), "{new}");
        assert_eq!(new.replace(section, "").replace('\n', ""), text.replace('\n', ""), "{phones}");
    }
    // Keys of the whole file, after which others come.
    let text =
        format!("extensions.lobby.number = \"+15035550110\"\ncodes.0.asterisk = \"operator\"\n{HEAD}{REST}");
    assert!(add(&text, row).text.ends_with(section));
    let text = format!("extensions = {{ lobby = {{}} }}\n{HEAD}{REST}");
    assert_eq!(
        findings(&text, row),
        [
            "dialtone.toml: has its phones in a form to which none can be added; write [extensions.NAME] for each"
        ]
    );
}

#[test]
fn lines_end_as_they_did_also_where_a_phone_changes() {
    let text = format!("\u{feff}{}", with(LOBBY).replace('\n', "\r\n"));
    let new =
        read(&text, "name,number\nlobby,+15035550117\nporch,+15035550115\n", IfThere::Update).unwrap().text;
    let section = "\r\n[extensions.porch]\r\nnumber = \"+15035550115\"\r\n";
    assert_eq!(new, format!("{}{section}", text.replace("+15035550110", "+15035550117")));
}

#[test]
fn every_spreadsheet_is_understood() {
    let wanted = add(&empty(), "name,number,label\nporch,+15035550115,back door\nbench,,\n").text;
    for csv in [
        "\u{feff}name;number;label\r\nporch;+15035550115;back door\r\nbench;;\r\n",
        "sep=;\r\nname;number;label\r\nporch;+15035550115;back door\r\nbench;;",
        "Name\tNumber\tLabel\nporch\t'+15035550115\tback door\nbench\n",
        "name,number,label\n\n\"porch\",\"+15035550115\",\"back door\"\n,,\n\nbench\n",
        "name,number,label,,\nporch,=\"+15035550115\",back door,,\nbench,,,,\n",
        "name,number,label\rporch,+15035550115,back door\rbench,,\r",
        " name , number , label \n porch , +15035550115 ,back door\nbench,,\n",
    ] {
        assert_eq!(add(&empty(), csv).text, wanted, "{csv:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    let csv = "name,number,address,emergency,device.kind,device.mac,codes\n\
               a,1.50356E+10,shop,,,,\n\
               b,15035550112,shop,,,,\n\
               c,5035550112,shop,,,,\n\
               \n\
               d,+1503555011,shop,,,,\n\
               e,+15035550113,shp,,,,\n\
               f,+15035550114,shop,perhaps,,,\n\
               g,+15035550115,shop,,grandstream-ht801,,\n\
               h,+15035550116,shop,,grandstream-ht801,8.25501E+09,\n\
               i,,shop,,,,5\n\
               A,,,,,,\n\
               ,+15035550117,,,,,\n\
               911,,,,,,\n\
               k,,,,,,,x\n";
    let told = findings(&empty(), csv);
    let begins = [
        "phones.csv: line 2: number: was shortened by a spreadsheet, and its last digits are lost; write it again with +",
        "phones.csv: line 3: number: has no +, which spreadsheets take away from a number; write it again with +",
        "phones.csv: line 4: number: has no +",
        "phones.csv: line 6: number: is not an E.164 number: +1 is followed by ten digits; write +",
        "phones.csv: line 7: address: ",
        "phones.csv: line 8: emergency: is not true or false; write one of them",
        "phones.csv: line 9: device.mac: is missing; add the address that is printed on the device",
        "phones.csv: line 10: device.mac: was shortened by a spreadsheet, and its last digits are lost; write it again, with colons",
        "phones.csv: line 11: codes: is not a list of codes; write KEYS=dial:NUMBER",
        "phones.csv: line 12: name: is the phone of line 2 once more; take one of the lines away",
        "phones.csv: line 13: name: is empty; name the phone",
        "phones.csv: line 14: name: is an emergency number; choose another user name",
        "phones.csv: line 15, column 8: has no heading; write one, or put a cell that has the separator in it in double quotes",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (line, begin) in told.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}\n{begin}");
    }
    // No number is repeated.
    for number in ["1.50356", "5035550112", "8.25501"] {
        assert!(!told.concat().contains(number), "{told:#?}");
    }
}

#[test]
fn headings_that_are_wrong_are_told_with_what_was_meant() {
    let told = findings(&empty(), "name,numbr,mac,remarks,name\nlobby,,,,\n");
    assert_eq!(told[0], "phones.csv: line 1, column 2: there is no column \"numbr\"; did you mean number?");
    assert_eq!(told[1], "phones.csv: line 1, column 3: there is no column \"mac\"; did you mean device.mac?");
    assert!(
        told[2].contains(
            "column 4: there is no column \"remarks\"; take it away, or write one of name, number,"
        )
    );
    assert_eq!(told[3], "phones.csv: line 1, column 5: name is there twice; take one of them away");
    assert_eq!(told.len(), 4);
    for (csv, what) in
        [("", "is empty"), ("\n\n", "is empty"), ("number\n+15035550110\n", "has no column name")]
    {
        assert!(findings(&empty(), csv)[0].contains(what), "{csv:?}");
    }
    let read =
        |bytes: &[u8]| merge("f", &empty(), &Sheet::read("p.csv", bytes), IfThere::Refuse).unwrap_err();
    assert_eq!(read(b"name,label\nporch,caf\xe9\n")[0].about, "p.csv: line 2");
    assert_eq!(read(b"\xff\xfen\0a\0")[0].what, "is UTF-16");
    assert!(read(b"name,label\nporch,\"front\nbench,x\n")[0].what.contains("several lines"));
}

#[test]
fn a_phone_that_is_there_is_left_refused_or_changed() {
    let text = with(LOBBY);
    let same = add(&text, "name,number\nLOBBY,+15035550110\n");
    assert_eq!((same.text.as_str(), same.unchanged), (text.as_str(), vec!["lobby".to_owned()]));
    let other = "name,number,language,label\nlobby,+15035550117,,front\n";
    assert_eq!(
        findings(&text, other),
        [
            "phones.csv: line 2: name: is in dialtone.toml already, with other values: number, language, label; \
          change it with --update, or take the line away"
        ]
    );
    let new = read(&text, other, IfThere::Update).unwrap();
    let wanted =
        with("\n[extensions.lobby]   # the first\nnumber   = \"+15035550117\"  # rings\nlabel = \"front\"\n");
    assert_eq!(new.text, wanted);
    let fields: Vec<_> = new.changed[0].fields.iter().map(|field| field.column).collect();
    assert_eq!(fields, [Column::Number, Column::Language, Column::Label]);
}

#[test]
fn keys_that_a_phone_has_in_other_forms_change_too() {
    let text = with(
        "\n[extensions.lobby]\nnumber = { buy = \"503\" }\n[extensions.lobby.device]\nkind = \"linphone\"\n\
         [extensions.lobby.codes]\n5 = { dial = \"+15035550156\" }\n",
    );
    let change = |csv: &str| read(&text, csv, IfThere::Update).unwrap().text;
    let new = change("name,number,number.buy\nlobby,+15035550110,\n");
    assert_eq!(new, text.replace("{ buy = \"503\" }", "\"+15035550110\""));
    assert_eq!(change("name,number\nlobby,\n"), text, "an empty number leaves the wish for one");
    assert_eq!(change("name,number.buy\nlobby,971\n"), text.replace("503\" }", "971\" }"));
    let new = change("name,device.kind,device.mac\nlobby,snom,00:0b:82:55:01:15\n");
    assert_eq!(new, text.replace("\"linphone\"\n", "\"snom\"\nmac = \"00:0b:82:55:01:15\"\n"));
    let new = change("name,device.kind,codes\nlobby,,\n");
    assert!(!new.contains("device]") && !new.contains("codes]"), "{new}");
}

#[test]
fn problems_elsewhere_are_told_of_the_file() {
    let lobby = "\n[extensions.lobby]\nnumber = \"+15035550110\"\n";
    let two = "\n[addresses.annex]\ncustomer = \"C\"\nstreet = \"102 Main Street\"\ncity = \"Portland\"\nregion = \"OR\"\npostal_code = \"97201\"\n";
    let told = findings(&with(&format!("{lobby}{two}")), "name,number,address\nporch,+15035550110,annex\n");
    assert_eq!(told.len(), 1, "{told:?}");
    let told = findings(&with(&lobby.replace("+1503", "503")), "name\nporch\n");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("dialtone.toml: line 31: extensions.lobby.number: is not an E.164 number"),
        "{told:?}"
    );
    let told = findings("[network\n", "name\nporch\n");
    assert!(told[0].starts_with("dialtone.toml: line 1"), "{told:?}");
}

#[test]
fn a_thousand_phones_are_read() {
    // Ten of them share a number.
    let rows: String =
        (0..1000).map(|i| format!("p{i},+1503555{:04},shop,linphone\n", i % 100 + 100)).collect();
    let csv = format!("name,number,address,device.kind\n{rows}");
    let text = with("\n[extensions.lobby]\n");
    let new = add(&text, &csv);
    assert_eq!(new.added.len(), 1000);
    assert_eq!(NetworkFile::parse(&new.text).unwrap().network("prod").unwrap().extensions().len(), 1001);
    assert_eq!(read(&new.text, &csv.replace(",shop,", ",,"), IfThere::Update).unwrap().changed.len(), 1000);
    let told = findings(&text, &csv.replace(",shop,", ",shp,"));
    assert_eq!(told.len(), 1000);
}

/// The phones as the network has them.
fn phones(text: &str) -> String {
    let network = NetworkFile::parse(text).unwrap().into_network("prod").unwrap();
    format!("{:#?}", network.extensions())
}

#[test]
fn out_and_in_again_is_the_same_network() {
    let example =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dialtone.toml"));
    let example = example
        .unwrap()
        .replace("phones = [\"lobby\", \"cocina\"]\n", "")
        .replace("\"100\" = { extension = \"lobby\" }", "");
    let all = with(
        "\n[extensions.one]\ngroup = \"shelter\"\ndevice = {}\n[extensions.\"+15035550114\"]\nnumber = \"+15035550114\"\n\
         label = \"=garden, 'é'\"\n[extensions.\"=x\"]\nnumber = { buy = \"503\" }\nlanguage = \"es\"\narea_code = \"971\"\n\
         caller_id = \"+15035550114\"\nemergency = true\ndevice = { kind = \"snom\", mac = \"000b.8255.0114\", mode = \
         \"menu\", edge = \"dublin\" }\nblock = [\"+15035550177\", \"+1503555018\"]\n\
         codes = { \"#\" = { asterisk = \"menu,1\" }, \"12\" = { extension = \"one\" } }\n",
    );
    for text in [example, all] {
        let (head, _) = text.split_once("\n[extensions.").unwrap();
        let csv = csv_of(&text);
        let new = add(head, &csv);
        assert_eq!(phones(&new.text), phones(&text), "{csv}");
        assert_eq!(csv_of(&new.text), csv);
        assert_eq!(add(&text, &csv).text, text, "nothing is new");
        // No cell is a formula.
        assert!(
            !csv.contains("\n+") && !csv.contains(",+") && !csv.contains(",=") && !csv.contains("\n="),
            "{csv}"
        );
    }
}

proptest! {
    /// What a sheet says comes out again, and what the file had before stays.
    #[test]
    fn whatever_a_phone_is_called(name in "[a-z'=&!~*()$/._-][a-z'=+&.-]{0,8}", label in "[ -~é]{0,12}", swap in any::<bool>()) {
        prop_assume!(!name.is_empty() && name.to_lowercase() != "unknown");
        let mut csv = csv::Writer::from_writer(Vec::new());
        let guard = |text: &str| if text.starts_with(['=', '+', '-', '@', '\'']) { format!("'{text}") } else { text.to_owned() };
        csv.write_record(["name", "label"]).unwrap();
        csv.write_record([guard(&name), guard(label.trim())]).unwrap();
        let csv = String::from_utf8(csv.into_inner().unwrap()).unwrap();
        let text = if swap { with(LOBBY) } else { empty() };
        if let Ok(new) = read(&text, &csv, IfThere::Refuse) {
            prop_assert!(new.text.starts_with(text.trim_end()));
            let read = entries(&new.text).unwrap();
            let last = read.last().unwrap();
            prop_assert_eq!(last.cell(Column::Name), Some(name.as_str()));
            let kept = read_back(&text, &csv_of(&new.text));
            prop_assert_eq!(kept, new.text);
        }
    }
}

/// The file with the phones of a sheet, those that it has apart.
fn read_back(text: &str, csv: &str) -> String {
    add(text, csv).text
}
