//! Where `dialtone devices render` writes, and QR codes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{NETWORK, PASSWORD, render, text};
use crate::harness::{Account, scratch};

fn git(folder: &Path, words: &[&str]) {
    let done = Command::new("git").arg("-C").arg(folder).args(words).status().unwrap();
    assert!(done.success(), "git {words:?}");
}

/// A checkout of its own, with a folder in it.
fn checkout() -> (std::path::PathBuf, std::path::PathBuf) {
    let directory = scratch();
    git(&directory, &["init", "--quiet"]);
    let folder = directory.join("phones");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    (directory, folder)
}

#[test]
fn files_are_not_written_where_git_would_see_them() {
    let (directory, folder) = checkout();
    let write = |out: &str| render(&directory, NETWORK, "prod", &["ht801", "linphone", "--out", out]);
    let said = write("phones");
    let err = text(&said.stderr);
    assert_eq!(said.status.code(), Some(2), "{err}");
    for words in ["phones/cfg000b82000002.xml: git would see it", "--out DIR", "phones/.gitignore"] {
        assert!(err.contains(words), "{words}: {err}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is written");
    // A link from elsewhere leads to the same place.
    let outside = scratch();
    std::os::unix::fs::symlink(&folder, outside.join("link")).unwrap();
    assert_eq!(write(outside.join("link").to_str().unwrap()).status.code(), Some(2));
    // Some names being ignored is not enough.
    fs::write(directory.join(".gitignore"), "*.xml\n").unwrap();
    let more = ["ht801", "linphone", "--url", "https://files.example.org", "--out", "phones"];
    let said = render(&directory, NETWORK, "prod", &more);
    assert!(said.status.code() == Some(2) && text(&said.stderr).contains("linphone.png"), "{said:?}");
    // What the message says helps, and so does a folder that is not there yet.
    fs::write(folder.join(".gitignore"), "*\n").unwrap();
    for out in ["phones", "phones", "other", "other"] {
        let said = write(out);
        assert!(said.status.success(), "{}", text(&said.stderr));
    }
    // A file that git keeps already is seen, whatever is ignored now.
    git(&directory, &["add", "--force", "phones/cfg000b82000002.xml"]);
    assert_eq!(write("phones").status.code(), Some(2));
    let status =
        Command::new("git").arg("-C").arg(&directory).args(["status", "--porcelain"]).output().unwrap();
    assert!(!text(&status.stdout).contains("other"), "{}", text(&status.stdout));
    for folder in [directory, outside] {
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn rotate_changes_no_password_whose_file_git_would_see() {
    let (directory, folder) = checkout();
    let account = Account::new();
    let file = account.home.join("dialtone.toml");
    let network = NETWORK.split("[extensions.ht701]").next().unwrap();
    let phone =
        "[extensions.ht801]\ndevice = { kind = \"grandstream-ht801\", mac = \"00:0b:82:00:00:02\" }\n";
    fs::write(&file, format!("{network}{phone}").replace("emergency_caller_id", "# ")).unwrap();
    let run = |words: &[&str]| {
        account.command(words).args(["--yes", "--stage", "prod", "--config"]).arg(&file).output().unwrap()
    };
    let said = run(&["apply", "--skip-url-check"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let state = || {
        let kept = account.home.join(".local/state/dialtone/street/prod.passwords.json");
        (account.mutations(), account.passwords("ht801"), fs::read(kept).unwrap())
    };
    let before = state();
    let rotate = |out: &Path| run(&["rotate", "ht801", "--out", out.to_str().unwrap()]);
    // A link from elsewhere leads to the same place.
    let link = account.home.join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    for out in [&folder, &link] {
        let said = rotate(out);
        let err = text(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{err}");
        for words in ["git would see it", "--out DIR", ".gitignore", "nothing was changed"] {
            assert!(err.contains(words), "{words}: {err}");
        }
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is written");
    assert!(state() == before, "Twilio has the old password, and so has the phone");
    // What the message says helps.
    fs::write(folder.join(".gitignore"), "*\n").unwrap();
    let said = rotate(&folder);
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(folder.join("cfg000b82000002.xml").exists() && account.passwords("ht801") != before.1);
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn all_files_can_be_written_or_none_is() {
    let directory = scratch();
    let out = directory.join("files");
    fs::create_dir_all(out.join("linphone-linphone.xml")).unwrap();
    fs::write(directory.join("a-file"), "").unwrap();
    for (out, what) in [
        ("files", "linphone-linphone.xml: is a folder"),
        ("a-file", "a-file: "),
        ("a-file/below", "a-file/below: "),
    ] {
        let said = render(&directory, NETWORK, "prod", &["ht801", "linphone", "--out", out]);
        let err = text(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{err}");
        assert!(err.contains(what) && err.contains("--out DIR"), "{err}");
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "not the first one either");
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_folder_that_others_can_look_into_is_told() {
    let directory = scratch();
    let folder = directory.join("open");
    fs::create_dir(&folder).unwrap();
    let err = |mode: u32| {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        let said = render(&directory, NETWORK, "prod", &["ht801", "--out", "open"]);
        assert!(said.status.success());
        let file = fs::metadata(folder.join("cfg000b82000002.xml")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        text(&said.stderr)
    };
    assert!(err(0o755).contains("note: others can look into open"), "it is said");
    assert_eq!(err(0o700), "");
    fs::remove_dir_all(directory).unwrap();
}

/// What a QR code in an image says, to a decoder that has nothing to do with what made it.
pub(super) fn scanned(image: &Path) -> String {
    let file = std::io::BufReader::new(fs::File::open(image).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Grayscale, png::BitDepth::Eight));
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

#[test]
fn linphone_gets_a_qr_code_of_its_url() {
    let directory = scratch();
    let said =
        render(&directory, NETWORK, "prod", &["linphone", "zoiper", "--url", "https://h.example.org/a/"]);
    let (out, err) = (text(&said.stdout), text(&said.stderr));
    assert!(said.status.success() && err.is_empty(), "{err}");
    assert!(out.contains("the QR code of https://h.example.org/a/linphone-linphone.xml\n"), "{out}");
    assert!(out.contains("linphone-config:https://h.example.org/a/linphone-linphone.xml"), "{out}");
    assert!(out.contains("linphone: ./device-files/linphone.png") && out.contains('\u{2588}'), "{out}");
    assert!(!out.contains(PASSWORD) && !directory.join("device-files/zoiper.png").exists());
    let image = directory.join("device-files/linphone.png");
    assert_eq!(fs::metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(scanned(&image), "https://h.example.org/a/linphone-linphone.xml");

    let said = render(&directory, NETWORK, "prod", &["linphone", "--json", "--url", "http://192.0.2.1"]);
    let json: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(json["files"][1]["url"], "http://192.0.2.1/linphone-linphone.xml");
    assert!(text(&said.stderr).contains("not encrypted"));

    let said = render(&directory, NETWORK, "prod", &["linphone", "ht801"]);
    let err = text(&said.stderr);
    assert!(
        err.lines().count() == 1 && err.contains("linphone: no QR code") && err.contains("devices serve"),
        "{err}"
    );
    for wrong in ["h.example.org", "ftp://h", "https://", "https://u@h", "https://h?x"] {
        let said = render(&directory, NETWORK, "prod", &["linphone", "--url", wrong]);
        assert_eq!(said.status.code(), Some(2), "{wrong}");
    }
    fs::remove_dir_all(directory).unwrap();
}
