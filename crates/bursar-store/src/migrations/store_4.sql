-- Where each account's key is, and what has still to go from the keyring. Neither holds a secret.
CREATE TABLE key_place (
    account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- `keyring`, `session` (the user wants it forgotten when the app closes) or `none` (signed out).
    place   TEXT NOT NULL,
    digest  INTEGER NOT NULL AS (digest_of(account, place)) STORED,
    CHECK (digest = digest_of(account, place))
) STRICT, WITHOUT ROWID;

-- Entries of the keyring that nobody may use any more; each stands here before the keyring is asked to remove it, and
-- before an entry is written whose account is not stored yet.
CREATE TABLE keyring_removal (
    name   TEXT PRIMARY KEY,
    digest INTEGER NOT NULL AS (digest_of(name)) STORED,
    CHECK (digest = digest_of(name))
) STRICT, WITHOUT ROWID;
