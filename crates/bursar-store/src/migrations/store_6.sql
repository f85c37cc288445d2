-- Whose page a checkout is: each payment provider has hosts of its own. It stays unknown for older records until the
-- provider reports the payment again.
CREATE TABLE top_up_6 (
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
    -- What is paid for, as JSON.
    purpose           TEXT NOT NULL,
    -- The request to send again while its answer is outstanding, as JSON.
    request           TEXT,
    reason            TEXT,
    payment_provider  TEXT,
    digest            INTEGER NOT NULL AS (digest_of(account, id, remote, intent, amount, currency, method, phase, created_at,
        remote_created_at, remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested,
        ended_at, completed_by, verified, absent_since, error, purpose, request, reason, payment_provider)) STORED,
    PRIMARY KEY (account, id),
    CHECK (digest = digest_of(account, id, remote, intent, amount, currency, method, phase, created_at,
        remote_created_at, remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested,
        ended_at, completed_by, verified, absent_since, error, purpose, request, reason, payment_provider))
) STRICT;
INSERT INTO top_up_6 (account, id, remote, intent, amount, currency, method, phase, created_at, remote_created_at,
    remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested, ended_at, completed_by,
    verified, absent_since, error, purpose, request, reason)
SELECT account, id, remote, intent, amount, currency, method, phase, created_at, remote_created_at,
    remote_updated_at, expires_at, checkout, link_state, open_when_known, cancel_requested, ended_at, completed_by,
    verified, absent_since, error, purpose, request, reason
FROM top_up;
DROP TABLE top_up;
ALTER TABLE top_up_6 RENAME TO top_up;
CREATE INDEX top_up_created ON top_up (account, created_at);
CREATE INDEX top_up_ended ON top_up (account, ended_at);
CREATE INDEX top_up_phase ON top_up (account, phase);
