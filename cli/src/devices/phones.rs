//! Which phones are meant, and the files of their devices.

use std::path::PathBuf;

use clap::Args;
use devices::{DeviceFile, Proxy};
use network::{Extension, Finding, Network};

use super::decisions::Decisions;
use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use crate::output;
use passwords::{Passwords, given};

/// Which phones, of which network.
#[derive(Args)]
pub(super) struct Phones {
    /// The phones: their names in the file.
    #[arg(value_name = "EXT", conflicts_with = "all")]
    names: Vec<String>,

    /// Every phone that has a device.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    network: NetworkArgs,

    /// The file of the phones' passwords. Default: dialtone/NETWORK/STAGE.passwords.json in the user's own state
    /// folder (XDG_STATE_HOME, or else ~/.local/state).
    #[arg(long, value_name = "FILE", env = "DIALTONE_PASSWORDS_FILE")]
    passwords: Option<PathBuf>,
}

/// A phone, and the files of its device.
pub(super) struct Phone {
    /// The user name.
    pub(super) name: String,
    pub(super) kind: network::DeviceKind,
    pub(super) files: Vec<DeviceFile>,
}

/// What was asked for.
pub(super) struct Chosen {
    pub(super) phones: Vec<Phone>,
    /// Phones without a device, which `--all` leaves out.
    pub(super) skipped: Vec<String>,
}

impl Phones {
    /// Reads the file and the passwords, and makes every file. All that is wrong is said at once.
    pub(super) fn choose(&self, proxy: Proxy<'_>) -> Result<Chosen> {
        if self.names.is_empty() && !self.all {
            return Err(Failure::usage(
                "",
                "name the phones, or write --all for every phone that has a device",
                "",
            ));
        }
        let (network, ()) = both(self.network.network(), given().map(drop).map_err(Failure::from))?;
        let passwords = Passwords::open(self.passwords.as_deref(), network.name(), &network.stage().name)?;
        let mut problems = Vec::new();
        let (mut phones, mut skipped) = (Vec::new(), Vec::new());
        for extension in self.extensions(&network, &mut problems) {
            let name = extension.name();
            if self.all && extension.device().is_none() {
                output::aside(&format!("{name}: skipped, it has no device in the file"));
                skipped.push(name.to_owned());
                continue;
            }
            match phone(&network, extension, &passwords, proxy) {
                Ok(phone) => {
                    tell_of_late_help(&network, extension);
                    phones.push(phone);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() && phones.is_empty() {
            problems.push(Finding::new(
                "",
                "no phone in the file has a device",
                "add one to its section, such as device = { kind = \"linphone\" }",
            ));
        }
        if problems.is_empty() {
            Ok(Chosen { phones, skipped })
        } else {
            Err(Failure::found(Outcome::Usage, problems))
        }
    }

    fn extensions<'n>(&self, network: &'n Network, problems: &mut Vec<Finding>) -> Vec<&'n Extension> {
        if self.all {
            return network.extensions().iter().collect();
        }
        let mut chosen: Vec<&Extension> = Vec::new();
        for name in &self.names {
            match network.extension(name) {
                Some(extension) if chosen.iter().any(|other| std::ptr::eq(*other, extension)) => {}
                Some(extension) => chosen.push(extension),
                None => problems.push(network.no_phone(name)),
            }
        }
        chosen
    }
}

/// Makes the files of one phone.
pub(super) fn phone(
    network: &Network,
    extension: &Extension,
    passwords: &Passwords,
    proxy: Proxy<'_>,
) -> std::result::Result<Phone, Finding> {
    let name = extension.name();
    let Some(device) = extension.device() else {
        return Err(devices::DeviceError::NoDevice.finding(name));
    };
    let Some(password) = passwords.of(name) else {
        return Err(Finding::new(
            name,
            "its password is not known here",
            format!(
                "if it has none in Twilio yet, run `dialtone apply`, which makes it; otherwise bring the file of passwords \
                 from where it is kept (--passwords FILE), or give the phone a new one: `dialtone rotate {name}`, or one of \
                 your own in DIALTONE_PASSWORDS and `dialtone apply --set-passwords`"
            ),
        ));
    };
    let files = devices::render(network, extension, &password, &Decisions(network), proxy)
        .map_err(|error| error.finding(name))?;
    Ok(Phone { name: name.to_owned(), kind: device.kind, files })
}

/// Says so if the phone's device does not send an emergency number with its last key.
pub(super) fn tell_of_late_help(network: &Network, extension: &Extension) {
    devices::late_help(network, extension, &Decisions(network)).iter().for_each(|late| output::aside(late));
}
