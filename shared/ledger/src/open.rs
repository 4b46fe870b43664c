//! The file, and its schema.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::{Error, Result};

/// Each schema version's script, the first one's first. A script that was released is never changed.
const MIGRATIONS: [&str; 3] =
    [include_str!("schema.sql"), include_str!("notices.sql"), include_str!("registrations.sql")];

/// How long to wait for another writer, which may be reading a long journal.
const PATIENCE: Duration = Duration::from_secs(10);

/// The purpose for which a ledger is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read, while another process writes.
    Read,
    /// To write, too. The file is made if it is not there.
    Write,
}

/// A ledger. One process writes at a time; any number read meanwhile.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
    pub(crate) zone: TimeZone,
    /// The version of the file's schema. A reader may have an older one before it, which nobody has written to since.
    pub(crate) schema: i64,
    /// Phones by their names, as far as they were asked for.
    pub(crate) phones: HashMap<Box<str>, i64>,
}

impl Ledger {
    /// Opens a file.
    ///
    /// Days and hours are counted in `zone`. If the file counts in another one, a writer counts anew, which takes a few
    /// seconds for a year of calls; a reader takes the file's.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or a newer program wrote it.
    pub fn open(path: &Path, access: Access, zone: &TimeZone) -> Result<Self> {
        let flags = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            Access::Write => {
                OpenFlags::SQLITE_OPEN_READ_WRITE
                    | OpenFlags::SQLITE_OPEN_CREATE
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
            }
        };
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|source| Error::Open { path: path.to_owned(), source })?;
        Self::prepare(connection, access, zone).map_err(|error| match error {
            Error::Sqlite(source) => Error::Open { path: path.to_owned(), source },
            other => other,
        })
    }

    /// A ledger in memory, for tests and for a look at files that leaves nothing behind.
    ///
    /// # Errors
    ///
    /// There is no memory left.
    pub fn in_memory(zone: &TimeZone) -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?, Access::Write, zone)
    }

    fn prepare(connection: Connection, access: Access, zone: &TimeZone) -> Result<Self> {
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        if access == Access::Write {
            // What is forgotten is overwritten. With a write-ahead log, a power cut may cost the last moments, which are
            // read again from the source: the cursor is in the same file.
            connection.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; \
                 PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;",
            )?;
        } else {
            connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000;")?;
        }
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or_default();
        if found > known {
            return Err(Error::Newer { found, known });
        }
        let mut ledger = Self { connection, zone: zone.clone(), schema: found, phones: HashMap::new() };
        if access == Access::Write {
            ledger.migrate(found)?;
            ledger.schema = known;
            ledger.settle_zone(zone)?;
        } else if let Some(zone) = ledger.setting("zone")?.and_then(|name| TimeZone::get(&name).ok()) {
            ledger.zone = zone;
        }
        Ok(ledger)
    }

    fn migrate(&mut self, found: i64) -> Result<()> {
        for (version, script) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
            let transaction = self.connection.transaction()?;
            transaction.execute_batch(script)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
        Ok(())
    }

    fn settle_zone(&mut self, zone: &TimeZone) -> Result<()> {
        // A zone without a name, such as a bare TZ=..., is told by its offset of today.
        let name = zone.iana_name().map_or_else(
            || jiff::tz::Offset::to_string(&zone.to_offset(Timestamp::UNIX_EPOCH)),
            str::to_owned,
        );
        match self.setting("zone")? {
            Some(known) if known == name => return Ok(()),
            Some(_) => self.count_anew()?,
            None => {}
        }
        self.set("zone", &name)
    }

    /// The zone in which days and hours are counted.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM setting WHERE name = ?")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    fn set(&self, name: &str, value: &str) -> Result<()> {
        self.connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, value])?;
        Ok(())
    }

    /// How far a source has been read, as its reader noted it.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn cursor(&self, source: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT state FROM cursor WHERE source = ?")?;
        Ok(statement.query_row([source], |row| row.get(0)).optional()?)
    }

    /// The phone's number in the file, if it has one.
    pub(crate) fn phone_id(&self, name: &str) -> Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM phone WHERE name = ?")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// A number that changes when another process has written to the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn version(&self) -> Result<i64> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }
}

/// A time as the file has it.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A time of the file.
pub(crate) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
