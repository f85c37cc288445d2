-- What nobody else knows. Times are milliseconds since 1970 UTC; amounts are exact decimal text.
CREATE TABLE meta (
    -- Counts the commits that the copy must have; a copy with a higher count than the file knows more.
    generation INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES (0);

CREATE TABLE account (
    position     INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    label        TEXT NOT NULL UNIQUE,
    network      TEXT NOT NULL,
    address      TEXT,
    user_id      TEXT,
    connected_at INTEGER NOT NULL,
    added_hosts  TEXT NOT NULL
) STRICT;

CREATE TABLE network (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE top_up (
    account           TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id                TEXT NOT NULL,
    remote            TEXT,
    intent            TEXT,
    amount            TEXT NOT NULL,
    currency          TEXT NOT NULL,
    method            TEXT,
    phase             TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    remote_created_at INTEGER,
    remote_updated_at INTEGER,
    expires_at        INTEGER,
    checkout          TEXT,
    link_state        TEXT,
    open_when_known   INTEGER NOT NULL,
    cancel_requested  INTEGER NOT NULL,
    ended_at          INTEGER,
    completed_by      TEXT,
    verified          TEXT,
    absent_since      INTEGER,
    error             TEXT,
    PRIMARY KEY (account, id)
) STRICT;
CREATE INDEX top_up_created ON top_up (account, created_at);
CREATE INDEX top_up_ended ON top_up (account, ended_at);
CREATE INDEX top_up_phase ON top_up (account, phase);

CREATE TABLE notice (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    amount    TEXT,
    currency  TEXT,
    days_left INTEGER,
    at        INTEGER NOT NULL,
    silent    INTEGER NOT NULL,
    read      INTEGER NOT NULL DEFAULT 0,
    shown     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, kind, subject)
) STRICT;
CREATE INDEX notice_unread ON notice (id) WHERE read = 0;
CREATE INDEX notice_unshown ON notice (id) WHERE shown = 0;

CREATE TABLE alerts (
    account          TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    low_balance_told INTEGER NOT NULL,
    low_crossing     INTEGER NOT NULL,
    signed_out_told  INTEGER NOT NULL,
    rejection        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
