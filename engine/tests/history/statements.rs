//! Every statement is a part of what was posted, and its figures are the sums of that part.

use longmen_engine::ledger::{AccountView, Date, Side};
use longmen_engine::{
    Cursor, History, Moment, PageOrder, StatementLine, StatementPage, StatementQuery, StatementRange,
    Turnover, View,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::posted::{Books, DAYS, HOT, Known, PLAIN, day};

/// All pages of a query, each held against itself and its neighbour.
fn pages(history: &History, account: &AccountView, query: &StatementQuery) -> Vec<StatementPage> {
    let mut query = *query;
    let mut pages: Vec<StatementPage> = Vec::new();
    loop {
        let page = history.statement(account, &query).unwrap();
        let moved = natural(account, &page.shown) + natural(account, &page.hidden);
        assert_eq!(page.opening + moved, page.closing, "{query:?}");
        assert_eq!(page.shown.lines, page.lines.len() as u64);
        let newest_first = query.order == PageOrder::NewestFirst;
        if let Some(before) = pages.last() {
            let ends =
                if newest_first { (page.closing, before.opening) } else { (page.opening, before.closing) };
            assert_eq!(ends.0, ends.1, "a page goes on where the one before ended: {query:?}");
        }
        query.after = page.next;
        pages.push(page);
        if query.after.is_none() {
            break;
        }
    }
    let (first, last) = (pages.first().unwrap(), pages.last().unwrap());
    let (oldest, newest) = if query.order == PageOrder::NewestFirst { (last, first) } else { (first, last) };
    assert_eq!((oldest.opening, newest.closing), (first.range.opening, first.range.closing), "{query:?}");
    if let Some((shown, hidden)) = first.range.totals {
        let sum = |of: fn(&StatementPage) -> Turnover| {
            pages.iter().map(of).fold(Turnover::default(), |sum, page| Turnover {
                lines: sum.lines + page.lines,
                debit: sum.debit + page.debit,
                credit: sum.credit + page.credit,
            })
        };
        assert_eq!((shown, hidden), (sum(|page| page.shown), sum(|page| page.hidden)), "{query:?}");
    }
    pages
}

fn natural(account: &AccountView, turnover: &Turnover) -> i128 {
    account.normal.natural(turnover.debit - turnover.credit)
}

fn lines(history: &History, account: &AccountView, query: &StatementQuery) -> Vec<StatementLine> {
    let mut lines: Vec<_> = pages(history, account, query).into_iter().flat_map(|page| page.lines).collect();
    if query.order == PageOrder::NewestFirst {
        lines.reverse();
    }
    lines
}

/// Every leg with its balances, oldest first, held against what was posted.
fn base(books: &mut Books, account: u64) -> Vec<StatementLine> {
    let view = books.desk.view(account);
    let query = StatementQuery { legs: true, limit: 999, totals: true, ..StatementQuery::default() };
    let lines = lines(&books.desk.node.history(), &view, &query);
    let mut known: Vec<&Known> = books.known.iter().filter(|known| known.account == account).collect();
    assert_eq!(lines.len(), known.len());
    if account == HOT {
        // What is decided in one round stands before what is settled in the next: the log's order, not that of arrival.
        let place = |id| lines.iter().position(|line| line.transaction.0 == id);
        known.sort_by_cached_key(|known| place(known.id));
    }
    let mut balance = 0;
    for (line, known) in lines.iter().zip(known) {
        let as_posted = (line.transaction.0, line.step, line.side, line.amount);
        assert_eq!(as_posted, (known.id, known.step, known.side, i128::from(known.amount)));
        assert_eq!((line.accounting_date, line.value_date), (known.date, known.value_date));
        assert_eq!((line.client, &*line.kind), (books.desk.client, "pay"));
        assert_eq!(line.before, balance);
        balance += view.normal.natural(line.side.signed(longmen_engine::ledger::Amount(known.amount)));
        assert_eq!(line.after, balance);
    }
    assert_eq!(balance, view.balance);
    lines
}

fn is_shown(view: View, line: &StatementLine) -> bool {
    view.shows(line.note(longmen_engine::ledger::notes::Note::Visibility))
}

fn in_range(range: StatementRange, line: &StatementLine) -> bool {
    match range {
        StatementRange::All => true,
        StatementRange::Accounting { from, to } => (from..=to).contains(&line.accounting_date),
        StatementRange::Time { from_us, to_us } => (from_us..=to_us).contains(&line.time_us),
        StatementRange::Value { from, to } => (from..=to).contains(&line.value_date),
    }
}

fn random_range(random: &mut StdRng, base: &[StatementLine]) -> StatementRange {
    let mut date = || Date::from_days(day(0).days() - 4 + random.random_range(0..DAYS + 6)).unwrap();
    let (from, to) = (date(), date());
    let mut time = || base[random.random_range(0..base.len())].time_us;
    let (from_us, to_us) = (time(), time());
    match random.random_range(0..4) {
        0 => StatementRange::All,
        1 => StatementRange::Accounting { from, to },
        2 => StatementRange::Time { from_us, to_us },
        _ => StatementRange::Value { from, to },
    }
}

/// The lines of a statement by value date, with the balances by value date: what is hidden between two lines moves them, too.
fn by_value(base: &[StatementLine], from: Date, shown: &[StatementLine], view: View) -> Vec<StatementLine> {
    let moved = |line: &StatementLine| line.after - line.before;
    let mut all = base.to_vec();
    all.sort_by_key(|line| line.value_date);
    let mut balance = 0;
    for line in &mut all {
        let moved = moved(line);
        (line.before, line.after) = (balance, balance + moved);
        balance += moved;
    }
    all.retain(|line| line.value_date >= from && is_shown(view, line));
    all.truncate(shown.len());
    all
}

/// Random statements of an account are what the base has of them.
fn check_queries(books: &mut Books, account: u64, base: &[StatementLine], seed: u64, count: u32) {
    let view = books.desk.view(account);
    let history = books.desk.node.history();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..count {
        let query = StatementQuery {
            range: random_range(&mut random, base),
            order: [PageOrder::NewestFirst, PageOrder::OldestFirst][random.random_range(0..2)],
            view: [View::Internal, View::Operations, View::Customer][random.random_range(0..3)],
            holds: false,
            legs: true,
            totals: random.random(),
            limit: [300, 1_000, 5_000][random.random_range(0..3)],
            after: None,
        };
        let found = lines(&history, &view, &query);
        let mut expected: Vec<_> = base
            .iter()
            .filter(|line| in_range(query.range, line) && is_shown(query.view, line))
            .cloned()
            .collect();
        if let StatementRange::Value { from, .. } = query.range {
            expected = by_value(base, from, &expected, query.view);
        }
        assert!(found == expected, "{query:?}: {} lines, not {}", found.len(), expected.len());
    }
}

fn check_moments(books: &mut Books, account: u64, base: &[StatementLine]) {
    let view = books.desk.view(account);
    let history = books.desk.node.history();
    let check = |moment, counted: &dyn Fn(&StatementLine) -> bool| {
        let sum: i128 = base.iter().filter(|line| counted(line)).map(|line| line.after - line.before).sum();
        assert_eq!(history.balance_at(&view, moment).unwrap().balance, sum, "{moment:?}");
    };
    for n in 0..DAYS + 4 {
        let date = Date::from_days(day(n).days() - 2).unwrap();
        check(Moment::Accounting(date), &|line| line.accounting_date <= date);
        check(Moment::Value(date), &|line| line.value_date <= date);
    }
    for line in base.iter().step_by(397) {
        for time_us in [line.time_us - 1, line.time_us] {
            check(Moment::Time(time_us), &|line| line.time_us <= time_us);
        }
    }
}

#[test]
fn statements_are_parts_of_what_was_posted() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 1);
    for account in [PLAIN, HOT] {
        let base = base(&mut books, account);
        assert!(base.len() > 5_000, "there are links: {}", base.len());
        check_queries(&mut books, account, &base, 11, 30);
        check_moments(&mut books, account, &base);
    }
    for shards in [1, 5] {
        books = books.restart(path.path(), shards);
        for account in [PLAIN, HOT] {
            let base = base(&mut books, account);
            check_queries(&mut books, account, &base, u64::from(shards), 8);
        }
    }
    books.desk.stop();
}

#[test]
fn merged_entries_drill_down_to_their_legs() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 2);
    let base = base(&mut books, HOT);
    let view = books.desk.view(HOT);
    let history = books.desk.node.history();
    let merged = lines(&history, &view, &StatementQuery { limit: 3, ..StatementQuery::default() });
    for entry in &merged {
        let merged = entry.merged.expect("a hot account has merged entries");
        let expected: Vec<_> = base.iter().filter(|line| line.position == entry.position).collect();
        assert_eq!(merged.count as usize, expected.len());
        let (mut from, mut balance, mut legs) = (0, entry.before, Vec::new());
        loop {
            let page = history.merged_entry(&view, entry.position, from, 37).unwrap().unwrap();
            assert_eq!((page.opening, page.count), (balance, merged.count));
            balance = page.closing;
            legs.extend(page.legs);
            match page.next {
                Some(next) => from = next,
                None => break,
            }
        }
        assert_eq!(balance, entry.after);
        assert!(legs.iter().eq(expected), "{:?}", entry.position);
        let sum = |side| legs.iter().filter(|leg| leg.side == side).map(|leg| leg.amount).sum::<i128>();
        assert_eq!((sum(Side::Debit), sum(Side::Credit)), (merged.debit, merged.credit));
    }
    let plain = books.desk.view(PLAIN);
    assert_eq!(history.merged_entry(&plain, plain.last, 0, 9).unwrap(), None);
    books.desk.stop();
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 3);
    let (plain, hot) = (books.desk.view(PLAIN), books.desk.view(HOT));
    let history = books.desk.node.history();
    let mut forged = plain.last;
    forged.slot += 1;
    for at in [hot.last, forged, longmen_engine::ledger::Position { frame: 1 << 40, ..plain.last }] {
        let query = StatementQuery { after: Some(Cursor { at, leg: 0 }), ..StatementQuery::default() };
        assert!(history.statement(&plain, &query).is_err(), "{at}");
        assert!(history.account_register(&plain, Some(at), 1).is_err(), "{at}");
        assert!(history.merged_entry(&plain, at, 0, 1).is_err(), "{at}");
    }
    let cursor = Cursor { at: plain.last, leg: 7 };
    assert_eq!(cursor.to_string().parse(), Ok(cursor));
    assert_eq!("1/2/3".parse::<Cursor>().map(|cursor| cursor.to_string()), Ok("1/2/3".to_owned()));
    for text in ["", "1", "1/2", "1/2/x", "1/2/3/4/5", "1/70000/3"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
    books.desk.stop();
}
