-- Schema version 2. Who was told of a call for help, and when.
CREATE TABLE notice (
    call      BLOB NOT NULL,       -- 16 bytes of the call's SID
    kind      TEXT NOT NULL,       -- what the notice says, such as call_for_help
    recipient INTEGER NOT NULL,    -- the place in the network file, from 0
    way       INTEGER NOT NULL,    -- 1 sms, 2 call, 3 webhook, 4 mail
    sent      INTEGER NOT NULL,    -- 0: it was given up
    at        INTEGER NOT NULL,
    PRIMARY KEY (call, kind, recipient)
) WITHOUT ROWID;
