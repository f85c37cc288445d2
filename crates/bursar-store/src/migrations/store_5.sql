-- A payment may come to the same state more than once: completed, taken back by the chain, completed again. Each time is a
-- notice of its own.
CREATE TABLE notice_5 (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    -- Counts the notices of this kind and subject, from 1.
    occurrence INTEGER NOT NULL,
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
    digest    INTEGER NOT NULL AS (digest_of(account, kind, subject, occurrence, amount, currency, days_left, at, silent,
        read, shown, about, reason)) STORED,
    UNIQUE (account, kind, subject, occurrence),
    CHECK (digest = digest_of(account, kind, subject, occurrence, amount, currency, days_left, at, silent,
        read, shown, about, reason))
) STRICT;
INSERT INTO notice_5 (id, account, kind, subject, occurrence, amount, currency, days_left, at, silent, read, shown, about,
    reason)
SELECT id, account, kind, subject, 1, amount, currency, days_left, at, silent, read, shown, about, reason FROM notice;
-- A number is given once, also after the newest notices have gone.
DELETE FROM sqlite_sequence WHERE name = 'notice_5';
UPDATE sqlite_sequence SET name = 'notice_5' WHERE name = 'notice';
DROP TABLE notice;
ALTER TABLE notice_5 RENAME TO notice;
CREATE INDEX notice_unread ON notice (id) WHERE read = 0;
CREATE INDEX notice_unshown ON notice (id) WHERE shown = 0;
-- The newest notice about a payment.
CREATE INDEX notice_subject ON notice (account, subject, id);
