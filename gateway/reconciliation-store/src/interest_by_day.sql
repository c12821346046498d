-- Movements by day first: a day's rows are written side by side, and those of the days before stay where they are. Of one account they are
-- looked for day by day, which is seldom.
CREATE TABLE interest_movements_by_day (
    entity TEXT NOT NULL,
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (entity, day, account)
) STRICT, WITHOUT ROWID;
INSERT INTO interest_movements_by_day SELECT entity, account, day, amount FROM interest_movements ORDER BY entity, day, account;
DROP TABLE interest_movements;
ALTER TABLE interest_movements_by_day RENAME TO interest_movements;
