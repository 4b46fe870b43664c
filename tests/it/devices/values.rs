//! Passwords, names and labels come out of a device's file as they went in.

use std::fs;

use super::{NETWORK, command, text, values};
use crate::harness::scratch;

/// One that every format has to escape.
const ODD_PASSWORD: &str = "Tomato<&>\"'42]]>\u{e9}";

#[test]
fn odd_characters_come_out_as_they_went_in() {
    for (kind, file, password, user) in [
        ("grandstream-ht801\", mac = \"00:0b:82:00:00:02", "cfg000b82000002.xml", "P34", "P35"),
        ("grandstream-ht814\", mac = \"00:0b:82:00:00:02", "cfg000b82000002.xml", "P4120", "P4060"),
        ("cisco-spa112\", mac = \"00:0b:82:00:00:02", "spa000b82000002.xml", "Password_1_", "User_ID_1_"),
        ("cisco-spa50x\", mac = \"00:0b:82:00:00:02", "spa000b82000002.xml", "Password_1_", "User_ID_1_"),
        ("snom\", mac = \"00:0b:82:00:00:02", "snom-000b82000002.xml", "user_pass", "user_name"),
        (
            "polycom-soundpoint-ip\", mac = \"00:0b:82:00:00:02",
            "a=3Db=26c.cfg",
            "reg.1.auth.password",
            "reg.1.auth.userId",
        ),
        ("zoiper", "a=3Db=26c-zoiper.xml", "password", "username"),
    ] {
        let directory = scratch();
        let network = NETWORK.split("[extensions.ht701]").next().unwrap().replace("ht801", "a=b&c");
        let network = format!(
            "{network}[extensions.\"a=b&c\"]\nlabel = \"<Tom's & \\\"Ann's\\\">\"\ndevice = {{ kind = \"{kind}\" }}\n"
        );
        let output = command(&directory, &network)
            .env("DIALTONE_PASSWORDS", serde_json::json!({"a=b&c": ODD_PASSWORD}).to_string())
            .args(["devices", "render", "--all", "--stage", "prod", "--out"])
            .arg(directory.join("files"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let values = values(&fs::read(directory.join("files").join(file)).unwrap());
        let value = |name: &str| values.iter().find(|(found, _)| found == name).unwrap().1.trim().to_owned();
        assert_eq!(value(password), ODD_PASSWORD, "{kind}");
        assert_eq!(value(user), "a=b&c", "{kind}");
        assert!(values.iter().any(|(_, value)| value.trim() == "<Tom's & \"Ann's\">"), "{kind}");
        fs::remove_dir_all(directory).unwrap();
    }
}

/// Yealink's format escapes nothing: a value is the rest of its line, or the file is refused.
#[test]
fn a_yealink_gets_values_as_they_are_or_none() {
    let directory = scratch();
    let with = |password: &str| {
        command(&directory, NETWORK)
            .env("DIALTONE_PASSWORDS", serde_json::json!({"yealink": password}).to_string())
            .args(["devices", "render", "yealink", "--stage", "prod", "--out", "files"])
            .current_dir(&directory)
            .output()
            .unwrap()
    };
    assert!(with(ODD_PASSWORD).status.success());
    let written = fs::read_to_string(directory.join("files/805ec0000001.cfg")).unwrap();
    assert!(written.contains(&format!("\naccount.1.password = {ODD_PASSWORD}\n")), "{written}");
    for line in written.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        assert!(line.contains(" ="), "{line}");
    }
    for password in [
        "Tomato-Sandwich-42 ",
        "Tomato-%NULL%-42",
        "Tomato-$MAC-4242",
        "\"Tomato-Sandw-42\"",
        "Tomato-Sandw\n-42",
    ] {
        let said = with(password);
        assert_eq!(said.status.code(), Some(2), "{password:?}");
        assert!(text(&said.stderr).contains("dialtone rotate"), "{}", text(&said.stderr));
    }
    fs::remove_dir_all(directory).unwrap();
}
