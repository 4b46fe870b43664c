-- Schema version 3. When a registrar said that a phone is registered: the last time of each day (UTC).
CREATE TABLE registration (
    phone INTEGER NOT NULL,
    day   INTEGER NOT NULL,        -- since 1970
    seen  INTEGER NOT NULL,
    PRIMARY KEY (phone, day)
) WITHOUT ROWID;
