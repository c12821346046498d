//! A day's interest of many accounts, beside payments.

mod accrual;
pub mod command;
mod textbook;

use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use longmen_engine::ledger::{Owner, Side, SubjectClass};
use longmen_terminal::grouped;
use longmen_workload::books::{Books, Outcome};
use longmen_workload::driver::{DriverSettings, Pacing, start_sessions};
use longmen_workload::measure::{Latencies, float};
use longmen_workload::setup::START_DATE;
use longmen_workload::{AccountPlan, Encoding, Expect, Kind, Leg, Plan, Request, SubjectPlan, Workload};
use tokio::task::LocalSet;

pub use self::accrual::AccrueArgs;
use self::accrual::{Desk, Ran};
use self::textbook::{Textbook, settings};
use super::BenchSettings;
use super::own_node::{OwnNode, Posting, new_directory};
use super::placement::Placement;
use super::sheet::{Column, Sheet, SheetRow, Unit};

/// What is measured, and how much of it.
#[derive(Clone, Debug)]
pub struct InterestSettings {
    pub bench: BenchSettings,
    /// Accounts that earn interest.
    pub accounts: u32,
    /// Their movements on the day, before anything is measured.
    pub movements: u64,
    /// Payments a second.
    pub rate: u32,
    /// How long payments are measured alone.
    pub alone: Duration,
}

const ENTITY: &str = "BENCH";
/// The subject of the accounts that the workload opens for customers.
const CUSTOMERS: &str = "220301";
const EXPENSE: &str = "interest-expense";
const PAYABLE: &str = "interest-payable";
const SUBJECTS: [SubjectPlan; 2] = [
    SubjectPlan { code: "6411", name: "利息支出", class: SubjectClass::Expense, normal: Side::Debit },
    SubjectPlan { code: "2231", name: "应付利息", class: SubjectClass::Liability, normal: Side::Credit },
];
/// The dates after [`START_DATE`].
const DATES: [&str; 2] = ["2026-01-06", "2026-01-07"];
/// Connections of payments.
const CONNECTIONS: u32 = 16;
/// How long payments are not measured at first.
const WARM_UP: Duration = Duration::from_secs(1);
/// Longer than any run takes.
const UNLIMITED: Duration = Duration::from_secs(3_600);
/// The bars: a run, and the 99th percentile of payments beside it.
const BARS: (Duration, Duration) = (Duration::from_secs(60), Duration::from_millis(3));

const COLUMNS: [Column; 9] = [
    Column { key: "seconds", head: "run", unit: Unit::Seconds },
    Column { key: "processor_seconds", head: "its processor", unit: Unit::Seconds },
    Column { key: "rate", head: "accounts", unit: Unit::Rate },
    Column { key: "peak", head: "its memory", unit: Unit::Bytes },
    Column { key: "payments", head: "payments", unit: Unit::Count },
    Column { key: "p50_us", head: "p50", unit: Unit::Latency },
    Column { key: "p99_us", head: "p99", unit: Unit::Latency },
    Column { key: "p999_us", head: "p99.9", unit: Unit::Latency },
    Column { key: "max_us", head: "max", unit: Unit::Latency },
];

/// Measures payments alone, and beside the run that accrues a day; holds the books to what they ought to be.
///
/// # Errors
/// When a process cannot be started, reached or stopped. That books do not hold is no error: see [`Sheet::differences`].
pub async fn interest(asked: &InterestSettings) -> Result<Sheet, Box<dyn Error>> {
    let directory = new_directory(&asked.bench)?;
    let (desk, file) = (directory.path().join("desk"), directory.path().join("interest.toml"));
    std::fs::write(&file, settings(CUSTOMERS, START_DATE, EXPENSE, PAYABLE))?;
    let mut node = OwnNode::start(&asked.bench, |_| {})?;
    let mut bank = Bank::open(&node, asked.accounts).await?;
    let address = bank.posting.target.address.clone();
    let executable = asked.bench.executable.as_deref();
    let of_desk = Desk { executable, address: &address, entity: ENTITY, directory: &desk, settings: &file };
    let mut sheet = Sheet::new("interest", asked.title(), &COLUMNS);

    sheet.rows.push(row(
        asked,
        "first run, of all that was paid in",
        Some(of_desk.start()?.ended().await?),
        None,
    ));
    bank.closes(DATES[0]).await?;
    bank.posting.post(asked.movements.div_ceil(2), "interest: the day's movements").await?;

    let placement = Placement::of(node.process())?;
    let alone = DriverSettings { time: asked.alone, ..asked.pace() };
    let driven = bank.posting.drive(alone, "interest: payments alone").await?;
    sheet.rows.push(row(asked, "payments alone", None, Some(&driven.latencies)));
    let (ran, latencies) = bank.beside(asked, &of_desk).await?;
    sheet.rows.push(row(asked, "payments beside a day's run", Some(ran), Some(&latencies)));
    drop(placement);
    bank.closes(DATES[1]).await?;
    sheet.rows.push(row(
        asked,
        "the next run, with what was paid beside it",
        Some(of_desk.start()?.ended().await?),
        None,
    ));

    bank.textbook_ends();
    let findings = bank.posting.compare(false).await?;
    let held = sheet.compared("at the end", findings);
    if let Some(last) = sheet.rows.last_mut() {
        last.held = Some(held);
    }
    sheet.note_bars(ran, &latencies, size_of(&desk)?);
    node.stop()?;
    Ok(sheet)
}

/// A population that earns interest, and what a textbook says of it.
struct Bank {
    posting: Posting,
    textbook: Textbook,
    accounts: usize,
}

impl Bank {
    async fn open(node: &OwnNode, accounts: u32) -> Result<Bank, Box<dyn Error>> {
        let accounts = usize::try_from(accounts)?;
        let mut plan: Plan = Workload::Transfers.plan(accounts, 1);
        for (subject, number) in SUBJECTS.into_iter().zip([EXPENSE, PAYABLE]) {
            plan.population.accounts.push(AccountPlan {
                number: number.to_owned(),
                subject: plan.population.subjects.len(),
                owner: Owner::Internal,
                may_go_negative: true,
                overdraft: None,
                hot: false,
                funding: 0,
                receives_only: false,
            });
            plan.population.subjects.push(subject);
        }
        let posting = Posting::open(node, ENTITY, plan).await?;
        Ok(Bank { posting, textbook: Textbook::new(accounts), accounts })
    }

    /// Closes the day, and begins the next.
    async fn closes(&mut self, next: &str) -> Result<(), Box<dyn Error>> {
        self.day_ends();
        self.posting.client().await?.close_day(ENTITY, next).await?;
        Ok(())
    }

    fn day_ends(&mut self) {
        let Bank { posting, textbook, accounts } = self;
        // The first account is the bank's.
        textbook.day_ends((1..=*accounts).map(|index| posting.books.turnover(index).natural(Side::Credit)));
    }

    /// The last day ends, and the harness's books get the interest that the textbook has.
    fn textbook_ends(&mut self) {
        self.day_ends();
        let amount = i64::try_from(self.textbook.interest()).expect("interest of a few days is small");
        let index = |back: usize| {
            u32::try_from(self.posting.house.population.accounts.len() - back).expect("it was opened")
        };
        let legs = [
            Leg { account: index(2), amount, side: Side::Debit },
            Leg { account: index(1), amount, side: Side::Credit },
        ];
        let mut request = Request::default();
        request.push(u128::MAX, Kind::Transfer, Expect::Posted, &legs);
        self.posting.books.record(&request, std::iter::once(Outcome { rejection: None, repeated: false }));
    }

    /// Drives payments for as long as a run takes.
    async fn beside(
        &mut self,
        asked: &InterestSettings,
        desk: &Desk<'_>,
    ) -> Result<(Ran, Latencies), Box<dyn Error>> {
        let Posting { target, plan, house, books, streams } = &mut self.posting;
        let pace = DriverSettings { first_stream: *streams, warm_up: Duration::ZERO, ..asked.pace() };
        *streams += pace.connections;
        let own = std::mem::replace(books, Books::new(0));
        let local = LocalSet::new();
        let (ran, ended) = local
            .run_until(async {
                let (shared, sessions) = start_sessions(target, house, plan, pace, own, false).await?;
                let ran = desk.start()?.ended().await?;
                shared.borrow_mut().remaining = 0;
                for session in sessions {
                    session.await?.result?;
                }
                let ended = Rc::into_inner(shared).expect("the sessions have ended").into_inner();
                Ok::<_, Box<dyn Error>>((ran, ended))
            })
            .await?;
        *books = ended.books;
        Ok((ran, ended.latencies))
    }
}

impl InterestSettings {
    fn title(&self) -> String {
        format!(
            "a day's interest of {} accounts with {} movements, beside {} payments a second",
            grouped(self.accounts.into()),
            grouped(self.movements),
            grouped(self.rate.into())
        )
    }

    /// Single payments, in an open loop.
    fn pace(&self) -> DriverSettings {
        DriverSettings {
            connections: CONNECTIONS,
            batch: 1,
            pacing: Pacing::Open { rate: f64::from(self.rate) },
            encoding: Encoding::compact_for(Workload::Transfers),
            warm_up: WARM_UP,
            time: UNLIMITED,
            transactions: None,
            first_stream: 0,
            keep_slow: false,
        }
    }
}

impl Sheet {
    fn note_bars(&mut self, ran: Ran, latencies: &Latencies, desk: u64) {
        let (time, p99) = (ran.time, Duration::from_micros(latencies.quantile_us(0.99)));
        let word = |held| if held { "held" } else { "missed" };
        self.notes.push(format!(
            "bars: {} s for a day's run {}, {} ms for p99 of payments beside it {}",
            BARS.0.as_secs(),
            word(time <= BARS.0),
            BARS.1.as_millis(),
            word(p99 < BARS.1)
        ));
        self.notes.push(format!("the desk has {} at the end", Unit::Bytes.show(float(desk))));
    }
}

fn row(asked: &InterestSettings, label: &str, ran: Option<Ran>, latencies: Option<&Latencies>) -> SheetRow {
    let seconds = ran.map(|ran| ran.time.as_secs_f64());
    let quantile = |part| latencies.map(|all| float(all.quantile_us(part)));
    let cells = vec![
        seconds,
        ran.map(|ran| ran.processor),
        seconds.map(|seconds| f64::from(asked.accounts) / seconds),
        ran.map(|ran| float(ran.peak)),
        latencies.map(|all| float(all.count())),
        quantile(0.5),
        quantile(0.99),
        quantile(0.999),
        latencies.map(|all| float(all.max_us())),
    ];
    SheetRow { label: label.to_owned(), at: None, cells, held: None }
}

/// Bytes of all files of a directory.
fn size_of(directory: &Path) -> std::io::Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(directory)? {
        let found = entry?.metadata()?;
        size += if found.is_file() { found.len() } else { 0 };
    }
    Ok(size)
}
