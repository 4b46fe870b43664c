//! Where passwords are kept, and what is known of them.

use std::fs;

use super::*;

fn keyring(folder: &Path) -> Passwords {
    Passwords::open_to_write(Some(&folder.join("deep/p.json")), "n", "s").ok().unwrap()
}

#[test]
fn a_password_is_kept_before_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let first = keyring(folder.path());
    let password = first.password("lobby").unwrap();
    assert_eq!(first.known("lobby"), Known::Unset);
    drop(first);
    let second = keyring(folder.path());
    assert_eq!(second.password("lobby").unwrap().expose(), password.expose());
    let when = "Fri, 27 Nov 2026 08:00:00 +0000";
    second.confirm("lobby", "CR1", Some(when)).unwrap();
    let known = Known::Set { credential: "CR1".into(), when: Some(when.into()) };
    assert_eq!(second.known("lobby"), known);
    second.doubt("lobby").unwrap();
    assert_eq!(second.known("lobby"), Known::Unset);
    assert_eq!(second.known("other"), Known::Nothing);
}

#[test]
fn a_rotation_that_was_cut_off_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    let old = keyring.password("lobby").unwrap();
    keyring.confirm("lobby", "CR1", None).unwrap();
    let new = keyring.renew("lobby").ok().unwrap();
    assert_eq!(keyring.of("lobby").unwrap().expose(), old.expose());
    assert_eq!(
        (keyring.known("lobby"), keyring.password("lobby").unwrap().expose()),
        (Known::Rotating, new.expose())
    );
    keyring.confirm("lobby", "CR1", None).unwrap();
    assert_eq!(keyring.of("lobby").unwrap().expose(), new.expose());
}

#[test]
fn a_file_has_the_passwords_of_one_stage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.json");
    // As it was written before stages were noted: it becomes the stage's that writes it first.
    fs::write(&path, r#"{"lobby": {"password": "Correct-horse-9", "credential": "CR1"}}"#).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let open = |stage| Passwords::open(Some(&path), "n", stage);
    assert!(open("prod").is_ok() && open("dev").is_ok());
    let prod = Passwords::open_to_write(Some(&path), "n", "prod").ok().unwrap();
    assert_eq!(prod.known("lobby"), Known::Set { credential: "CR1".into(), when: None });
    prod.password("porch").unwrap();
    drop(prod);
    assert!(open("prod").is_ok());
    let refused = open("dev").err().unwrap();
    assert!(
        matches!(&refused, PasswordsError::OfAnother { stranger, .. } if stranger == "n:prod"),
        "{refused:?}"
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_them() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    keyring.password("lobby").unwrap();
    let path = keyring.path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Passwords::open_to_write(Some(&path), "n", "s").is_err(), "two may write at once");
    drop(keyring);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Passwords::open(Some(&path), "n", "s").is_err(), "others may read it");
}

#[test]
fn git_does_not_see_them() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let named = folder.path().join("deep/p.json");
    assert!(Passwords::open_to_write(Some(&named), "n", "s").is_err());
    assert!(!folder.path().join("deep").exists(), "nothing is left behind, no lock either");
    let named = Passwords::open(Some(&named), "n", "s").ok().unwrap();
    assert!(named.notes(&[])[0].what.contains("git would see it"));
    assert!(named.password("lobby").unwrap_err().what.contains("git would see it"));
    let usual = Passwords { is_usual: true, ..named };
    usual.password("lobby").unwrap();
    assert_eq!(fs::read_to_string(usual.folder().join(".gitignore")).unwrap(), "*\n");
}
