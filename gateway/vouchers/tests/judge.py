"""Reads files of vouchers with programs that share nothing with Longmen, and holds them to the lines that they should have.

judge.py DIRECTORY SCHEMAS: in the directory a file for each format, named as it, with `.lines` and `.kept` beside it."""

import csv
import datetime
import io
import json
import pathlib
import sys
from collections import defaultdict
from decimal import Decimal

import dbfread
import jsonschema
import openpyxl
from beancount import loader
from lxml import etree

OUT, SCHEMAS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
faults = []


def expect(name):
    return json.loads((OUT / f"{name}.lines").read_text(encoding="utf-8"))


def compare(name, found, fields):
    """Lines that were read against those that were written, field by field; amounts by value."""
    wanted = expect(name)
    if len(found) != len(wanted):
        faults.append(f"{name}: {len(found)} lines, and {len(wanted)} were written")
        return
    for at, (line, want) in enumerate(zip(found, wanted)):
        for field in fields:
            a, b = line[field], want[field]
            if field in ("amount", "local"):
                a, b = Decimal(str(a)), Decimal(b)
            if a != b:
                faults.append(f"{name}, line {at + 1}: {field} is {a!r}, and {b!r} was written")


def side_of(debit, credit):
    return ("debit", debit) if Decimal(str(credit)) == 0 else ("credit", credit)


def with_side(line, debit, credit):
    line["side"], line["local"] = side_of(debit, credit)
    return line


def schema(name):
    loaded = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


def u8_text():
    text = (OUT / "u8_text").read_bytes().decode("gbk")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["填制凭证", "V800"], rows[0]
    found = [with_side({"date": row[0], "word": row[1], "number": int(row[2]), "summary": row[4], "subject": row[5]}, row[6], row[7])
             for row in rows[1:]]
    compare("u8_text", found, ["date", "word", "number", "summary", "subject", "side", "local"])


def dbf(name, letters):
    # The reader takes the code page from the file.
    table = dbfread.DBF(OUT / name, char_decode_errors="strict", parserclass=Exact)
    assert table.encoding in ("cp936", "gbk"), table.encoding
    found = []
    for row in table:
        side, local = side_of(row["FDEBIT"], row["FCREDIT"])
        assert row["FDC"] == letters[side], row
        assert row["FPOSTED"] is False and row["FDELETED"] is False, row
        found.append({"date": row["FDATE"].isoformat(), "word": row["FGROUP"], "number": int(row["FNUM"]), "summary": row["FEXP"],
                      "subject": row["FACCTID"], "source_key": row["FREFERENCE"], "currency": row["FCYID"], "amount": row["FFCYAMT"],
                      "side": side, "local": local})
    compare(name, found, ["date", "word", "number", "summary", "subject", "source_key", "currency", "amount", "side", "local"])


class Exact(dbfread.FieldParser):
    """Numbers as decimals, not as floating point."""

    def parseN(self, field, data):
        return Decimal(data.decode("ascii").strip())


def sheet_rows(name):
    # From bytes: the name of a file has its format, and openpyxl wants to see another ending.
    book = openpyxl.load_workbook(io.BytesIO((OUT / name).read_bytes()))
    assert book.properties.created == datetime.datetime(2000, 1, 1), book.properties.created
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def k3_xlsx():
    titles, *rows = sheet_rows("k3_xlsx")
    found = []
    for row in (dict(zip(titles, row)) for row in rows):
        found.append(with_side({"date": row["FDATE"].date().isoformat(), "word": row["FGROUP"], "number": row["FNUM"], "summary": row["FEXP"],
                                "subject": row["FACCTID"], "currency": row["FCYID"], "amount": row["FFCYAMT"]}, row["FDEBIT"], row["FCREDIT"]))
    compare("k3_xlsx", found, ["date", "word", "number", "summary", "subject", "currency", "amount", "side", "local"])


def bapi(name, rows):
    titles, *rows = rows
    found, sums = [], defaultdict(Decimal)
    for row in (dict(zip(titles, row)) for row in rows):
        document, local = Decimal(str(row["AMT_DOCCUR"])), Decimal(str(row["AMT_DOCCUR_10"]))
        sums[row["OBJ_KEY"], "00"] += document
        sums[row["OBJ_KEY"], "10"] += local
        # Where the whole document is red, a minus is a debit that is taken back.
        side = "debit" if (document < 0) == (row["NEG_POSTNG"] == "X") else "credit"
        sign = 1 if side == "debit" else -1
        date = f"{row['PSTNG_DATE'][:4]}-{row['PSTNG_DATE'][4:6]}-{row['PSTNG_DATE'][6:]}"
        found.append({"date": date, "summary": row["ITEM_TEXT"], "subject": row["GL_ACCOUNT"].lstrip("0"), "currency": row["CURRENCY"],
                      "side": side, "amount": sign * document, "local": sign * local})
    for key, total in sums.items():
        if total:
            faults.append(f"{name}: {key} comes to {total}")
    compare(name, found, ["date", "summary", "subject", "currency", "side", "amount", "local"])


def sap_bapi_csv():
    with open(OUT / "sap_bapi_csv", encoding="utf-8", newline="") as file:
        bapi("sap_bapi_csv", list(csv.reader(file)))


def sap_bapi_xlsx():
    bapi("sap_bapi_xlsx", sheet_rows("sap_bapi_xlsx"))


def sap_fiori_xlsx():
    found, head = [], None
    rows = iter(sheet_rows("sap_fiori_xlsx"))
    for row in rows:
        if row[0] == "*Company Code (4)":
            head = dict(zip(row, next(rows)))
            titles = next(rows)
        elif row[0] is not None:
            line = dict(zip(titles, row))
            debit, credit = line["Transaction Currency Debit"], line["Transaction Currency Credit"]
            assert (debit is None) != (credit is None), line
            side = "debit" if credit is None else "credit"
            local = Decimal(str(line["Amount in Company Code Currency"]))
            found.append({"summary": line["Item Text (50)"], "subject": line["G/L Account (10)"], "currency": head["*Transaction Currency (5)"],
                          "side": side, "amount": debit if credit is None else credit, "local": local if side == "debit" else -local})
    compare("sap_fiori_xlsx", found, ["summary", "subject", "currency", "side", "amount", "local"])


def bodies(name, against):
    validator = schema(against)
    for line in (OUT / name).read_text(encoding="utf-8").splitlines():
        body = json.loads(line, parse_float=Decimal)
        validator.validate(json.loads(line))
        yield body


def galaxy_json():
    found = []
    for body in bodies("galaxy_json", "galaxy.schema.json"):
        model = body["data"]["Model"]
        for line in model["FEntity"]:
            found.append(with_side({"date": model["FDate"], "word": model["FVOUCHERGROUPID"]["FNumber"], "number": model["FVOUCHERGROUPNO"],
                                    "source_key": line["FBUSNO"], "summary": line["FEXPLANATION"], "subject": line["FACCOUNTID"]["FNumber"],
                                    "currency": line["FCURRENCYID"]["FNumber"], "amount": line["FAMOUNTFOR"]}, line["FDEBIT"], line["FCREDIT"]))
    compare("galaxy_json", found, ["date", "word", "number", "source_key", "summary", "subject", "currency", "amount", "side", "local"])


def ncc_json():
    found = []
    for body in bodies("ncc_json", "ncc.schema.json"):
        for line in body["detail"]:
            read = with_side({"date": body["prepareddate"], "word": body["vouchertype"], "number": body["num"], "source_key": body["free1"],
                              "summary": line["explanation"], "subject": line["accountCode"], "currency": line["currtypeCode"]},
                             line["localdebitamount"], line["localcreditamount"])
            read["amount"] = line[f"{read['side']}amount"]
            found.append(read)
    compare("ncc_json", found, ["date", "word", "number", "source_key", "summary", "subject", "currency", "amount", "side", "local"])


def document(name, against):
    tree = etree.parse(str(OUT / name))
    etree.XMLSchema(etree.parse(str(SCHEMAS / against))).assertValid(tree)
    return tree


def uf_xml():
    found = []
    for voucher in document("uf_xml", "ufinterface.xsd").findall("voucher"):
        head = voucher.find("voucher_head")
        for line in voucher.findall("voucher_body/entry"):
            read = with_side({"date": head.findtext("date"), "word": head.findtext("voucher_type"), "number": int(head.findtext("voucher_id")),
                              "source_key": head.findtext("reserve2"), "summary": line.findtext("abstract"),
                              "subject": line.findtext("account_code"), "currency": line.findtext("currency")},
                             line.findtext("natural_debit_currency"), line.findtext("natural_credit_currency"))
            read["amount"] = line.findtext(f"primary_{read['side']}_amount")
            found.append(read)
    compare("uf_xml", found, ["date", "word", "number", "source_key", "summary", "subject", "currency", "amount", "side", "local"])


def gbt24589_xml():
    found = []
    for line in document("gbt24589_xml", "gbt24589-fields-2010.xsd").findall("记账凭证"):
        day = line.findtext("记账凭证日期")
        read = with_side({"date": f"{day[:4]}-{day[4:6]}-{day[6:]}", "word": line.findtext("记账凭证类型编号"),
                          "number": int(line.findtext("记账凭证编号")), "source_key": line.findtext("凭证来源系统"),
                          "summary": line.findtext("记账凭证摘要"), "subject": line.findtext("科目编号"), "currency": line.findtext("币种编码")},
                         line.findtext("借方本币金额"), line.findtext("贷方本币金额"))
        read["amount"] = line.findtext("借方原币金额" if read["side"] == "debit" else "贷方原币金额")
        found.append(read)
    compare("gbt24589_xml", found, ["date", "word", "number", "source_key", "summary", "subject", "currency", "amount", "side", "local"])


def kept():
    """What is kept fits its schema, and balances in the eyes of beancount, voucher by voucher and currency by currency."""
    vouchers = json.loads((OUT / "u8_text.kept").read_text(encoding="utf-8"))
    validator = schema("voucher.schema.json")
    accounts, transactions, totals = set(), [], defaultdict(Decimal)
    wanted = expect("u8_text")
    for line in wanted:
        sign = 1 if line["side"] == "debit" else -1
        totals[f"Assets:S{line['subject']}", line["currency"]] += sign * Decimal(line["amount"])
    for voucher in vouchers:
        validator.validate(voucher)
    by_voucher = defaultdict(list)
    for line in wanted:
        by_voucher[line["source_key"]].append(line)
    for key, lines in by_voucher.items():
        postings = []
        for line in lines:
            sign = 1 if line["side"] == "debit" else -1
            account = f"Assets:S{line['subject']}"
            accounts.add(account)
            postings.append(f"  {account}  {sign * Decimal(line['amount'])} {line['currency']}")
        transactions.append("\n".join([f'{lines[0]["date"]} * "{key}"', *postings]))
    opens = [f"2000-01-01 open {account}" for account in sorted(accounts)]
    balances = [f"2024-06-19 balance {account}  {total} {currency}" for (account, currency), total in sorted(totals.items())]
    _, errors, _ = loader.load_string("\n\n".join([*opens, *transactions, *balances, ""]))
    faults.extend(f"beancount: {error.message}" for error in errors)


def main():
    checks = {
        "u8_text": u8_text, "k3_xlsx": k3_xlsx, "sap_bapi_csv": sap_bapi_csv, "sap_bapi_xlsx": sap_bapi_xlsx,
        "sap_fiori_xlsx": sap_fiori_xlsx, "galaxy_json": galaxy_json, "ncc_json": ncc_json, "uf_xml": uf_xml,
        "gbt24589_xml": gbt24589_xml, "kept": kept,
        "k3_dbf": lambda: dbf("k3_dbf", {"debit": "1", "credit": "0"}),
        "kis_dbf": lambda: dbf("kis_dbf", {"debit": "D", "credit": "C"}),
    }
    for name, check in checks.items():
        check()
    if faults:
        sys.exit("\n".join(faults))
    print("all checks passed")


main()
