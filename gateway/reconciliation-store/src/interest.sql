-- Interest of accounts, as far as days were folded, and what of it is to be posted.

-- How far the journal of an entity was read: the page to go on from, and the last transaction that was taken in.
CREATE TABLE interest_journals (
    entity TEXT PRIMARY KEY,
    page TEXT,
    frame INTEGER NOT NULL,
    ordinal INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE interest_runs (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    date TEXT NOT NULL,
    -- Nothing behind it was taken in.
    frame INTEGER NOT NULL
) STRICT;

CREATE TABLE interest_accounts (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    begins TEXT NOT NULL,
    next_day TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (entity, account)
) STRICT, WITHOUT ROWID;

-- What counts from each day, in the product's direction, minor units.
CREATE TABLE interest_movements (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (entity, account, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE interest_dues (
    key TEXT PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES interest_runs,
    entity TEXT NOT NULL,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Whose interest it is; of many summed, what they have in common.
    subject TEXT NOT NULL,
    period TEXT NOT NULL,
    currency TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'refused', 'posted')),
    refusal TEXT,
    -- How often the ledger refused it: it remembers a refusal by its id, so another try is another id.
    refusals INTEGER NOT NULL
) STRICT;
CREATE INDEX interest_not_posted ON interest_dues (entity, date, key) WHERE state <> 'posted';
