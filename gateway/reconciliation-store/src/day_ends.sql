-- Days of entities that are being ended, or were, and what each stage of it came to.

CREATE TABLE day_ends (
    entity TEXT NOT NULL,
    -- The accounting date that is ended, and the one that begins.
    date TEXT NOT NULL,
    next TEXT NOT NULL,
    begun_us INTEGER NOT NULL,
    ended_us INTEGER,
    PRIMARY KEY (entity, date)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX day_end_under_way ON day_ends (entity) WHERE ended_us IS NULL;

CREATE TABLE day_end_stages (
    entity TEXT NOT NULL,
    date TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- Whether nothing of it has to be looked at.
    held INTEGER NOT NULL CHECK (held IN (0, 1)),
    -- One line for people, and the same for programs, as JSON.
    line TEXT NOT NULL,
    told TEXT NOT NULL,
    ended_us INTEGER NOT NULL,
    PRIMARY KEY (entity, date, stage),
    FOREIGN KEY (entity, date) REFERENCES day_ends (entity, date)
) STRICT, WITHOUT ROWID;
