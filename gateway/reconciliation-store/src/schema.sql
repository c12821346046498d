-- Money is minor units: INTEGER where it is one row's, TEXT where it is a sum that 64 bits need not hold. Dates are YYYY-MM-DD, moments
-- microseconds since 1970 in UTC, digests hexadecimal digits.

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    merchant TEXT NOT NULL,
    date TEXT NOT NULL,
    format TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    unmoved INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'pending', 'superseded', 'rejected')),
    imported_at INTEGER NOT NULL,
    imported_by TEXT NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    -- Whether what stands here is beside the raw bytes as well.
    has_sidecar INTEGER NOT NULL DEFAULT 0,
    UNIQUE (channel, merchant, date, format, version)
) STRICT;
CREATE UNIQUE INDEX one_active_version ON files (channel, merchant, date, format) WHERE state = 'active';
CREATE UNIQUE INDEX one_pending_version ON files (channel, merchant, date, format) WHERE state = 'pending';
CREATE INDEX files_by_content ON files (sha256);

CREATE TABLE file_sums (
    file_id INTEGER NOT NULL REFERENCES files,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    rows INTEGER NOT NULL,
    gross TEXT NOT NULL,
    fee TEXT NOT NULL,
    PRIMARY KEY (file_id, currency, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    date TEXT NOT NULL,
    file_id INTEGER NOT NULL REFERENCES files,
    hang_days INTEGER NOT NULL,
    fee_tolerance INTEGER NOT NULL,
    book_digest TEXT NOT NULL,
    book_rows INTEGER NOT NULL,
    ledger TEXT NOT NULL,
    frame INTEGER NOT NULL,
    closed TEXT NOT NULL,
    inputs TEXT NOT NULL,
    hung_before TEXT NOT NULL,
    hung_after TEXT NOT NULL,
    result TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    is_current INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_current_run ON runs (channel, date) WHERE is_current;

CREATE TABLE run_sides (
    run_id INTEGER NOT NULL REFERENCES runs,
    currency TEXT NOT NULL,
    book_rows INTEGER NOT NULL,
    book_net TEXT NOT NULL,
    file_rows INTEGER NOT NULL,
    file_net TEXT NOT NULL,
    unmoved INTEGER NOT NULL,
    PRIMARY KEY (run_id, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_classes (
    run_id INTEGER NOT NULL REFERENCES runs,
    currency TEXT NOT NULL,
    class TEXT NOT NULL,
    fate TEXT NOT NULL,
    rows INTEGER NOT NULL,
    explains TEXT NOT NULL,
    PRIMARY KEY (run_id, currency, class, fate)
) STRICT, WITHOUT ROWID;

-- What a run found, but for what was matched on its first day.
CREATE TABLE findings (
    -- In the order of the comparison.
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs,
    break_id TEXT NOT NULL,
    class TEXT NOT NULL,
    fate TEXT NOT NULL,
    days INTEGER NOT NULL,
    explains TEXT NOT NULL,
    since TEXT NOT NULL,
    content TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    merchant_number TEXT NOT NULL,
    book_reference TEXT,
    book_line INTEGER,
    book_gross INTEGER,
    book_fee INTEGER,
    book_state TEXT,
    file_reference TEXT,
    file_line INTEGER,
    file_gross INTEGER,
    file_fee INTEGER,
    file_state TEXT,
    UNIQUE (break_id, run_id)
) STRICT;
CREATE INDEX findings_of_a_run ON findings (run_id);
CREATE INDEX tries ON findings (run_id) WHERE book_state = 'pending';

CREATE TABLE handlings (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    break_id TEXT NOT NULL,
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ends TEXT,
    reason TEXT NOT NULL,
    original TEXT,
    undoes INTEGER REFERENCES handlings,
    -- What the break was when this was drafted.
    content TEXT NOT NULL,
    currency TEXT NOT NULL,
    proposal TEXT,
    maker TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('drafted', 'proposed', 'posted', 'refused', 'undone')),
    refusal TEXT,
    changed_at INTEGER NOT NULL,
    -- Whose transaction it is in the ledger, and its id where break and step do not give it.
    client INTEGER,
    transaction_text TEXT,
    UNIQUE (break_id, step)
) STRICT;
CREATE UNIQUE INDEX one_end ON handlings (break_id) WHERE ends IS NOT NULL AND state = 'posted';
CREATE UNIQUE INDEX one_in_hand ON handlings (break_id) WHERE state IN ('drafted', 'proposed');

CREATE TABLE handling_legs (
    handling_id INTEGER NOT NULL REFERENCES handlings,
    ordinal INTEGER NOT NULL,
    account TEXT NOT NULL,
    side TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (handling_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What is so of each break now: what the latest of the runs that count found.
CREATE VIEW current_findings AS
SELECT f.*, r.channel, r.date FROM findings f JOIN runs r ON r.id = f.run_id
WHERE r.is_current AND NOT EXISTS (
    SELECT 1 FROM findings g JOIN runs s ON s.id = g.run_id
    WHERE g.break_id = f.break_id AND s.is_current AND s.date > r.date
);

-- What was proposed so that a channel's day is settled. A day is settled once: another attempt follows on one that was refused.
CREATE TABLE settlements (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    date TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    currency TEXT NOT NULL,
    maker TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('drafted', 'proposed', 'posted', 'refused')),
    proposal TEXT,
    client INTEGER,
    refusal TEXT,
    changed_at INTEGER NOT NULL,
    UNIQUE (channel, date, attempt)
) STRICT;
CREATE UNIQUE INDEX one_settlement ON settlements (channel, date) WHERE state != 'refused';

CREATE TABLE settlement_legs (
    settlement_id INTEGER NOT NULL REFERENCES settlements,
    ordinal INTEGER NOT NULL,
    account TEXT NOT NULL,
    side TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (settlement_id, ordinal)
) STRICT, WITHOUT ROWID;
