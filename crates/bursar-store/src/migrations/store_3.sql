-- Every record carries a digest of itself. SQLite computes it when the record is written and compares it whenever the
-- file is checked, so that what a disk has changed is found while the copy can still help, and never taken for a figure.
-- `digest_of` is ours (`cache/digest.rs`).
CREATE TABLE meta_3 (
    -- Counts the commits that the copy must have; a copy with a higher count than the file knows more.
    generation INTEGER NOT NULL,
    digest     INTEGER NOT NULL AS (digest_of(generation)) STORED,
    CHECK (digest = digest_of(generation))
) STRICT;
INSERT INTO meta_3 SELECT generation FROM meta;

CREATE TABLE account_3 (
    position     INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    label        TEXT NOT NULL UNIQUE,
    network      TEXT NOT NULL,
    address      TEXT,
    user_id      TEXT,
    connected_at INTEGER NOT NULL,
    added_hosts  TEXT NOT NULL,
    digest       INTEGER NOT NULL AS (digest_of(id, label, network, address, user_id, connected_at, added_hosts)) STORED,
    CHECK (digest = digest_of(id, label, network, address, user_id, connected_at, added_hosts))
) STRICT;
INSERT INTO account_3 (position, id, label, network, address, user_id, connected_at, added_hosts)
SELECT position, id, label, network, address, user_id, connected_at, added_hosts FROM account;

CREATE TABLE network_3 (
    name   TEXT PRIMARY KEY,
    body   TEXT NOT NULL,
    digest INTEGER NOT NULL AS (digest_of(name, body)) STORED,
    CHECK (digest = digest_of(name, body))
) STRICT, WITHOUT ROWID;
INSERT INTO network_3 (name, body) SELECT name, body FROM network;

CREATE TABLE top_up_3 (
    account           TEXT NOT NULL REFERENCES account_3 (id) ON DELETE CASCADE,
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
    -- What is paid for, as JSON.
    purpose           TEXT NOT NULL,
    -- The request to send again while its answer is outstanding, as JSON.
    request           TEXT,
    reason            TEXT,
    digest            INTEGER NOT NULL AS (digest_of(account, id, remote, intent, amount, currency, method, phase, created_at,
        remote_created_at, remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested,
        ended_at, completed_by, verified, absent_since, error, purpose, request, reason)) STORED,
    PRIMARY KEY (account, id),
    CHECK (digest = digest_of(account, id, remote, intent, amount, currency, method, phase, created_at,
        remote_created_at, remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested,
        ended_at, completed_by, verified, absent_since, error, purpose, request, reason))
) STRICT;
INSERT INTO top_up_3 (account, id, remote, intent, amount, currency, method, phase, created_at, remote_created_at,
    remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested, ended_at, completed_by,
    verified, absent_since, error, purpose, request, reason)
SELECT account, id, remote, intent, amount, currency, method, phase, created_at, remote_created_at,
    remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested, ended_at, completed_by,
    verified, absent_since, error, purpose, request, reason
FROM top_up;

CREATE TABLE notice_3 (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   TEXT NOT NULL REFERENCES account_3 (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    amount    TEXT,
    currency  TEXT,
    days_left INTEGER,
    at        INTEGER NOT NULL,
    silent    INTEGER NOT NULL,
    read      INTEGER NOT NULL DEFAULT 0,
    shown     INTEGER NOT NULL DEFAULT 0,
    -- The kind of payment that it is about.
    about     TEXT NOT NULL,
    reason    TEXT,
    digest    INTEGER NOT NULL AS (digest_of(account, kind, subject, amount, currency, days_left, at, silent, read, shown,
        about, reason)) STORED,
    UNIQUE (account, kind, subject),
    CHECK (digest = digest_of(account, kind, subject, amount, currency, days_left, at, silent, read, shown,
        about, reason))
) STRICT;
INSERT INTO notice_3 (id, account, kind, subject, amount, currency, days_left, at, silent, read, shown, about, reason)
SELECT id, account, kind, subject, amount, currency, days_left, at, silent, read, shown, about, reason FROM notice;
-- A number is given once, also after the newest notices have gone.
DELETE FROM sqlite_sequence WHERE name = 'notice_3';
UPDATE sqlite_sequence SET name = 'notice_3' WHERE name = 'notice';

CREATE TABLE alerts_3 (
    account          TEXT PRIMARY KEY REFERENCES account_3 (id) ON DELETE CASCADE,
    low_balance_told INTEGER NOT NULL,
    low_crossing     INTEGER NOT NULL,
    signed_out_told  INTEGER NOT NULL,
    rejection        INTEGER NOT NULL,
    digest           INTEGER NOT NULL AS (digest_of(account, low_balance_told, low_crossing, signed_out_told, rejection)) STORED,
    CHECK (digest = digest_of(account, low_balance_told, low_crossing, signed_out_told, rejection))
) STRICT, WITHOUT ROWID;
INSERT INTO alerts_3 (account, low_balance_told, low_crossing, signed_out_told, rejection)
SELECT account, low_balance_told, low_crossing, signed_out_told, rejection FROM alerts;

-- Those that refer to others go first: a table that goes takes along what refers to it.
DROP TABLE alerts;
DROP TABLE notice;
DROP TABLE top_up;
DROP TABLE network;
DROP TABLE account;
DROP TABLE meta;
ALTER TABLE account_3 RENAME TO account;
ALTER TABLE network_3 RENAME TO network;
ALTER TABLE top_up_3 RENAME TO top_up;
ALTER TABLE notice_3 RENAME TO notice;
ALTER TABLE alerts_3 RENAME TO alerts;
ALTER TABLE meta_3 RENAME TO meta;
CREATE INDEX top_up_created ON top_up (account, created_at);
CREATE INDEX top_up_ended ON top_up (account, ended_at);
CREATE INDEX top_up_phase ON top_up (account, phase);
CREATE INDEX notice_unread ON notice (id) WHERE read = 0;
CREATE INDEX notice_unshown ON notice (id) WHERE shown = 0;
