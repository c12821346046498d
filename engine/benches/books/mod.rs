//! Books without actors, files or a clock: the coordinator and its shards, driven by hand to the last answer, with a
//! journal that is always free. What the benches measure is the ledger alone.

mod chain;
mod payments;

use std::sync::Arc;

use longmen_engine::ledger::{
    AccountKey, AccountOpening, Acting, Amount, Answer, Batch, ClientId, Command, Coordinator, Currency,
    Date, Frame, FrameRecords, LedgerSettings, Owner, Posted, Rebuilt, ReplyTo, Request, Shard, ShardId,
    ShardOrder, Side, Step, SubjectClass, SubjectOpening, Unmerged, YearStart,
};
use longmen_wal::{Body, FrameView, Section};

pub(crate) use chain::Chain;
pub(crate) use payments::{BATCH, Payments, check, check_singles};

/// The entity whose books they are.
pub(crate) const ENTITY: &str = "LM";
/// Accounts of customers, whose ids are 1 and on; the house's follow, in the order of [`House`].
const CUSTOMERS: u64 = 10_000;
/// Single requests that share a round.
const TOGETHER: usize = 64;
/// The moment the books are opened.
const OPENED: u32 = 1_790_000_000;

/// The house's accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum House {
    /// Fee income, with a batching actor.
    Fees = 1,
    /// What a card channel owes.
    Channel = 2,
    /// What channels charge.
    Costs = 3,
    /// What is owed to channels for it.
    Payable = 4,
    /// A customer without money.
    Poor = 5,
}

/// The ledger of a node.
#[derive(Clone)]
pub(crate) struct Books {
    coordinator: Coordinator,
    shards: Vec<Shard>,
    time_us: i64,
    answers: Vec<Answer>,
    /// The frames of what was asked last.
    pub(crate) sealed: Vec<Frame>,
    /// Who acts; `None`: a client that may do everything.
    pub(crate) acting: Option<Arc<Acting>>,
}

/// What the ledger is set to: ids and names hash the same in every run, and ids are forgotten after two minutes, so that
/// books stay as large as they are however long a bench runs.
pub(crate) fn settings(shards: u16) -> LedgerSettings {
    let (known_ids, hot_by_rate) = (1 << 16, false);
    LedgerSettings {
        shards,
        known_ids,
        hot_by_rate,
        window_back: 60,
        window_ahead: 60,
        seed: 7,
        ..LedgerSettings::default()
    }
}

impl Books {
    /// Books with the accounts that [`Payments`] are about. `keep` is given the frames that open them.
    pub(crate) fn open(shards: u16, keep: &mut impl FnMut(Frame)) -> Books {
        let (coordinator, shards) = Rebuilt::empty(&settings(shards)).go_on(settings(shards));
        let time_us = i64::from(OPENED) * 1_000_000;
        let mut books =
            Books { coordinator, shards, time_us, answers: Vec::new(), sealed: Vec::new(), acting: None };
        for command in opening() {
            match books.ask(command) {
                Answer::Opened(opened) => assert!(opened.iter().all(Result::is_ok), "accounts that can be"),
                other => assert!(!matches!(other, Answer::Rejected(_)), "{other:?}"),
            }
            books.sealed.drain(..).for_each(&mut *keep);
        }
        books
    }

    /// Posts a batch, at the time that it carries.
    pub(crate) fn post(&mut self, batch: Batch) -> Posted {
        self.time_us = self.time_us.max(i64::from(batch.transactions[0].time) * 1_000_000);
        results(self.ask(Command::Post(batch)))
    }

    /// Posts batches as requests of which [`TOGETHER`] share a round.
    pub(crate) fn post_singles(&mut self, singles: Vec<Batch>) -> Vec<Posted> {
        self.take_back();
        self.time_us = self.time_us.max(i64::from(singles[0].transactions[0].time) * 1_000_000);
        let mut singles = singles.into_iter();
        while !singles.as_slice().is_empty() {
            singles.by_ref().take(TOGETHER).for_each(|batch| self.submit(Command::Post(batch)));
            self.settle();
        }
        self.answers.drain(..).map(results).collect()
    }

    fn ask(&mut self, command: Command) -> Answer {
        self.take_back();
        self.submit(command);
        self.settle();
        self.answers.pop().expect("what is asked is answered")
    }

    /// The memory of frames that are written serves the next ones, as in a node.
    fn take_back(&mut self) {
        let sections = self.sealed.drain(..).flat_map(|frame| frame.sections);
        self.coordinator.take_back(sections.flat_map(|section| section.chunks));
    }

    fn submit(&mut self, command: Command) {
        let reply_to = ReplyTo { session: 1, tag: 0 };
        self.coordinator.submit(Request { reply_to, client: ClientId(1), command }, self.acting.as_ref());
    }

    fn settle(&mut self) {
        while self.step() {}
        assert!(self.coordinator.is_settled(), "nothing is left undone");
    }

    /// Takes one step of the work. False if there is none.
    fn step(&mut self) -> bool {
        match self.coordinator.next(self.time_us, true) {
            Step::Merge(unmerged) => {
                let merges = unmerged.iter().map(Unmerged::merge).collect();
                let orders = self.coordinator.merged(merges);
                self.obey(orders);
            }
            Step::Shards(orders) => self.obey(orders),
            Step::Seal(mut frame) => {
                self.coordinator.durable(frame.number);
                self.answers.extend(frame.replies.drain(..).map(|(_, answer)| answer));
                self.sealed.push(frame);
            }
            Step::Release(replies) => self.answers.extend(replies.into_iter().map(|(_, answer)| answer)),
            Step::Snapshot(_) => panic!("nobody asked for a snapshot"),
            Step::Idle => return false,
        }
        true
    }

    fn obey(&mut self, orders: Vec<(ShardId, ShardOrder)>) {
        let obey = |(id, order): (ShardId, ShardOrder)| (id, self.shards[usize::from(id.0)].obey(order));
        let replies = orders.into_iter().map(obey).collect();
        self.coordinator.answered(replies);
    }
}

fn results(answer: Answer) -> Posted {
    match answer {
        Answer::Posted(posted) => posted,
        other => panic!("results, and not {other:?}"),
    }
}

/// A frame as the journal hands it to the log.
pub(crate) fn body(frame: Frame) -> Body {
    let sections = frame.sections.into_iter().map(|section| Section {
        kind: section.kind as u16,
        owner: section.owner,
        records: section.records,
        chunks: section.chunks,
    });
    Body { time_us: frame.time_us, sections: sections.collect() }
}

/// A frame of the log as replay wants it.
pub(crate) fn records(view: &FrameView) -> FrameRecords<'_> {
    let sections = view.sections().map(|section| {
        let section = section.expect("memory is in good order");
        let kind = longmen_engine::ledger::SectionKind::from_number(section.kind);
        (kind.expect("a section that the ledger wrote"), section.owner, section.bytes)
    });
    FrameRecords { number: view.number().0, time_us: view.time_us(), sections: sections.collect() }
}

fn opening() -> impl Iterator<Item = Command> {
    use Side::{Credit, Debit};
    use SubjectClass::{Asset, Expense, Income, Liability};
    let start = Date::parse("2026-09-21").expect("a date");
    let subjects = [
        ("220301", "预收账款", Liability, Credit),
        ("605101", "手续费收入", Income, Credit),
        ("101201", "应收渠道款", Asset, Debit),
        ("664101", "渠道手续费支出", Expense, Debit),
        ("224101", "应付渠道手续费", Liability, Credit),
    ];
    let subject = |(code, name, class, normal)| SubjectOpening::new(code, name, class, normal, true);
    let setup = [
        Command::Hello { name: "bench".into() },
        Command::OpenEntity { code: ENTITY.into(), start, year_starts: YearStart::JANUARY },
        Command::OpenSubjects { entity: ENTITY.into(), subjects: subjects.map(subject).into() },
    ];
    let customers = (1..=CUSTOMERS).map(|n| account(format!("U{n}"), "220301", Amount(1 << 40)));
    let house = [
        AccountOpening { hot: true, ..account("fees".into(), "605101", Amount(0)) },
        account("channel".into(), "101201", Amount(0)),
        account("costs".into(), "664101", Amount(0)),
        account("payable".into(), "224101", Amount(0)),
        account("poor".into(), "220301", Amount(0)),
    ];
    let accounts: Vec<AccountOpening> = customers.chain(house).collect();
    let chunks: Vec<Command> =
        accounts.chunks(8_000).map(|chunk| Command::OpenAccounts(chunk.into())).collect();
    setup.into_iter().chain(chunks)
}

/// What a customer has is lent to it, so that its funds are judged and suffice.
fn account(number: String, subject: &str, overdraft_limit: Amount) -> AccountOpening {
    let currency = Currency::from_code("CNY").expect("CNY is a currency");
    AccountOpening {
        key: AccountKey { entity: ENTITY.into(), number: number.into(), kind: "".into(), currency },
        subject: subject.into(),
        customer: None,
        owner: Owner::Customer,
        may_go_negative: false,
        overdraft_limit,
        credit_limit: None,
        hot: false,
    }
}
