//! `dialtone devices render`

use clap::Args;
use devices::{Camera, Place, Proxy, QrCode, base_url, file_name, host};
use serde_json::{Value, json};

use super::folder::DeviceFolder;
use super::phones::{Phone, Phones};
use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Writes the files that set up phones' devices, under the names that the devices ask for.
///
/// docs/devices.md says for each device what to do with its file. Nothing is written unless every file
/// can be.
///
/// Linphone scans a QR code of its file's URL. Where the files will be fetched from is for you to say (--url); the
/// code is then shown, and written beside the file.
///
/// Exit codes: 0 done, 2 wrong usage, no device, no password, the files cannot be written, or git would see them.
#[derive(Args)]
pub(crate) struct Render {
    #[command(flatten)]
    phones: Phones,

    #[command(flatten)]
    folder: DeviceFolder,

    /// Where Linphone will fetch its file from: scheme, host and perhaps a path, without the file's name.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    url: Option<String>,

    /// Makes the files for the lab on this host: a name or an IPv4 address, without a port. Only the proxy differs
    /// from the files for Twilio, and each file says that calls for help reach nobody. So name a folder of their own.
    #[arg(long, value_name = "HOST", value_parser = host, requires = "out")]
    lab: Option<String>,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

/// A QR code, and what it leads to.
struct Code {
    phone: String,
    /// The image's file name.
    name: String,
    url: String,
    code: QrCode,
    image: Vec<u8>,
}

impl Render {
    pub(crate) fn run(self) -> Result {
        let chosen = self.phones.choose(self.lab.as_deref().map_or(Proxy::Edge, Proxy::Lab))?;
        let codes: Vec<_> = match &self.url {
            Some(base) => chosen
                .phones
                .iter()
                .filter(|phone| has_code(phone))
                .map(|phone| Code::of(phone, base))
                .collect::<Result<_>>()?,
            None => Vec::new(),
        };
        let files =
            || chosen.phones.iter().flat_map(|phone| phone.files.iter().map(move |file| (phone, file)));
        let names = files().map(|(_, file)| file.name.as_str());
        let names = names.chain(codes.iter().map(|code| code.name.as_str()));
        self.folder.check_names(names).map_err(|finding| Failure::found(Outcome::Usage, vec![finding]))?;

        let mut written = Vec::new();
        for (phone, file) in files() {
            let path = self.folder.write(&file.name, &file.bytes)?;
            self.tell(&format!("{}: {path}", phone.name));
            written.push(json!({"phone": phone.name, "file": path, "secret": file.is_secret}));
        }
        for code in &codes {
            written.push(self.write_code(code)?);
        }
        self.advise(&chosen.phones);
        if self.json {
            return Ok(answer::print(Outcome::Done, json!({"files": written, "skipped": chosen.skipped})));
        }
        Ok(Outcome::Done)
    }

    /// Writes a code as an image, and shows it.
    fn write_code(&self, code: &Code) -> Result<Value> {
        let Code { phone, name, url, code, image } = code;
        let path = self.folder.write(name, image)?;
        self.tell(&format!(
            "{phone}: {path}, the QR code of {url}\n{}or open on the device: linphone-config:{url}",
            code.text()
        ));
        // Anyone who knows the URL may get the file.
        Ok(json!({"phone": phone, "file": path, "secret": true, "url": url}))
    }

    /// For people; a program reads JSON.
    fn tell(&self, text: &str) {
        if !self.json {
            output::line(text);
        }
    }

    fn advise(&self, phones: &[Phone]) {
        if let Some(host) = &self.lab {
            output::aside(&format!(
                "CAUTION: these files are for the lab on {host}; a call for help from a telephone that has one reaches \
                 nobody"
            ));
        }
        let with_code: Vec<_> =
            phones.iter().filter(|phone| has_code(phone)).map(|phone| phone.name.as_str()).collect();
        match &self.url {
            _ if with_code.is_empty() => {}
            Some(url) if url.starts_with("https://") => {}
            Some(_) => output::aside(
                "caution: HTTP is not encrypted, and anyone who listens on the way can read what lets them register as \
                 this phone",
            ),
            None => output::aside(&format!(
                "{}: no QR code without --url URL, the place that the file is fetched from; `dialtone devices serve` \
                 hands the file out itself, and shows one",
                with_code.join(", ")
            )),
        }
    }
}

/// Whether the device reads the URL of its file from a QR code.
fn has_code(phone: &Phone) -> bool {
    devices::camera(phone.kind) == Camera::OfTheProgram
}

impl Code {
    fn of(phone: &Phone, base: &str) -> Result<Self> {
        let url = Place::new(base, &phone.files).url();
        let fail = |error| Failure::usage("--url", format!("{url}: {error}"), "");
        let code = QrCode::new(&url).map_err(fail)?;
        let image = code.png().map_err(fail)?;
        Ok(Self {
            phone: phone.name.clone(),
            name: format!("{}.png", file_name(&phone.name)),
            url,
            code,
            image,
        })
    }
}
