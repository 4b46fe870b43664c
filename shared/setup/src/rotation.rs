//! New passwords for phones, in words.

use network::Finding;

use crate::NOTHING_CHANGED;

/// The question before the passwords of these phones are changed.
pub fn question<'n>(mut phones: impl ExactSizeIterator<Item = &'n str>) -> String {
    match (phones.len(), phones.next()) {
        (1, Some(phone)) => format!("{phone} cannot be called until it has its new file. Go on?"),
        (count, _) => {
            format!("{count} phones cannot be called, nor call 911, until they have their new files. Go on?")
        }
    }
}

/// What keeps the files of a phone from being written, found out before anything was changed.
#[must_use]
pub fn unchanged(Finding { about, what, remedy }: Finding) -> Finding {
    match remedy.as_str() {
        "" => Finding::new(about, format!("{what} ({NOTHING_CHANGED})"), ""),
        _ => Finding::new(about, what, format!("{remedy} ({NOTHING_CHANGED})")),
    }
}

/// Beside a failure of Twilio: the new password is kept.
#[must_use]
pub fn kept_for_later() -> Finding {
    Finding::new("", "the new password is kept", "run the same command again, or `dialtone apply`")
}

/// Beside a password that is not kept: it was changed in Twilio all the same.
#[must_use]
pub fn changed_unkept(user: &str) -> Finding {
    Finding::new(
        "",
        format!("the password of {user} WAS changed in Twilio"),
        format!(
            "when that is mended, `dialtone apply` and then `dialtone devices render {user} --out DIR` write its device \
             file"
        ),
    )
}

/// Beside a device file that is not written: the password was changed in Twilio all the same.
#[must_use]
pub fn changed_unwritten(user: &str) -> Finding {
    Finding::new(
        "",
        format!("the password of {user} WAS changed in Twilio, but its device file is not written"),
        format!("write it with `dialtone devices render {user} --out DIR`"),
    )
}
