-- The tally over all days: what a list without dates counts, however many days it has.
CREATE TABLE total (
    account INTEGER NOT NULL,
    source  INTEGER NOT NULL,
    status  INTEGER NOT NULL,
    lines   INTEGER NOT NULL,
    PRIMARY KEY (account, source, status)
) STRICT, WITHOUT ROWID;
INSERT INTO total SELECT account, source, status, sum(lines) FROM tally GROUP BY account, source, status;
