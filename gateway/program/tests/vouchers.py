"""Loads vouchers into accounting programs that share nothing with Longmen, and holds their balances to the books'.

    vouchers.py DIRECTORY

DIRECTORY holds `vouchers.csv`, what `longmen voucher export --format csv` made, and `turnovers.json`, what was booked:
[entity, subject, currency, class, debit, credit] each, in the currency's unit. hledger, where it is installed, and beancount load all
of it; both sides by subject, and the balances, have to be the books'. Where `tryton` is there, an empty file, the vouchers of one entity in one currency are
posted as moves of a Tryton database in memory, and its accounts have to come to the same.

Needs the packages beancount, trytond, trytond_account and proteus.
"""

import csv
import datetime
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path


def fail(what, *rows):
    sys.exit("\n".join([f"does not hold: {what}", *(f"  {row}" for row in rows[:5])]))


def equal(what, found, said):
    found, said = ({key: both for key, both in one.items() if any(both)} for one in (found, said))
    wrong = [f"{key}: {found.get(key)}, and the books say {said.get(key)}"
             for key in sorted(found.keys() | said.keys(), key=str) if found.get(key) != said.get(key)]
    if wrong:
        fail(what, *wrong)


def without_clearing(found, classes):
    """Turnovers without the subjects that nothing was booked on: their two sides are the same."""
    booked = {}
    for (entity, subject, currency), (debit, credit) in found.items():
        if subject in classes:
            booked[entity, subject, currency] = debit, credit
        elif debit != credit:
            fail("what was cleared comes to nothing", (entity, subject, currency, debit, credit))
    return booked


def read(directory):
    """{voucher: rows}, and {(entity, subject, currency): (debit, credit)} with the classes of subjects."""
    vouchers, booked, classes = defaultdict(list), {}, {}
    with (directory / "vouchers.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            vouchers[row["voucher"]].append(row)
    for entity, subject, currency, kind, debit, credit in json.loads((directory / "turnovers.json").read_text()):
        booked[entity, subject, currency] = Decimal(debit), Decimal(credit)
        classes[subject] = kind
    if not vouchers or not booked:
        fail("there is nothing to check")
    return vouchers, booked, classes


def sided(row):
    """debit or credit, and how much."""
    return ("debit", Decimal(row["debit"])) if row["debit"] else ("credit", Decimal(row["credit"]))


def signed(row):
    side, amount = sided(row)
    return amount if side == "debit" else -amount


def is_off_balance(rows, classes):
    return any(classes.get(row["subject"]) == "off_balance" for row in rows)


def check_hledger(directory, vouchers, booked, classes):
    journal = directory / "vouchers.journal"
    with journal.open("w", encoding="utf-8") as file:
        for key, rows in vouchers.items():
            # What is single-sided has a virtual posting, which need not balance.
            open_, close = ("(", ")") if is_off_balance(rows, classes) else ("", "")
            file.write(f"{rows[0]['date']} {key.replace('|', '/')}\n")
            for row in rows:
                name = f"{open_}{row['entity']}:{row['subject']}{close}"
                file.write(f"  {name}  {signed(row)} {row['currency']}  ; side:{sided(row)[0]}\n")
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for index, side in enumerate(("debit", "credit")):
        command = ["hledger", "-f", str(journal), "balance", f"tag:side={side}", "--layout=tidy", "-O", "csv"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            fail(f"hledger: {ran.stderr.strip()}")
        for row in csv.DictReader(ran.stdout.splitlines()):
            entity, subject = row["account"].split(":")
            value = Decimal(row["value"])
            found[entity, subject, row["commodity"]][index] += -value if index else value
    equal("turnovers in hledger", without_clearing(found, classes), booked)
    print(f"ok    hledger: {len(vouchers)} vouchers, {len(found)} subjects with their turnovers")


def check_beancount(directory, vouchers, booked, classes):
    from beancount import loader
    from beancount.core import data, realization

    ledger = directory / "vouchers.beancount"
    used = {(row["entity"], row["subject"]) for rows in vouchers.values() for row in rows}
    name = "Assets:{}:S{}".format
    with ledger.open("w", encoding="utf-8") as file:
        for entity, subject in sorted(used):
            file.write(f"1970-01-01 open {name(entity, subject)}\n")
        for key, rows in vouchers.items():
            # It knows nothing single-sided.
            if is_off_balance(rows, classes):
                continue
            file.write(f'{rows[0]["date"]} * "{key}"\n')
            for row in rows:
                file.write(f"  {name(row['entity'], row['subject'])}  {signed(row)} {row['currency']}\n")
                file.write(f'    side: "{sided(row)[0]}"\n')
    entries, errors, _ = loader.load_file(str(ledger))
    if errors:
        fail("beancount", *(error.message for error in errors))
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            _, entity, subject = posting.account.split(":")
            side, amount = posting.meta["side"], posting.units.number
            key = entity, subject[1:], posting.units.currency
            found[key][side == "credit"] += amount if side == "debit" else -amount
    said = {key: both for key, both in booked.items() if classes[key[1]] != "off_balance"}
    equal("turnovers in beancount", without_clearing(found, classes), said)
    ends = {}
    for account in realization.iter_children(realization.realize(entries)):
        for position in account.balance.get_positions():
            _, entity, subject = account.account.split(":")
            ends[entity, subject[1:], position.units.currency] = (position.units.number,)
    equal("balances in beancount", ends, {key: (both[0] - both[1],) for key, both in said.items()})
    print(f"ok    beancount: {len(ends)} balances")


def check_tryton(vouchers, booked, classes):
    import logging
    import os

    logging.disable(logging.WARNING)
    os.environ |= {"DB_NAME": ":memory:", "TRYTOND_DATABASE_URI": "sqlite://"}
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.tests.tools import activate_modules

    activate_modules("account")
    create_company()
    company = get_company()
    dates = sorted(datetime.date.fromisoformat(rows[0]["date"]) for rows in vouchers.values())
    create_chart(company)
    year = create_fiscalyear(company, dates[0])
    year.click("create_period")
    Account, Type = Model.get("account.account"), Model.get("account.account.type")
    statement = Type.find([("statement", "=", "balance")])[0]
    off_balance = Type(name="off balance", statement="off-balance", company=company)
    off_balance.save()
    accounts = {}
    for _, subject, _ in sorted(booked):
        account = Account(code=subject, name=subject, company=company)
        account.type = off_balance if classes[subject] == "off_balance" else statement
        account.save()
        accounts[subject] = account
    Move, Journal, Period = Model.get("account.move"), Model.get("account.journal"), Model.get("account.period")
    journal = Journal.find([("type", "=", "cash")], limit=1)[0]
    posted = 0
    for key, rows in vouchers.items():
        if is_off_balance(rows, classes):
            continue
        date = datetime.date.fromisoformat(rows[0]["date"])
        move = Move(journal=journal, date=date, description=key)
        move.period, = Period.find([("start_date", "<=", date), ("end_date", ">=", date)])
        for row in rows:
            side, amount = sided(row)
            line = move.lines.new(account=accounts[row["subject"]], description=key)
            setattr(line, side, amount)
        move.click("post")
        if move.state != "posted":
            fail(f"Tryton did not post {key}")
        posted += 1
    found, said = {}, {}
    for (_, subject, _), both in booked.items():
        account = Account(accounts[subject].id)
        if classes[subject] != "off_balance":
            found[subject], said[subject] = (account.debit, account.credit), both
    equal("turnovers in Tryton", found, said)
    print(f"ok    Tryton: {posted} moves, {len(found)} accounts")


def main():
    directory = Path(sys.argv[1])
    vouchers, booked, classes = read(directory)
    if shutil.which("hledger"):
        check_hledger(directory, vouchers, booked, classes)
    check_beancount(directory, vouchers, booked, classes)
    if (directory / "tryton").exists():
        check_tryton(vouchers, booked, classes)
    print("all checks passed")


main()
