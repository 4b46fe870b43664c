//! Files of events, each read from where the last reading ended.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ledger::{Ledger, Record, Taken};
use network::Network;
use publish::Entry;

use crate::error::{FeedError, Result};
use crate::fingerprint::fingerprint;
use crate::{journal, notes};

/// How many bytes of a file go into the ledger in one transaction.
const PIECE: usize = 4 << 20;

/// How many bytes of a file's beginning tell it from one that took its name.
const HEAD: usize = 256;

/// The largest document that is read as a whole.
const LARGEST_DOCUMENT: u64 = 256 << 20;

/// A file of events, a folder of them, or a journal.
#[derive(Debug, Clone)]
pub struct Files {
    path: PathBuf,
    stage: String,
}

impl Files {
    /// The files that lie there, for the stage of the network. Events of other stages are passed over.
    #[must_use]
    pub fn new(path: &Path, network: &Network) -> Self {
        Self { path: path.to_owned(), stage: network.stage().name.clone() }
    }

    /// Reads what is new. Lines that are no events are passed over; a last line without its end waits.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the ledger cannot be written. What was read before is in the ledger.
    pub fn read(&self, ledger: &mut Ledger) -> Result<Taken> {
        let slots = publish::slots(&self.path).unwrap_or_default();
        if !slots.is_empty() {
            let mut all = Taken::default();
            for slot in slots {
                all += journal::read(&slot, &self.stage, ledger)?;
                notes::read(&slot, ledger)?;
            }
            return Ok(all);
        }
        let mut files = vec![self.path.clone()];
        if self.path.is_dir() {
            let entries = std::fs::read_dir(&self.path).map_err(FeedError::file(&self.path))?;
            files =
                entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
            files
                .retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
            files.sort();
        }
        let mut all = Taken::default();
        for path in files {
            let mut reader = Reader::open(&path, ledger)?;
            while let Some((records, cursor)) = reader.piece(&self.stage).map_err(FeedError::file(&path))? {
                all += ledger.take(records, Some((&reader.name, &cursor)))?;
            }
        }
        Ok(all)
    }
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

/// A file that is read from where the ledger's cursor says.
struct Reader {
    name: String,
    file: BufReader<File>,
    head: String,
    offset: u64,
    length: u64,
}

impl Reader {
    fn open(path: &Path, ledger: &Ledger) -> Result<Self> {
        let name = std::fs::canonicalize(path).map_err(FeedError::file(path))?.display().to_string();
        let cursor = ledger.cursor(&name)?;
        Self::at(path, name, cursor).map_err(FeedError::file(path))
    }

    fn at(path: &Path, name: String, cursor: Option<String>) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut head = Vec::new();
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        // Another file may have taken the name, or this one may have been emptied: then it is read from its beginning.
        // Reading twice does no harm.
        let offset = cursor
            .and_then(|cursor| {
                let (offset, print) = cursor.split_once(':')?;
                let (size, print) = print.split_once(':')?;
                let known = head.get(..size.parse().ok()?)?;
                (fingerprint(known) == print).then(|| offset.parse::<u64>().ok())?
            })
            .filter(|offset| *offset <= length)
            .unwrap_or_default();
        file.seek(SeekFrom::Start(offset))?;
        let head = format!("{}:{}", head.len(), fingerprint(&head));
        Ok(Self { name, file: BufReader::with_capacity(1 << 16, file), head, offset, length })
    }

    /// The records of the next piece, and the cursor behind it. Nothing at the end.
    fn piece(&mut self, stage: &str) -> std::io::Result<Option<(Vec<Record>, String)>> {
        if self.offset == 0 && self.is_document()? {
            let mut text = String::new();
            self.file.by_ref().take(LARGEST_DOCUMENT).read_to_string(&mut text)?;
            self.offset = text.len() as u64;
            return Ok(Some((of_entries(&text, stage), format!("{}:{}", self.offset, self.head))));
        }
        let mut records = Vec::new();
        let (mut line, mut read) = (Vec::new(), 0);
        while read < PIECE {
            line.clear();
            // A file that grows while it is read has more next time.
            let size = self
                .file
                .by_ref()
                .take(self.length.saturating_sub(self.offset))
                .read_until(b'\n', &mut line)?;
            if size == 0 || line.last() != Some(&b'\n') {
                break;
            }
            self.offset += size as u64;
            read += size;
            of_line(&String::from_utf8_lossy(&line), stage, &mut records);
        }
        Ok((read > 0).then(|| (records, format!("{}:{}", self.offset, self.head))))
    }

    /// Whether the file is one document of `aws logs filter-log-events`: its first line is no whole JSON value, or one
    /// with a list of events.
    fn is_document(&mut self) -> std::io::Result<bool> {
        let start = self.file.fill_buf()?;
        let text = String::from_utf8_lossy(start);
        let first = text.trim_start().lines().next().unwrap_or_default().trim();
        Ok(first == "{" || first.starts_with("{\"events\":") || first.starts_with("{ \"events\":"))
    }
}

/// The records of one line, which may be an event itself, or a log line that holds it, or a record of the relay's queue.
fn of_line(line: &str, stage: &str, records: &mut Vec<Record>) {
    match Record::parse(line.trim()) {
        Some(record) => records.push(record),
        None if line.contains("UserEvent") => records.extend(of_entries(line, stage)),
        None => {}
    }
}

fn of_entries(text: &str, stage: &str) -> Vec<Record> {
    Entry::of_file(text)
        .iter()
        .filter(|entry| entry.message.stage() == stage)
        .filter_map(|entry| Record::parse(entry.message.json()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use jiff::tz::TimeZone;

    use super::*;

    fn event(second: u32) -> String {
        format!(
            r#"{{"timestamp":"2026-06-20T18:04:{second:02}.123456Z","hostname":"h","event":{{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"}},"call":{{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}}}"#
        )
    }

    fn logged(second: u32, stage: &str) -> String {
        let event = serde_json::to_string(&event(second)).unwrap();
        format!(
            r#"{{"timestamp":"t","level":"INFO","message":"event","delivery":"log","stage":"{stage}","event":{event}}}"#
        )
    }

    #[test]
    fn a_file_is_read_on_from_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let mut ledger = Ledger::in_memory(&TimeZone::UTC).unwrap();
        let source = Files { path: path.clone(), stage: "prod".to_owned() };
        let mut file = File::create(&path).unwrap();
        let mut read = |file: &mut File, text: &str| {
            file.write_all(text.as_bytes()).unwrap();
            let taken = source.read(&mut ledger).unwrap_or_else(|_| panic!());
            (taken.new, taken.repeated)
        };
        assert_eq!(read(&mut file, &format!("{}\nnoise\n{}\n", event(1), logged(2, "prod"))), (2, 0));
        assert_eq!(read(&mut file, ""), (0, 0));
        // A torn line waits for its end.
        let torn = event(3);
        assert_eq!(read(&mut file, &torn[..50]), (0, 0));
        assert_eq!(read(&mut file, &format!("{}\n", &torn[50..])), (1, 0));
        assert_eq!(read(&mut file, &format!("{}\n", logged(4, "dev"))), (0, 0));
        // A file that was rotated begins anew.
        let mut file = File::create(&path).unwrap();
        assert_eq!(read(&mut file, &format!("{}\n{}\n", event(9), event(1))), (1, 1));
    }

    #[test]
    fn documents_and_folders_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let document = serde_json::json!({"events": [{"message": logged(1, "prod")}, {"message": "noise"}]});
        std::fs::write(folder.path().join("a"), serde_json::to_string_pretty(&document).unwrap()).unwrap();
        std::fs::write(folder.path().join("b"), document.to_string()).unwrap();
        std::fs::write(folder.path().join("c"), format!("{}\n", event(2))).unwrap();
        std::fs::write(folder.path().join(".hidden"), format!("{}\n", event(3))).unwrap();
        let mut ledger = Ledger::in_memory(&TimeZone::UTC).unwrap();
        let source = Files { path: folder.path().to_owned(), stage: "prod".to_owned() };
        let taken = source.read(&mut ledger).unwrap_or_else(|_| panic!());
        assert_eq!((taken.new, taken.repeated), (2, 1));
        let again = source.read(&mut ledger).unwrap_or_else(|_| panic!());
        assert_eq!(again, Taken::default());
    }
}
