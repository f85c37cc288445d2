-- What is known of a debt and has been reported of it, and whether the API's figure is the balance.
CREATE TABLE alerts_7 (
    account          TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    low_balance_told INTEGER NOT NULL,
    low_crossing     INTEGER NOT NULL,
    signed_out_told  INTEGER NOT NULL,
    rejection        INTEGER NOT NULL,
    -- As JSON; NULL if nothing is known.
    debt             TEXT,
    api_leads        INTEGER NOT NULL,
    digest           INTEGER NOT NULL AS (digest_of(account, low_balance_told, low_crossing, signed_out_told, rejection,
        debt, api_leads)) STORED,
    CHECK (digest = digest_of(account, low_balance_told, low_crossing, signed_out_told, rejection, debt, api_leads))
) STRICT, WITHOUT ROWID;
INSERT INTO alerts_7 (account, low_balance_told, low_crossing, signed_out_told, rejection, api_leads)
SELECT account, low_balance_told, low_crossing, signed_out_told, rejection, 0 FROM alerts;
DROP TABLE alerts;
ALTER TABLE alerts_7 RENAME TO alerts;
