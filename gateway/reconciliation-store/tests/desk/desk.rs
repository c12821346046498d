//! A desk, and what comes to it: files of a channel, and books.

use std::path::Path;
use std::time::Duration;

use longmen_channel_files::{Expected, RowKind, TradeFormat, read_trades};
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{Accounts, Chart, first_steps};
use longmen_reconciliation::{BookState, Class, End, Entries, Rules, Step, StepKind, Transaction, compare};
use longmen_reconciliation_store::{
    Begun, BookSide, Break, BreakFilter, Channel, Digest, Draft, FileFormat, FileId, Handling, Import,
    Merchant, NewFile, Person, Reason, Run, RunId, RunInputs, RunTotals, Store, StoreError,
};
use tempfile::TempDir;

/// 2024-06-18 at noon.
pub(crate) const NOON: i64 = 1_718_712_000_000_000;
const MERCHANT: &str = "1900000100";

pub(crate) fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

/// A day of June 2024.
pub(crate) fn day(day: u32) -> Date {
    Date::parse(&format!("2024-06-{day:02}")).unwrap()
}

pub(crate) fn channel() -> Channel {
    Channel::new("wechat/1900000100").unwrap()
}

pub(crate) fn person(name: &str) -> Person {
    Person::new(name).unwrap()
}

pub(crate) fn chart() -> Chart {
    Chart::new(Accounts {
        channel: "30010405".into(),
        fee_payable: "22410606".into(),
        fee_expense: "642107".into(),
        long_suspense: "22410901".into(),
        short_suspense: "12210901".into(),
        gain: "630109".into(),
        loss: "671109".into(),
        bank: "10020101".into(),
    })
    .unwrap()
}

/// A payment: number, amount and fee in fen.
pub(crate) type Paid<'a> = (&'a str, i64, i64);

/// A file of payments, as WeChat sends it.
pub(crate) fn wechat(date: Date, paid: &[Paid<'_>]) -> Vec<u8> {
    let mut file =
        String::from("交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费\n");
    let yuan = |fen: i64| cny().print(fen.into());
    for (number, gross, fee) in paid {
        let (gross, fee) = (yuan(*gross), yuan(*fee));
        file +=
            &format!("`{date} 10:00:00,`{MERCHANT},`42{number},`{number},`SUCCESS,`CNY,`{gross},`{fee}\n");
    }
    let sum = |of: fn(&Paid<'_>) -> i64| yuan(paid.iter().map(of).sum());
    file += "总交易单数,应结订单总金额,手续费总金额\n";
    file += &format!("`{},`{},`{}\n", paid.len(), sum(|paid| paid.1), sum(|paid| paid.2));
    file.into_bytes()
}

/// The books of a day.
pub(crate) fn book(paid: &[Paid<'_>]) -> Vec<Transaction> {
    let row = |(line, (number, gross, fee)): (usize, &Paid<'_>)| Transaction {
        kind: RowKind::Pay,
        merchant_number: (*number).into(),
        reference: format!("T-{number}").into(),
        line: line as u64 + 2,
        gross: Amount(*gross),
        fee: Amount(*fee),
        currency: cny(),
        state: BookState::Done,
    };
    paid.iter().enumerate().map(row).collect()
}

/// A desk in a directory of its own, and who works at it.
pub(crate) struct Desk {
    pub(crate) directory: TempDir,
    pub(crate) store: Store,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let directory = TempDir::new().unwrap();
        let store = Store::open(directory.path(), Duration::ZERO).unwrap();
        Desk { directory, store }
    }

    /// Closes it and opens it again.
    pub(crate) fn reopen(self) -> Desk {
        let Desk { directory, store } = self;
        drop(store);
        let store = Store::open(directory.path(), Duration::ZERO).unwrap();
        Desk { directory, store }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn import(&mut self, date: Date, paid: &[Paid<'_>]) -> Result<Import, StoreError> {
        import(&mut self.store, date, paid, NOON)
    }

    /// Imports what corrects a day, and has it approved by somebody else.
    pub(crate) fn correct(&mut self, date: Date, paid: &[Paid<'_>]) -> FileId {
        let Import::NeedsApproval(file) = self.import(date, paid).unwrap() else {
            panic!("the day has a file")
        };
        self.store.approve_file(file, &person("li"), NOON).unwrap();
        file
    }

    /// Compares a day whose file is there.
    pub(crate) fn run(&mut self, date: Date, paid: &[Paid<'_>]) -> Result<(Run, Vec<Date>), StoreError> {
        run(&mut self.store, date, &book(paid), NOON)
    }

    /// Imports a day and compares it.
    pub(crate) fn day(&mut self, date: Date, paid: &[Paid<'_>], file: &[Paid<'_>]) -> Run {
        self.import(date, file).unwrap();
        self.run(date, paid).unwrap().0
    }

    /// Everything that was found, in words.
    pub(crate) fn said(&self) -> Vec<String> {
        let filter = BreakFilter { with_resolved: true, ..BreakFilter::default() };
        let mut said: Vec<String> = self.store.read().breaks(&filter).unwrap().iter().map(say).collect();
        said.sort();
        said
    }

    pub(crate) fn found(&self, number: &str) -> Break {
        let filter = BreakFilter { with_resolved: true, ..BreakFilter::default() };
        let found = self.store.read().breaks(&filter).unwrap();
        found.into_iter().find(|one| one.finding.merchant_number() == number).unwrap()
    }

    /// Drafts the first step about a break, and has it posted.
    pub(crate) fn post_first(&mut self, number: &str, ends: Option<End>) -> Handling {
        let drafted = self.draft_first(number, ends).unwrap();
        self.store.posted(drafted.id, 4, NOON + 1).unwrap()
    }

    pub(crate) fn draft_first(&mut self, number: &str, ends: Option<End>) -> Result<Handling, StoreError> {
        let found = self.found(number);
        let steps = first_steps(&found.finding, &chart()).unwrap();
        let step = steps.into_iter().next().unwrap();
        self.store.draft(&found.id, &draft(step, ends), &person("wang"), NOON)
    }

    /// Drafts that a break leaves suspense.
    pub(crate) fn draft_out(
        &mut self,
        number: &str,
        end: End,
        entries: Entries,
    ) -> Result<Handling, StoreError> {
        let step = Step { kind: StepKind::SuspenseOut, original: None, entries: Some(entries) };
        let found = self.found(number);
        self.store.draft(&found.id, &draft(step, Some(end)), &person("wang"), NOON)
    }
}

pub(crate) fn draft(step: Step, ends: Option<End>) -> Draft {
    let Step { kind, original, entries } = step;
    Draft { kind, ends, reason: Reason::new("差错处理").unwrap(), original, entries }
}

/// `P004 short suspense, since 2024-06-18`
fn say(found: &Break) -> String {
    let (class, number) = (found.finding.class.name(), found.finding.merchant_number());
    format!("{number} {class} {} since {}", found.state.name(), found.since)
}

pub(crate) fn import(
    store: &mut Store,
    date: Date,
    paid: &[Paid<'_>],
    at_us: i64,
) -> Result<Import, StoreError> {
    let new = NewFile {
        channel: channel(),
        merchant: Merchant::new(MERCHANT).unwrap(),
        date,
        format: FileFormat::Trades(TradeFormat::WechatTrade),
        sha1: None,
    };
    store.import(&new, &mut wechat(date, paid).as_slice(), &person("wang"), at_us)
}

pub(crate) fn inputs(file: FileId, date: Date, book: &[Transaction]) -> RunInputs {
    let mut digest = [0; 32];
    for (place, row) in book.iter().enumerate() {
        for (index, byte) in row.gross.0.to_be_bytes().into_iter().chain(row.fee.0.to_be_bytes()).enumerate()
        {
            digest[(place * 7 + index) % 32] ^= byte;
        }
    }
    RunInputs {
        channel: channel(),
        rules: Rules { date, hang_days: 1, fee_tolerance: 0 },
        file,
        book: BookSide {
            digest: Digest(digest),
            rows: book.len() as u64,
            ledger: "ledger-1".into(),
            frame: 7,
            closed: date,
        },
    }
}

/// The active file of a day.
pub(crate) fn active(store: &Store, date: Date) -> FileId {
    let filter = longmen_reconciliation_store::FileFilter {
        channel: Some(channel()),
        date: Some(date),
        state: Some(longmen_reconciliation_store::FileState::Active),
    };
    store.read().files(&filter).unwrap()[0].id
}

pub(crate) fn run(
    store: &mut Store,
    date: Date,
    book: &[Transaction],
    at_us: i64,
) -> Result<(Run, Vec<Date>), StoreError> {
    let file = active(store, date);
    let mut rows = Vec::new();
    let mut bytes = store.read().open_file(file)?;
    read_trades(TradeFormat::WechatTrade, &mut bytes, &Expected::default(), &mut |row| {
        rows.push(Transaction::from(row));
    })?;
    let inputs = inputs(file, date, book);
    let (id, stale) = match store.begin_run(&inputs, &[], &person("wang"), at_us)? {
        Begun::Known(run) => return Ok((*run, Vec::new())),
        Begun::Open(mut open) => {
            let compared = compare(&inputs.rules, book.to_vec(), rows, open.hung());
            for finding in compared.findings.iter().filter(|one| one.class != Class::Matched || one.days > 0)
            {
                open.add(finding)?;
            }
            open.finish(&[RunTotals::of(cny(), &compared)])?
        }
    };
    Ok((store.read().run(RunId(id.0))?, stale))
}
