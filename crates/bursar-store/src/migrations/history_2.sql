-- What a provider's books say beside the money, and histories whose places are not page numbers.
-- Whether the account has a chain in which payments can be seen.
ALTER TABLE account ADD COLUMN verifiable INTEGER NOT NULL DEFAULT 1;

CREATE TABLE payer (
    number INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
) STRICT;

-- The provider's number of it; found like its id.
ALTER TABLE payment ADD COLUMN number TEXT;
ALTER TABLE payment ADD COLUMN payer INTEGER;
ALTER TABLE payment ADD COLUMN method TEXT;
-- What is paid for, in words.
ALTER TABLE payment ADD COLUMN purpose TEXT;
-- Why it came to nothing, as JSON.
ALTER TABLE payment ADD COLUMN reason TEXT;
ALTER TABLE payment ADD COLUMN has_invoice INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payment_payer ON payment (account, payer, line, status) WHERE payer IS NOT NULL;

ALTER TABLE sync ADD COLUMN place TEXT;
UPDATE sync SET place = CAST(next_page AS TEXT) WHERE next_page IS NOT NULL;
ALTER TABLE sync DROP COLUMN next_page;

-- Ids are read through together with numbers where very many fit; the code that writes keeps ids apart.
DROP INDEX payment_id;
CREATE INDEX payment_id ON payment (account, id, number);

-- Read anew as a catalogue, with what else can be paid with.
DELETE FROM reading WHERE name = 'methods';
