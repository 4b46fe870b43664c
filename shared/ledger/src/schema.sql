-- Schema version 1. Times are microseconds since 1970 (UTC); days and hours are counted in the ledger's own zone.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE phone (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- What happened. The key is the whole event, so that the same event is kept once.
CREATE TABLE event (
    at     INTEGER NOT NULL,
    phone  INTEGER NOT NULL,
    what   INTEGER NOT NULL,
    call   BLOB NOT NULL,          -- 16 bytes of a call's SID, or none
    detail INTEGER NOT NULL,       -- a status, a reason or an error code, as `what` says
    proof  INTEGER NOT NULL,       -- 1 life, 2 death, 3 perhaps life
    PRIMARY KEY (at, phone, what, call, detail)
) WITHOUT ROWID;
CREATE INDEX event_proof ON event (phone, proof, at) WHERE proof > 0;
CREATE INDEX event_error ON event (phone, at) WHERE what IN (13, 14);

-- A call, seen from a phone. Each column is a minimum, a maximum or a union of what its events say, so that the order
-- in which they come makes no difference. Where the latest event decides, its time stands in the high bits.
CREATE TABLE call (
    id          INTEGER PRIMARY KEY,
    call        BLOB NOT NULL,
    phone       INTEGER NOT NULL,
    began       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    events      INTEGER NOT NULL,  -- bit n: an event with `what` n has happened; bit 0: Twilio lists it
    way         INTEGER NOT NULL,
    destination INTEGER NOT NULL,
    seconds     INTEGER,
    ended_key   INTEGER NOT NULL,  -- time << 4 | ending
    why_key     INTEGER NOT NULL,  -- time << 8 | why
    error_key   INTEGER NOT NULL,  -- time in seconds << 20 | error code
    ending      INTEGER AS (ended_key & 15),
    why         INTEGER AS (why_key & 255),
    error       INTEGER AS (error_key & 1048575),
    -- Errors alone make no call: they are filed under the phone that was rung, beside the caller's.
    is_listed   INTEGER AS (events & ~((1 << 13) | (1 << 14) | (1 << 17) | (1 << 18)) != 0),
    -- 4 failed, 3 refused, 2 a real call for help, 1 a drill.
    help        INTEGER AS (CASE
        WHEN events & (1 << 16) != 0 THEN 4
        WHEN events & (1 << 15) != 0 OR why_key & 255 = 9 THEN 3
        WHEN destination = 5 AND ended_key & 15 IN (3, 4, 5) THEN 4
        WHEN destination = 5 THEN 2
        WHEN destination = 4 THEN 1
        ELSE 0 END),
    UNIQUE (call, phone)
);
CREATE INDEX call_began ON call (began) WHERE is_listed;
CREATE INDEX call_phone ON call (phone, began) WHERE is_listed;
CREATE INDEX call_ending ON call (ending, began) WHERE is_listed;
CREATE INDEX call_why ON call (why, began) WHERE is_listed AND why > 0;
CREATE INDEX call_help ON call (began) WHERE help > 0;
CREATE INDEX call_answered ON call (phone, last) WHERE way = 2 AND ending IN (3, 6);

-- A leg of Twilio's list of calls: what only Twilio knows.
CREATE TABLE leg (
    leg     BLOB PRIMARY KEY,
    call    BLOB NOT NULL,         -- the parent's SID, or its own
    seconds INTEGER,
    price   INTEGER,               -- millionths of the account's currency; positive is what it cost
    country TEXT                   -- ISO 3166, of the number that was dialled
) WITHOUT ROWID;
CREATE INDEX leg_call ON leg (call);

-- Counts, so that a month can be drawn without reading it.
CREATE TABLE hour_tally (
    hour INTEGER NOT NULL, what INTEGER NOT NULL, detail INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (hour, what, detail)
) WITHOUT ROWID;
CREATE TABLE phone_day (
    day INTEGER NOT NULL, phone INTEGER NOT NULL,
    life INTEGER NOT NULL, death INTEGER NOT NULL, answered INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
    PRIMARY KEY (day, phone)
) WITHOUT ROWID;

-- How far each source has been read.
CREATE TABLE cursor (source TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;

-- What was forgotten stays so when its source is read again. Phone 0 is every phone.
CREATE TABLE forgotten (phone INTEGER PRIMARY KEY, before INTEGER NOT NULL);
