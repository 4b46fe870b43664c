//! `dialtone devices serve`

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ::files::{SecretFolder, SecretFolderError};
use ::server::stop;
use clap::Args;
use devices::{Camera, Place, Proxy, QrCode, base_url};
use network::Finding;
use serde_json::json;
use shelf::{End, Shelf};

use super::phones::{Phone, Phones};
use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Hands the files of phones' devices to the devices, over HTTP, each once.
///
/// For every phone a path is made that nobody can guess, and what to type into the device is printed; programs get a
/// QR code. A file is handed out once, to the first that fetches it, so watch the lines that say who did. When all are
/// fetched, or the time is over, the server ends.
///
/// HTTP is not encrypted: anyone who can listen on the network between here and the device can read the password. So it
/// listens to this machine alone unless you name an address of it on a network that you trust, the one the devices
/// are on: --listen 192.168.1.10:8083. Where you trust none, put a server with HTTPS in front of it, and name that
/// one's address with --url.
///
/// Exit codes: 0 everything was fetched, 1 it ended before that, 2 wrong usage, no device or no password.
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    phones: Phones,

    /// The address to listen on: this machine's, as the devices know it.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8083")]
    listen: SocketAddr,

    /// Where devices reach this server, if not at the address it listens on: scheme, host and perhaps a path.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    url: Option<String>,

    /// For how many minutes.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1440))]
    minutes: u16,

    /// Writes the QR codes into this folder, too, as PNG images.
    #[arg(long, value_name = "DIR")]
    qr: Option<PathBuf>,

    /// Prints one JSON object in the end: which phones have their files. What to type into the devices is then on
    /// standard error.
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Result {
        if self.url.is_none() && self.listen.ip().is_unspecified() {
            return Err(Failure::usage(
                "",
                "a device needs an address to ask",
                "name this machine's own, such as --listen 192.168.1.10:8083, or the one devices reach it by with --url",
            ));
        }
        let phones = self.phones.choose(Proxy::Edge)?.phones;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::system)?;
        runtime.block_on(self.host(&phones))
    }

    async fn host(&self, phones: &[Phone]) -> Result {
        let listener = ::server::bind(self.listen).await;
        let listener = listener.map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        let address = listener.local_addr().map_err(Failure::system)?;
        let base = self.url.clone().unwrap_or_else(|| format!("http://{address}"));
        let shelf = Shelf::new();
        for phone in phones {
            let token = token()?;
            for file in &phone.files {
                let path = format!("/{token}/{}", file.name);
                shelf.put(path, &phone.name, file.bytes.clone(), file.is_secret);
            }
            self.explain(phone, &Place::new(&format!("{base}/{token}"), &phone.files))?;
        }
        warn(&base, address.ip());
        let stop = stop::signalled();
        output::aside(&format!("waiting for {} minutes; Ctrl-C ends it", self.minutes));
        let time = Duration::from_secs(u64::from(self.minutes) * 60);
        let end = shelf::serve(listener, &shelf, time, stop, |news| output::aside(&news.to_string())).await;
        let waiting = shelf.waiting();
        let (outcome, why) = match end {
            _ if waiting.is_empty() => (Outcome::Done, "everything was fetched".to_owned()),
            End::TimeOver => (Outcome::No, format!("the time is over; not fetched: {}", waiting.join(", "))),
            _ => (Outcome::No, format!("stopped; not fetched: {}", waiting.join(", "))),
        };
        output::aside(&why);
        if self.json {
            let names = phones.iter().map(|phone| &phone.name);
            let fetched: Vec<_> = names.filter(|name| !waiting.contains(name)).collect();
            return Ok(answer::print(outcome, json!({"fetched": fetched, "not_fetched": waiting})));
        }
        Ok(outcome)
    }

    /// For people; with --json standard output is the program's.
    fn tell(&self, text: &str) {
        if self.json { output::aside(text) } else { output::line(text) }
    }

    fn explain(&self, phone: &Phone, place: &Place<'_>) -> Result<()> {
        self.tell(&format!("{} ({})", phone.name, phone.kind.as_str()));
        devices::steps(phone.kind, place).iter().for_each(|step| self.tell(&format!("  {step}")));
        // A URL that has no room in a code can still be typed.
        let code = QrCode::new(&place.url()).ok().filter(|_| devices::camera(phone.kind) != Camera::None);
        let Some(code) = code else { return Ok(()) };
        self.tell(&code.text());
        if let Some(folder) = &self.qr {
            let name = format!("{}.png", devices::file_name(&phone.name));
            let image = code.png().map_err(Failure::system)?;
            let path = SecretFolder::new(folder).write(&name, &image).map_err(|error| unwritten(&error))?;
            self.tell(&format!("  the same as an image: {}", path.display()));
        }
        Ok(())
    }
}

fn unwritten(error: &SecretFolderError) -> Failure {
    let (path, what) = match error {
        SecretFolderError::Io { path, source } => (path, source.to_string()),
        SecretFolderError::IsFolder { path } | SecretFolderError::Seen { path, .. } => {
            (path, error.to_string())
        }
    };
    let finding = Finding::new(path.display().to_string(), what, "name another folder with --qr DIR");
    Failure::found(Outcome::Usage, vec![finding])
}

/// A path that nobody can guess: 128 bits.
fn token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::usage("", format!("the system has no random numbers: {error}"), ""))?;
    Ok(webhook::lower_hex(&bytes))
}

fn warn(base: &str, address: IpAddr) {
    if base.starts_with("https://") {
        return;
    }
    output::aside(if address.is_loopback() {
        "only this machine can fetch the files; to let others, see --listen and --url in --help"
    } else {
        "caution: HTTP is not encrypted, and anyone who listens on this network can read the passwords"
    });
}
