-- Credit bills of accounts, as far as closed dates were taken, and what of them is to be posted.

-- The last date of an entity whose movements were taken.
CREATE TABLE bill_dates (
    entity TEXT PRIMARY KEY,
    taken TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bill_accounts (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    subject TEXT NOT NULL,
    next_date TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (entity, account)
) STRICT, WITHOUT ROWID;

-- What moved an account: one row for a transaction, debit-positive, minor units.
CREATE TABLE bill_movements (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    date TEXT NOT NULL,
    -- Where its record lies in the log.
    frame INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value_date TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    -- What it refunds or reverses.
    original_frame INTEGER,
    original_ordinal INTEGER,
    original_date TEXT,
    original_kind TEXT,
    PRIMARY KEY (entity, account, date, frame, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE bills (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    -- The last date of its cycle.
    statement TEXT NOT NULL,
    begins TEXT NOT NULL,
    due TEXT NOT NULL,
    currency TEXT NOT NULL,
    total INTEGER NOT NULL,
    minimum INTEGER NOT NULL,
    -- What the account owed in all.
    owed INTEGER NOT NULL,
    open INTEGER NOT NULL,
    interest INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Whether the books' balance agreed.
    agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
    detail BLOB NOT NULL,
    PRIMARY KEY (entity, account, statement)
) STRICT, WITHOUT ROWID;
CREATE INDEX bills_not_agreed ON bills (entity, account, statement) WHERE agreed = 0;
CREATE INDEX bills_not_paid ON bills (entity, account, statement) WHERE open > 0;

CREATE TABLE bill_dues (
    key TEXT PRIMARY KEY,
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    statement TEXT NOT NULL,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- When the ledger was asked first, in seconds since 1970: it is asked again as of then.
    asked INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'refused', 'posted')),
    refusal TEXT,
    -- How often the ledger refused it: it remembers a refusal by its id, so another try is another id.
    refusals INTEGER NOT NULL
) STRICT;
CREATE INDEX bill_dues_not_posted ON bill_dues (entity, date, key) WHERE state <> 'posted';
