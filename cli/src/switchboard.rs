//! `dialtone switchboard`

use std::collections::HashMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use doctor::drill::{Book, Outcome as Verdict};
use jiff::Timestamp;
use ledger::{Access, Ledger};
use serde_json::json;
use server::stop;
use switchboard::{Beside, Board, Drill, Guard};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::ledger::{LedgerArgs, Opened, failure};
use crate::output;

/// Serves pages for people about what happens: calls under way, phones and their health, why calls were refused, every
/// call for help. It reads the ledger, and fills it from --from and --twilio while it runs. It never changes Twilio or
/// the network file.
///
/// On this machine it needs no password. To listen elsewhere, make a password file, and put a server that speaks TLS in
/// front: the session's cookie is sent over TLS alone.
///
///   dialtone switchboard --from events.jsonl
///   dialtone switchboard --hash-password > board.hash
///   dialtone switchboard --listen 0.0.0.0:8090 --password-file board.hash
///   dialtone switchboard --out public
///
/// Exit codes: 0 stopped, or the copy is made, 2 wrong usage or a bad file, 3 the ledger cannot be used.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Switchboard {
    #[command(flatten)]
    ledger: LedgerArgs,

    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    /// The file with the hash of the password, as --hash-password prints it. Needed to listen elsewhere than on this
    /// machine.
    #[arg(long, value_name = "FILE", env = "DIALTONE_SWITCHBOARD_PASSWORD_FILE")]
    password_file: Option<PathBuf>,

    /// Reads a password from standard input, prints its hash, and ends.
    #[arg(long, conflicts_with_all = ["out", "password_file"])]
    hash_password: bool,

    /// Writes a copy for the public into this folder and ends: phones with their state and days, and counts by day, but
    /// no single call.
    #[arg(long, value_name = "DIR", conflicts_with = "password_file")]
    out: Option<PathBuf>,

    /// Prints one JSON object in the end.
    #[arg(long)]
    json: bool,
}

impl Switchboard {
    pub(crate) fn run(self) -> Result {
        if self.hash_password {
            return hash(self.json);
        }
        if let Some(folder) = &self.out {
            return self.publish(folder);
        }
        let password = self.password()?;
        let opened = self.ledger.open_unread()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::system)?;
        runtime.block_on(self.host(opened, password))
    }

    async fn host(self, opened: Opened, password: Option<String>) -> Result {
        let listener = server::bind(self.listen).await;
        let listener = listener.map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        let address = listener.local_addr().map_err(Failure::system)?;
        let Opened { network, ledger, path, sources } = opened;
        let reader = Ledger::open(&path, Access::Read, ledger.zone()).map_err(failure)?;
        let config = self.ledger.network().config.clone();
        let stage = network.stage().name.clone();
        let journals = self.ledger.from().to_vec();
        let beside = move || Beside {
            drills: drills(&config, &stage),
            unpublished_since: journals.iter().filter_map(|path| feed::unpublished_since(path)).min(),
        };
        let board = Board { network, ledger: reader, beside: beside(), guard: Guard::new(password) };
        let feed = self.ledger.clone().feed(ledger, sources);
        let stop = stop::signalled();
        output::aside(&format!("the switchboard is at http://{address}/; stop it with Ctrl-C"));
        switchboard::serve(listener, board, beside, stop).await;
        feed.stop();
        if self.json {
            return Ok(answer::print(Outcome::Done, json!({"url": format!("http://{address}/")})));
        }
        Ok(Outcome::Done)
    }

    /// The hash of the password. Only loopback does without.
    fn password(&self) -> Result<Option<String>> {
        let Some(path) = &self.password_file else {
            return if self.listen.ip().is_loopback() {
                Ok(None)
            } else {
                Err(Failure::usage(
                    "",
                    format!("{} can be reached from elsewhere, so a password is needed", self.listen),
                    "make a file with `dialtone switchboard --hash-password` and name it with --password-file FILE",
                ))
            };
        };
        let hash = switchboard::read_hash(path).map_err(|error| {
            Failure::usage(path.display(), error, "make it with `dialtone switchboard --hash-password`")
        })?;
        Ok(Some(hash))
    }

    fn publish(&self, folder: &Path) -> Result {
        let opened = self.ledger.open()?;
        let board = Board {
            network: opened.network,
            ledger: opened.ledger,
            beside: Beside::default(),
            guard: Guard::new(None),
        };
        let pages = switchboard::public_pages(&board, Timestamp::now()).map_err(failure)?;
        let files = switchboard::write_public(&pages, folder)
            .map_err(|(path, error)| Failure::usage(format!("--out {}", path.display()), error, ""))?;
        if self.json {
            return Ok(answer::print(Outcome::Done, json!({"files": files})));
        }
        output::line(&format!("{} files are in {}", pages.len(), folder.display()));
        Ok(Outcome::Done)
    }
}

fn hash(is_json: bool) -> Result {
    let mut password = String::new();
    std::io::stdin()
        .take(1024)
        .read_to_string(&mut password)
        .map_err(|error| Failure::usage("standard input", error, ""))?;
    let hash = switchboard::hash_password(password.trim_end_matches(['\r', '\n']))
        .map_err(|error| Failure::usage("", error, "choose one of twelve characters or more"))?;
    if is_json {
        return Ok(answer::print(Outcome::Done, json!({"hash": hash})));
    }
    output::verbatim(&hash);
    Ok(Outcome::Done)
}

/// The last drill of each phone. Results that cannot be read are the doctor's to complain about.
fn drills(config: &Path, stage: &str) -> HashMap<String, Drill> {
    let book = Book::open(config).unwrap_or_default();
    let all = book.of_phones(stage).into_iter();
    all.map(|(phone, entry)| {
        (phone.to_owned(), Drill { date: entry.date.clone(), passed: entry.verdict == Verdict::Pass })
    })
    .collect()
}
