-- Vouchers (凭证), numbered. No row is ever taken out: a number belongs to one voucher for ever, whatever becomes of it.

-- The dates of an entity whose books were sealed into vouchers, also those on which nothing was booked.
CREATE TABLE voucher_days (
    entity TEXT NOT NULL,
    date TEXT NOT NULL,
    mode TEXT NOT NULL,
    -- Off-balance subjects with entries that went into no voucher, as JSON.
    left_out TEXT NOT NULL,
    PRIMARY KEY (entity, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE vouchers (
    source_key TEXT PRIMARY KEY,
    entity TEXT NOT NULL,
    -- Of the books.
    date TEXT NOT NULL,
    -- Its place among those of the date, from 1.
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    -- Of the posting date.
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    word TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    -- The voucher as JSON; never changed.
    content TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('made', 'exported', 'accepted', 'rejected')),
    -- The SHA-256 of the last file that it was written to.
    file TEXT CHECK ((file IS NULL) = (state = 'made')),
    -- The number that the accounting system gave, or its reason.
    answer TEXT CHECK ((answer IS NOT NULL) = (state IN ('accepted', 'rejected'))),
    UNIQUE (entity, date, sequence),
    UNIQUE (entity, year, month, word, number),
    FOREIGN KEY (entity, date) REFERENCES voucher_days
) STRICT;
CREATE INDEX vouchers_of_file ON vouchers (file) WHERE file IS NOT NULL;
