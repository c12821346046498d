"""Compares books with channels' files once more, sharing nothing with Longmen but what docs/CHANNELS.md says.

    recon_oracle.py DIRECTORY

DIRECTORY/CHANNEL/SERIES holds days that follow each other: `00.book` and, by channel, `00.all`, `00.success` and `00.refund`,
`00.zip`, `00.zm` or `00.csv`, then `01.book`; and `fee_tolerance`. The bytes are parsed here, and DuckDB joins both sides. Writes
DIRECTORY/found: a line for each difference and for what was one the day before, and a line of counts for each day.

Needs the package duckdb.
"""

import csv
import io
import re
import sys
import zipfile
from decimal import Decimal
from pathlib import Path


def fen(text):
    """Yuan as fen; nothing is none."""
    scaled = Decimal(text.strip().replace(",", "") or "0") * 100
    assert scaled == int(scaled), text
    return int(scaled)


def read_book(data):
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"))):
        yield (row["kind"], row["merchant_number"], row["transaction"], fen(row["amount"]), fen(row["fee"]), row["state"])


def read_wechat(data):
    lines = data.decode("utf-8-sig").splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line[1:].split(",`"), strict=True)) for line in lines[1:-2]]
    assert len(rows) == int(lines[-1][1:].split(",`")[0]), "the summary counts other rows"
    for row in rows:
        order = row["商户订单号"], row["微信订单号"]
        kind = {"SUCCESS": "pay", "REFUND": "refund", "REVOKED": "revoke"}[row["交易状态"]]
        own = row.get("商户退款单号", "0"), row.get("微信退款单号", "0")
        number, reference = order if kind == "pay" or own == ("0", "0") else own
        state = "failed" if row.get("退款状态") == "FAIL" else "done"
        gross = fen(row["应结订单金额"]) - fen(row.get("退款金额", "0"))
        yield kind, number, reference, gross, fen(row["手续费"]), state


def read_alipay(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [archive.read(member).decode("gbk") for member in archive.namelist()]
    [text] = [text for text in texts if text.startswith("#支付宝业务明细查询")]
    table = [line for line in text.splitlines() if not line.startswith("#")]
    for row in csv.DictReader(table, strict=True):
        row = {name: cell.strip() for name, cell in row.items()}
        kind = {"交易": "pay", "退款": "refund"}[row["业务类型"]]
        own = row["退款批次号/请求号"] if kind == "refund" else ""
        gross, fee = fen(row["商家实收（元）"]), -fen(row["服务费（元）"])
        yield kind, own or row["商户订单号"], row["支付宝交易号"], gross, fee, "done"


# Where fields begin and end, in bytes: 查询流水号, 商户订单号, 商户手续费, 结算金额, 交易类型.
ZM = {"number": (87, 108), "order": (112, 144), "fee": (166, 179), "settled": (180, 193), "kind": (215, 217)}


def read_unionpay(data):
    def signed(text):
        return {"C": 1, "D": -1}[text[0]] * int(text[1:])

    for line in data.split(b"\r\n")[:-1]:
        assert len(line) == 607
        row = {name: line[begin:end].decode("gbk").strip() for name, (begin, end) in ZM.items()}
        kind = {"01": "pay", "04": "refund", "31": "revoke", "12": "payout"}[row["kind"]]
        fee, settled = -signed(row["fee"]), signed(row["settled"])
        yield kind, row["order"], row["number"], settled + fee, fee, "done"


def read_bank(data):
    # The second line has a quote that does not end.
    text = data.decode("gb18030").split("\n", 2)[2]
    for row in csv.DictReader(io.StringIO(text, newline="")):
        if row["流水号"].startswith("合计"):
            return
        kind = {"收款": "pay", "退款": "refund", "代付": "payout"}[row["摘要"]]
        number = re.fullmatch('="(.*)"', row["流水号"])[1]
        yield kind, row["客户流水号"], number, fen(row["收入"]) - fen(row["支出"]), 0, "done"


READ = {
    "book": read_book, "all": read_wechat, "success": read_wechat, "refund": read_wechat, "zip": read_alipay,
    "zm": read_unionpay, "csv": read_bank,
}  # fmt: skip


def load(base, directory):
    """Parses every file, and gives the rows of all to DuckDB; how many days the longest series has."""
    rows = directory / "rows"
    days = 0
    with rows.open("w", newline="") as file:
        write = csv.writer(file).writerow
        for path in sorted(directory.glob("*/*/*.*")):
            day, side = int(path.stem), "book" if path.suffix == ".book" else "file"
            days, series = max(days, day + 1), f"{path.parent.parent.name}/{path.parent.name}"
            for line, row in enumerate(READ[path.suffix[1:]](path.read_bytes())):
                write((series, day, side, line, *row))
    base.execute(f"""
        create table moved as select * from read_csv('{rows}', header = false, auto_detect = false, delim = ',', quote = '"',
            columns = {{'series': 'VARCHAR', 'day': 'INT', 'side': 'VARCHAR', 'line': 'INT', 'kind': 'VARCHAR',
                'number': 'VARCHAR', 'reference': 'VARCHAR', 'gross': 'BIGINT', 'fee': 'BIGINT', 'state': 'VARCHAR'}})""")
    rows.unlink()
    base.execute("create table rules (series VARCHAR, fee_tolerance BIGINT)")
    for path in directory.glob("*/*/fee_tolerance"):
        series = f"{path.parent.parent.name}/{path.parent.name}"
        base.execute("insert into rules values (?, ?)", (series, int(path.read_text())))
    return days


# Those of a day, and what waits since the day before: that comes first of those of one name.
TODAY = """
    create or replace temp table today as
    with every as (
        select * exclude (day), null::int as since from moved where day = $day
        union all by name select * from waits)
    select *, row_number() over () as id,
        row_number() over (partition by series, number, kind, side order by since nulls last, line) as place,
        case when since is null and state = 'done' then gross - fee else 0 end as net
    from every"""

# Of one name, the one of each side that are most alike.
PAIRS = """
    create or replace temp table pairs as
    select book.id as book, file.id as file, series, number, kind
    from today as book join today as file using (series, number, kind)
    where book.side = 'book' and file.side = 'file'
    qualify row_number() over (
        partition by series, number, kind
        order by book.state <> file.state, book.gross <> file.gross, book.fee <> file.fee, book.place, file.place) = 1"""

JOINED = """
    create or replace temp table joined as
    with book as (select today.*, pairs.file as other from today left join pairs on id = pairs.book where side = 'book'),
    file as (select * from today where side = 'file'),
    both_sides as (
        select coalesce(book.series, file.series) as series, coalesce(book.number, file.number) as number,
            coalesce(book.kind, file.kind) as kind, coalesce(book.side, file.side) as side,
            coalesce(book.place, file.place) as place, book, file
        from book full outer join file on book.other = file.id),
    numbered as (
        select both_sides.*, row_number() over (
                partition by series, number, kind, side, both_sides.book.id is not null and both_sides.file.id is not null
                order by place) as rank,
            pairs.book is not null as has_pair
        from both_sides left join pairs using (series, number, kind)),
    classed as (
        select *, least(book.since, file.since) as since,
            coalesce(file.net, 0) - coalesce(book.net, 0) as explains,
            abs(book.fee - file.fee) as fees_differ_by,
            case
                when book.id is not null and file.id is not null then case
                    when book.state <> file.state then 'state_differs'
                    when book.gross <> file.gross then 'amount_differs'
                    when book.fee <> file.fee then 'fee_differs'
                    else 'matched' end
                when has_pair or rank > 1 then 'duplicate_in_' || side
                when coalesce(book.state, file.state) = 'failed' and least(book.since, file.since) is null then 'unmoved'
                when coalesce(book.state, file.state) = 'pending' then 'pending'
                when side = 'book' then 'short'
                else 'long' end as class
        from numbered)
    select classed.*,
        case
            when class in ('long', 'short') then if(since is null, 'hung', 'suspense')
            when class = 'pending' and since is null then 'hung'
            when class = 'matched' then 'closed'
            when class = 'fee_differs' and fees_differ_by <= fee_tolerance then 'adjusted'
            else 'open' end as fate,
        -- A duplicate is told without the days that it waited.
        if(class like 'duplicate%', 0, coalesce($day - since, 0)) as days
    from classed join rules using (series)"""

WAITS = """
    create or replace temp table waits as
    select series, side, line, kind, number, reference, gross, fee, state, $day as since from (
        select unnest(if(book.id is null, file, book)) from joined where fate = 'hung')"""

TOLD = """
    select series, $day, number, kind, class, fate, days, explains, book.gross, book.fee, book.state, file.gross, file.fee,
        file.state, book.reference, file.reference
    from joined where class not in ('matched', 'unmoved') or (class = 'matched' and days > 0)"""
COUNTS = """
    select series, $day, 'counts', count(*) filter (class = 'matched' and days = 0), count(*) filter (class = 'unmoved')
    from joined group by series having bool_or(class = 'unmoved' or (class = 'matched' and days = 0))"""
# What differs makes the file of the books.
UNPROVEN = """
    select series from joined group by series having sum(explains) <> sum(coalesce(file.net, 0)) - sum(coalesce(book.net, 0))"""


def main():
    import duckdb

    directory = Path(sys.argv[1])
    base = duckdb.connect()
    days = load(base, directory)
    base.execute("create temp table waits as select * exclude (day), day as since from moved limit 0")
    with (directory / "found").open("w", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        for day in range(days):
            for query in (TODAY, PAIRS, JOINED, WAITS):
                base.execute(query.replace("$day", str(day)))
            assert not base.execute(UNPROVEN).fetchall()
            for query in (TOLD, COUNTS):
                for row in base.execute(query.replace("$day", str(day))).fetchall():
                    write(row)
    [[rows]] = base.execute("select count(*) from moved").fetchall()
    print(f"compared {rows} rows")


main()
