-- When the API key of an account expires, as the user entered it.
CREATE TABLE key_expiry (
    account    TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- YYYY-MM-DD.
    date       TEXT NOT NULL,
    entered_at INTEGER NOT NULL,
    digest     INTEGER NOT NULL AS (digest_of(account, date, entered_at)) STORED,
    CHECK (digest = digest_of(account, date, entered_at))
) STRICT, WITHOUT ROWID;
