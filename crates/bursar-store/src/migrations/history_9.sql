-- Charges by day and resource. A resource keeps the name and the kind that it had on that day.
CREATE TABLE resource_charge (
    account  INTEGER NOT NULL,
    date     TEXT NOT NULL,
    resource TEXT NOT NULL,
    name     TEXT,
    kind     TEXT NOT NULL,
    amount   TEXT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (account, date, resource)
) STRICT, WITHOUT ROWID;
