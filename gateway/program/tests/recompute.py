"""Recomputes exported books in outside programs and holds them against what the books say.

    recompute.py DIRECTORY

DIRECTORY holds what `longmen export` made of one data directory: `parquet` and `csv` (directories), `books.journal`
(hledger), `books.beancount`, and `trial.json`, what `longmen trial-balance --json` said. What is not there is not
checked. From the legs alone, DuckDB and hledger (and beancount) add up each account's debit and credit turnover of each
accounting date and its balance at the end of it; all must equal the `daily` table and the balances asserted.

Needs the package duckdb, hledger on the path for a journal, and the package beancount for a ledger of that.
"""

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

MONEY = [
    "amount", "balance_after", "opening", "debit_turnover", "credit_turnover", "closing", "opening_debit",
    "opening_credit", "closing_debit", "closing_credit",
]  # fmt: skip

# What the legs come to, an account and accounting date a row, debit-positive.
RECOMPUTED = """
    with moved as (
        select account_id, accounting_date,
            sum(case side when 'debit' then amount else 0 end) as debit,
            sum(case side when 'credit' then amount else 0 end) as credit
        from legs group by all),
    brought as (select account_id, opening_debit - opening_credit as balance from opening)
    select account_id, accounting_date, debit, credit,
        coalesce(brought.balance, 0) + sum(debit - credit) over (partition by account_id order by accounting_date)
    from moved left join brought using (account_id)"""
SAID = """
    select account_id, accounting_date, debit_turnover, credit_turnover, closing_debit - closing_credit from daily"""

# Each must select nothing.
RELATIONS = {
    "legs and days differ": f"({RECOMPUTED}) except all ({SAID})",
    "days and legs differ": f"({SAID}) except all ({RECOMPUTED})",
    "opening + turnover is not closing": """
        select * from daily where opening_debit - opening_credit + debit_turnover - credit_turnover
            <> closing_debit - closing_credit""",
    "a day does not begin with the balance of the day before": """
        select * from (
            select *, lag(closing) over (partition by account_id order by accounting_date) as before from daily)
        where opening <> before""",
    "the last leg's balance is not the day's": """
        select account_id, accounting_date, max_by(balance_after, (frame, ordinal, step)) as last, any_value(closing)
        from legs join daily using (account_id, accounting_date)
        group by all having last <> any_value(closing)""",
    "a transaction does not balance": """
        select frame, ordinal, entity, currency from legs where class <> 'off_balance'
        group by all having sum(case side when 'debit' then amount else -amount end) <> 0""",
    "a leg's account is not in the accounts": "select * from legs anti join accounts using (account_id)",
}

# The trial balance as the legs have it: closing of each line, natural, and turnover of the date that it speaks of.
TRIAL = """
    select entity, subject, currency, normal, accounting_date,
        sum(case side when 'debit' then amount else 0 end), sum(case side when 'credit' then amount else 0 end)
    from legs join accounts using (entity, account_id, subject, currency)
    group by all"""


def fail(what, *rows):
    sys.exit("\n".join([f"does not hold: {what}", *(f"  {row}" for row in rows[:5])]))


def equal(what, found, said):
    """Compares two dictionaries."""
    wrong = [f"{key}: {found.get(key)}, and the books say {said.get(key)}"
             for key in sorted(found.keys() | said.keys(), key=str) if found.get(key) != said.get(key)]
    if wrong:
        fail(what, *wrong)


def duckdb_over(directory, suffix):
    """A database whose views are the tables of a directory."""
    import duckdb

    base = duckdb.connect()
    for path in sorted(directory.glob(f"*.{suffix}")):
        source = f"read_parquet('{path}')"
        if suffix == "csv":
            names = next(csv.reader(path.open(newline="")))
            text = ("entity", "account_number", "account_type", "subject", "code", "transaction", "original")
            types = {name: "DECIMAL(38,4)" for name in names if name in MONEY}
            types |= {name: "VARCHAR" for name in names if name in text}
            types |= {name: "DATE" for name in names if name in ("accounting_date", "value_date")}
            types |= {name: "BIGINT" for name in names if name in ("account_id", "frame", "ordinal", "step")}
            source = f"read_csv('{path}', header=true, types={types}, strict_mode=true, quote='\"', escape='\"')"
        base.sql(f"create view {path.stem} as select * from {source}")
    return base


def check_tables(directory, suffix):
    base = duckdb_over(directory, suffix)
    for what, query in RELATIONS.items():
        rows = base.sql(f"select * from ({query}) limit 5").fetchall()
        if rows:
            fail(f"DuckDB over {suffix}: {what}", *rows)
    days, legs = base.sql("select (select count(*) from daily), (select count(*) from legs)").fetchall()[0]
    if days == 0:
        fail(f"DuckDB over {suffix}: there is nothing to check")
    print(f"ok    DuckDB over {suffix}: {legs} legs, {days} days of accounts, {len(RELATIONS)} relations")
    return base


def check_trial(base, trial):
    """The general ledger as a node told it, against the legs in minor units."""
    closing, turnover = defaultdict(int), {}
    for entity, subject, currency, normal, date, debit, credit in base.sql(TRIAL).fetchall():
        line = (entity, subject, currency)
        closing[line] += int(debit - credit if normal == "debit" else credit - debit)
        turnover[(*line, str(date))] = (int(debit), int(credit))
    lines = {(line["entity"], line["subject"], line["currency"]): line for line in trial["lines"]}
    # Integers that a double would change are texts.
    said = {key: int(line["closing"]) for key, line in lines.items()}
    said = {key: figure for key, figure in said.items() if key in closing or figure != 0}
    equal("closing balances of the general ledger", dict(closing), said)
    days = {(*key, line["date"]): (int(line["debit"]), int(line["credit"])) for key, line in lines.items()}
    equal("turnovers of the general ledger", {key: turnover.get(key, (0, 0)) for key in days}, days)
    print(f"ok    DuckDB: {len(lines)} lines of the general ledger")


def said_days(directory):
    """What the books say: {(account, date): (debit, credit)} and {account: last closing}, debit-positive."""
    days, last, on_balance = {}, {}, set()
    with (directory / "opening.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            last[int(row["account_id"])] = Decimal(row["opening_debit"]) - Decimal(row["opening_credit"])
    with (directory / "daily.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            account = int(row["account_id"])
            days[account, row["accounting_date"]] = Decimal(row["debit_turnover"]), Decimal(row["credit_turnover"])
            last[account] = Decimal(row["closing_debit"]) - Decimal(row["closing_credit"])
            if row["class"] != "off_balance":
                on_balance.add(account)
    return days, last, on_balance


def hledger(journal, *arguments):
    """Runs a report, which checks every balance assertion first; {(account, period): value}."""
    command = ["hledger", "-f", str(journal), "balance", "--layout=tidy", "-O", "csv", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        fail(f"hledger: {ran.stderr.strip()}")
    figures = {}
    for row in csv.DictReader(ran.stdout.splitlines()):
        value = Decimal(row["value"])
        if value != 0:
            figures[row["account"], row["period"]] = value
    return figures


def check_hledger(journal, directory):
    ids = {}
    for line in journal.open(encoding="utf-8"):
        if found := re.match(r"account (\S+)  ; id:(\d+),", line):
            ids[found[1]] = int(found[2])
    if len(set(ids.values())) != len(ids):
        fail("hledger: two accounts share a name")
    days, last, _ = said_days(directory)
    turnovers = defaultdict(lambda: (Decimal(0), Decimal(0)))
    # Whether everything is declared takes hledger minutes over many accounts, and shows in few as well.
    strict = ["--strict"] if len(ids) < 1_000 else []
    for (name, date), value in hledger(journal, "--daily", "tag:side=debit", *strict).items():
        turnovers[ids[name], date] = value, Decimal(0)
    for (name, date), value in hledger(journal, "--daily", "tag:side=credit").items():
        turnovers[ids[name], date] = turnovers[ids[name], date][0], -value
    equal("turnovers in hledger", dict(turnovers), {key: both for key, both in days.items() if any(both)})
    ends = {ids[name]: value for (name, _), value in hledger(journal).items()}
    equal("balances in hledger", ends, {account: value for account, value in last.items() if value != 0})
    text = journal.read_text(encoding="utf-8")
    assertions = len(re.findall(r"^  .* = -?[\d.]+ [A-Z]{3}$", text, re.MULTILINE))
    if assertions != len(days):
        fail(f"hledger: {assertions} balance assertions for {len(days)} days of accounts")
    print(f"ok    hledger: {len(turnovers)} turnovers, {len(ends)} balances, {assertions} assertions")


def check_beancount(ledger, directory):
    from beancount import loader
    from beancount.core import data

    entries, errors, _ = loader.load_file(str(ledger))
    if errors:
        fail("beancount", *(error.message for error in errors))
    days, last, on_balance = said_days(directory)
    turnovers = defaultdict(lambda: [Decimal(0), Decimal(0)])
    ends, asserted, ids = defaultdict(Decimal), 0, {}
    for entry in entries:
        if isinstance(entry, data.Open):
            ids[entry.account] = int(entry.meta["account_id"])
        elif isinstance(entry, data.Balance):
            asserted += 1
        elif isinstance(entry, data.Transaction):
            for posting in entry.postings:
                account, amount = ids[posting.account], posting.units.number
                ends[account] += amount
                if "id" in entry.meta:
                    side = (posting.meta or {}).get("side") or ("debit" if amount > 0 else "credit")
                    turnovers[account, str(entry.date)][side == "credit"] += amount if side == "debit" else -amount
    said = {key: both for key, both in days.items() if key[0] in on_balance}
    found = {key: tuple(both) for key, both in turnovers.items()}
    equal("turnovers in beancount", found, said)
    equal("balances in beancount", {account: value for account, value in ends.items() if value != 0},
          {account: value for account, value in last.items() if value != 0 and account in ids.values()})
    if asserted != len(said):
        fail(f"beancount: {asserted} balance assertions for {len(said)} days of accounts")
    print(f"ok    beancount: {len(found)} turnovers, {len(ends)} balances, {asserted} assertions")


def main():
    directory = Path(sys.argv[1])
    base = check_tables(directory / "parquet", "parquet")
    if (directory / "trial.json").exists():
        check_trial(base, json.loads((directory / "trial.json").read_text(encoding="utf-8")))
    check_tables(directory / "csv", "csv")
    if (directory / "books.journal").exists():
        check_hledger(directory / "books.journal", directory / "csv")
    if (directory / "books.beancount").exists():
        check_beancount(directory / "books.beancount", directory / "csv")
    print("all checks passed")


main()
