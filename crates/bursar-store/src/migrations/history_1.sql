-- What a provider or the chain can give again. Times are milliseconds since 1970 UTC; amounts are exact
-- decimal text. Enumerations are numbers, listed in `history/line.rs`.
CREATE TABLE account (
    number INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE source (
    number INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE payment (
    -- The time of creation in milliseconds × 2^20, plus a number among those of that millisecond. So the
    -- key of a row is its place in the list, and every index below is ordered by time in its last part.
    line         INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL,
    id           TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    -- As shown; follows from the next three.
    status       INTEGER NOT NULL,
    -- The provider's own word.
    said         INTEGER,
    -- The top-up machine's status, and whether the chain alone has completed it.
    step         INTEGER,
    by_chain     INTEGER NOT NULL,
    amount       TEXT NOT NULL,
    currency     TEXT NOT NULL,
    -- The amount without its sign: the whole part and the fraction in 10^-18; null where it does not fit.
    whole        INTEGER,
    fraction     INTEGER,
    fee          TEXT,
    fee_currency TEXT,
    source       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    -- The transaction that the provider names.
    claim        BLOB,
    -- The transaction as shown: the matching event's, else the claim.
    tx           BLOB,
    block        INTEGER,
    verified     INTEGER NOT NULL,
    matched      INTEGER,
    -- The live top-up that this line belongs to.
    top_up       TEXT,
    -- May be matched by amount: no event carries its id.
    loose        INTEGER NOT NULL,
    -- Not final.
    unsettled    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX payment_id ON payment (account, id);
CREATE INDEX payment_status ON payment (account, status);
CREATE INDEX payment_source ON payment (account, source, line, status);
CREATE INDEX payment_amount ON payment (account, whole, line, fraction, status);
CREATE INDEX payment_tx ON payment (tx) WHERE tx IS NOT NULL;
CREATE INDEX payment_loose ON payment (account, whole, fraction, currency, created_at) WHERE loose = 1;
CREATE INDEX payment_unsettled ON payment (account) WHERE unsettled = 1;

-- Finds any part of an id of three characters or more.
CREATE VIRTUAL TABLE id_part USING fts5 (
    id, content = '', columnsize = 0, detail = none, tokenize = 'trigram'
);
-- Lines whose ids are not in it yet. Taking in many at once costs a small part of taking in each, and this
-- few are compared one by one.
CREATE TABLE id_waiting (line INTEGER PRIMARY KEY) STRICT;

-- How many lines there are, by what the list can be filtered by; `day` counts from 1970. Kept by the same code
-- that writes the lines: a trigger would make SQLite keep a journal of every statement.
CREATE TABLE tally (
    account INTEGER NOT NULL,
    source  INTEGER NOT NULL,
    status  INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    lines   INTEGER NOT NULL,
    PRIMARY KEY (account, source, status, day)
) STRICT, WITHOUT ROWID;

-- The same by amount.
CREATE TABLE amount_tally (
    account  INTEGER NOT NULL,
    whole    INTEGER NOT NULL,
    fraction INTEGER NOT NULL,
    status   INTEGER NOT NULL,
    lines    INTEGER NOT NULL,
    PRIMARY KEY (account, whole, fraction, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    number     INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL,
    block      INTEGER NOT NULL,
    log_index  INTEGER NOT NULL,
    tx         BLOB NOT NULL,
    block_hash BLOB NOT NULL,
    block_time INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    top_up_id  TEXT,
    amount     TEXT NOT NULL,
    currency   TEXT NOT NULL,
    whole      INTEGER,
    fraction   INTEGER,
    -- The id of the payment that it serves.
    payment    TEXT,
    -- May be matched by amount: its id names no known payment.
    loose      INTEGER NOT NULL,
    -- Shown as a line of its own.
    listed     INTEGER NOT NULL,
    UNIQUE (account, tx, log_index)
) STRICT;
CREATE INDEX event_block ON event (account, block);
CREATE INDEX event_top_up ON event (account, top_up_id, block, log_index) WHERE top_up_id IS NOT NULL;
CREATE INDEX event_payment ON event (account, payment) WHERE payment IS NOT NULL;
CREATE INDEX event_loose ON event (account, whole, fraction, currency, block_time) WHERE loose = 1;

-- The contiguous range of blocks whose events are here.
CREATE TABLE event_range (
    account    INTEGER PRIMARY KEY,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    last_hash  BLOB NOT NULL
) STRICT;

-- Hashes of some recent blocks, to find where a reorganisation began.
CREATE TABLE checkpoint (
    account INTEGER NOT NULL,
    block   INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    PRIMARY KEY (account, block)
) STRICT, WITHOUT ROWID;

-- The last reading of each kind, as JSON.
CREATE TABLE reading (
    account INTEGER NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE charge (
    account  INTEGER NOT NULL,
    date     TEXT NOT NULL,
    amount   TEXT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (account, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync (
    account   INTEGER PRIMARY KEY,
    full_at   INTEGER,
    next_page INTEGER,
    synced_at INTEGER
) STRICT;
