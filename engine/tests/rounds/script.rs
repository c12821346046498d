//! What is asked of a ledger, and what it says, in words that neither the engine nor the naive model owns.

use longmen_engine::ledger::Rejection;

/// How a test account is opened. Its id is its place in the chart, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) entity: usize,
    /// Decides class and normal side, see [`SUBJECTS`].
    pub(crate) subject: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) may_go_negative: bool,
    pub(crate) overdraft: i64,
    pub(crate) credit_limit: Option<i64>,
    /// Opened without a subject: it gets the one that its type is mapped to.
    pub(crate) mapped: bool,
}

impl Spec {
    pub(crate) const fn new(entity: usize, subject: &'static str) -> Spec {
        Spec {
            entity,
            subject,
            currency: "CNY",
            may_go_negative: false,
            overdraft: 0,
            credit_limit: None,
            mapped: false,
        }
    }
}

/// A subject of every test entity.
pub(crate) struct SubjectSpec {
    pub(crate) code: &'static str,
    pub(crate) class: &'static str,
    pub(crate) debit_normal: bool,
}

impl SubjectSpec {
    /// Whether no other is below it.
    pub(crate) fn is_leaf(&self) -> bool {
        SUBJECTS.iter().all(|other| other.code == self.code || !other.code.starts_with(self.code))
    }
}

pub(crate) const SUBJECTS: [SubjectSpec; 12] = [
    SubjectSpec { code: "1001", class: "asset", debit_normal: true },
    SubjectSpec { code: "1301", class: "asset", debit_normal: true },
    SubjectSpec { code: "2001", class: "liability", debit_normal: false },
    SubjectSpec { code: "2002", class: "liability", debit_normal: false },
    SubjectSpec { code: "200201", class: "liability", debit_normal: false },
    SubjectSpec { code: "3001", class: "equity", debit_normal: false },
    SubjectSpec { code: "3101", class: "common", debit_normal: true },
    SubjectSpec { code: "6001", class: "income", debit_normal: false },
    SubjectSpec { code: "6401", class: "expense", debit_normal: true },
    SubjectSpec { code: "7001", class: "off_balance", debit_normal: true },
    SubjectSpec { code: "7002", class: "off_balance", debit_normal: false },
    SubjectSpec { code: "8001", class: "memo", debit_normal: true },
];

/// The subjects that an entity of a chart has at the start.
pub(crate) fn subjects_of(chart: &[Spec], entity: usize) -> Vec<&'static SubjectSpec> {
    let used = |subject: &&SubjectSpec| {
        let maps = chart.iter().any(|spec| spec.entity == entity && spec.mapped);
        maps || chart.iter().any(|spec| (spec.entity, spec.subject) == (entity, subject.code))
    };
    SUBJECTS.iter().filter(used).collect()
}

/// A subject that is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewSubject {
    pub(crate) code: &'static str,
    pub(crate) class: &'static str,
    pub(crate) debit_normal: bool,
    pub(crate) leaf: bool,
}

impl From<&SubjectSpec> for NewSubject {
    fn from(spec: &SubjectSpec) -> NewSubject {
        let SubjectSpec { code, class, debit_normal } = *spec;
        NewSubject { code, class, debit_normal, leaf: spec.is_leaf() }
    }
}

impl Spec {
    pub(crate) fn subject(&self) -> &'static SubjectSpec {
        SUBJECTS.iter().find(|subject| subject.code == self.subject).unwrap()
    }
}

pub(crate) const ENTITIES: [&str; 2] = ["east", "west"];
/// The months in which their years begin.
pub(crate) const YEAR_STARTS: [u32; 2] = [7, 1];
/// The accounting date on which everything starts, in days since 1970.
pub(crate) const START: u32 = 18_000;
/// The time at which everything happens, in seconds since 1970.
pub(crate) const NOW: u32 = 18_000 * 86_400 + 40_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TxLeg {
    pub(crate) account: u64,
    /// Named by its natural key instead of its id.
    pub(crate) named: bool,
    pub(crate) step: u16,
    pub(crate) debit: bool,
    pub(crate) amount: i64,
    pub(crate) currency: &'static str,
}

/// What a transaction does besides posting the legs that it brings. Holds and originals are named by the id of the
/// transaction that made them; moments are in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Post,
    Freeze {
        account: u64,
        amount: i64,
        currency: &'static str,
        judicial: bool,
        authority: &'static str,
        expires: Option<u32>,
    },
    Raise {
        hold: u128,
        amount: i64,
        currency: &'static str,
        authority: &'static str,
        expires: Option<u32>,
    },
    Unfreeze {
        hold: u128,
        amount: Option<i64>,
        authority: &'static str,
    },
    Consume {
        hold: u128,
        amount: i64,
        authority: &'static str,
        forced: bool,
    },
    Reverse {
        original: u128,
        forced: bool,
    },
    Refund {
        original: u128,
    },
    /// Posts what the amount comes to by the rule of its type, from the payer to the payee.
    Charge {
        amount: i64,
        payer: u64,
        payee: u64,
    },
    /// Refunds so much of what was charged: the rule of the original makes the legs.
    GiveBack {
        original: u128,
        amount: i64,
    },
    Try {
        expires: Option<u32>,
    },
    Confirm {
        original: u128,
    },
    CancelTry {
        original: u128,
    },
}

impl Act {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Act::Post => "post",
            Act::Freeze { .. } => "freeze",
            Act::Raise { .. } => "raise",
            Act::Unfreeze { .. } => "unfreeze",
            Act::Consume { .. } => "consume",
            Act::Reverse { .. } => "reverse",
            Act::Refund { .. } => "refund",
            Act::Charge { .. } => "charge",
            Act::GiveBack { .. } => "refund by amount",
            Act::Try { .. } => "try",
            Act::Confirm { .. } => "confirm",
            Act::CancelTry { .. } => "cancel_try",
        }
    }

    /// The transaction that it undoes, refunds or decides.
    pub(crate) fn original(&self) -> Option<u128> {
        match self {
            Act::Reverse { original, .. }
            | Act::Refund { original }
            | Act::GiveBack { original, .. }
            | Act::Confirm { original }
            | Act::CancelTry { original } => Some(*original),
            _ => None,
        }
    }

    /// The transaction that it names: its original, or the one that opened the hold.
    pub(crate) fn names(&self) -> Option<u128> {
        match self {
            Act::Raise { hold, .. } | Act::Unfreeze { hold, .. } | Act::Consume { hold, .. } => Some(*hold),
            other => other.original(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tx {
    pub(crate) id: u128,
    pub(crate) time: u32,
    pub(crate) value_date: Option<u32>,
    /// The only accounting date on which the client wants it.
    pub(crate) accounting_date: Option<u32>,
    /// The transaction type, a label.
    pub(crate) kind: &'static str,
    /// Whether it carries an approval.
    pub(crate) approved: bool,
    pub(crate) act: Act,
    pub(crate) legs: Vec<TxLeg>,
}

impl Tx {
    /// A transaction that only posts.
    pub(crate) fn new(id: u128, legs: Vec<TxLeg>) -> Tx {
        let (value_date, accounting_date) = (None, None);
        Tx { id, time: NOW, value_date, accounting_date, kind: "", approved: false, act: Act::Post, legs }
    }

    pub(crate) fn is_try(&self) -> bool {
        matches!(self.act, Act::Try { .. })
    }
}

/// The people of the scripts: what takes two, one of them proposes and another approves. All else asks nobody in particular.
pub(crate) const PEOPLE: [&str; 3] = ["ann", "bob", "eve"];

/// How a proposal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Approved,
    Rejected,
    Withdrawn,
    Expired,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Post {
        txs: Vec<Tx>,
        balances: bool,
    },
    Cancel {
        id: u128,
        time: u32,
    },
    Locate {
        id: u128,
    },
    SetState {
        account: u64,
        state: Option<u8>,
        payment: Option<u8>,
    },
    SetHot {
        account: u64,
        hot: bool,
    },
    SetReserve {
        account: u64,
        amount: i64,
    },
    SetLimits {
        account: u64,
        limits: NewLimits,
    },
    /// A change of an account that expects the account's newest record to be the one that it is, or another.
    Expecting {
        current: bool,
        change: Box<Ask>,
    },
    /// Somebody proposes what takes a second one: a transaction of this id, or a change of that name.
    Propose {
        who: usize,
        id: u128,
        what: Box<Ask>,
        /// Ignored where it is done at once.
        expires: u32,
        at_once: bool,
    },
    /// Somebody decides about a proposal.
    Decide {
        who: usize,
        number: u64,
        end: End,
        /// Of an approval: whether its digest is that of what was proposed.
        shown: bool,
    },
    /// All proposals, and what became of them.
    Proposals,
    /// Ends a date; first carries income and expense forward to these accounts, if there are any.
    CloseDay {
        entity: usize,
        next: u32,
        carry: Vec<u64>,
        /// Whether it is forced, and with an approval.
        forced: Option<bool>,
    },
    /// Says which subject accounts of the mapped type get.
    MapType {
        entity: usize,
        subject: &'static str,
        from: u32,
    },
    /// Says how transactions of a type are booked.
    SetMode {
        entity: usize,
        kind: &'static str,
        mode: &'static str,
        from: u32,
    },
    /// Sets the rules for fees.
    SetFees {
        entity: usize,
        rules: Vec<FeeRule>,
        from: u32,
    },
    OpenSubjects {
        entity: usize,
        subjects: Vec<NewSubject>,
    },
    Holds(Option<u64>),
    /// Lets time pass until this moment, after everything before is durable.
    Wait {
        until: u32,
    },
    Read(Vec<u64>),
    Trial,
    /// Opens the accounts of the chart up to this one, those that are there already included.
    Open {
        from: u64,
        to: u64,
    },
}

impl Ask {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Ask::Post { .. } => "posts",
            Ask::Cancel { .. } => "cancel",
            Ask::Locate { .. } => "locate",
            Ask::SetState { state: Some(0), .. } => "close an account",
            Ask::SetState { .. } => "set_state",
            Ask::SetHot { hot: true, .. } => "heat",
            Ask::SetHot { .. } => "cool",
            Ask::SetReserve { .. } => "set_reserve",
            Ask::SetLimits { .. } => "set_limits",
            Ask::Expecting { .. } => "expect",
            Ask::Propose { at_once: true, .. } => "propose at once",
            Ask::Propose { .. } => "propose",
            Ask::Decide { end: End::Approved, .. } => "approve",
            Ask::Decide { end: End::Rejected, .. } => "reject",
            Ask::Decide { .. } => "withdraw",
            Ask::Proposals => "proposals",
            Ask::CloseDay { carry, .. } if !carry.is_empty() => "close a year",
            Ask::CloseDay { .. } => "close_day",
            Ask::MapType { .. } => "map_type",
            Ask::SetMode { .. } => "set_booking_mode",
            Ask::SetFees { .. } => "set_fee_rules",
            Ask::OpenSubjects { .. } => "open_subjects",
            Ask::Holds(_) => "holds",
            Ask::Wait { .. } => "wait",
            Ask::Read(_) => "read",
            Ask::Trial => "trial",
            Ask::Open { .. } => "open",
        }
    }

    /// The change that it asks for, whatever that expects; else itself.
    pub(crate) fn change(&self) -> &Ask {
        if let Ask::Expecting { change, .. } = self { change } else { self }
    }

    /// The account that it changes.
    pub(crate) fn changed(&self) -> Option<u64> {
        match self.change() {
            Ask::SetState { account, .. }
            | Ask::SetHot { account, .. }
            | Ask::SetReserve { account, .. }
            | Ask::SetLimits { account, .. } => Some(*account),
            _ => None,
        }
    }

    /// The transactions that it asks for.
    pub(crate) fn txs(&self) -> &[Tx] {
        if let Ask::Post { txs, .. } = self { txs } else { &[] }
    }
}

/// A fee of the payee: hundredths of a percent of the amount, rounded down, and no less than a minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeeRule {
    pub(crate) kind: &'static str,
    pub(crate) rate: i64,
    pub(crate) minimum: i64,
    /// The account that it goes to.
    pub(crate) to: u64,
}

/// New limits; what is absent stays, `Some(None)` takes one away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewLimits {
    pub(crate) overdraft: Option<i64>,
    pub(crate) credit: Option<Option<i64>>,
    pub(crate) transaction: Option<Option<i64>>,
    pub(crate) day: Option<Option<i64>>,
}

/// An answer, without what depends on the schedule (frames and ordinals).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Results {
        results: Vec<TxSaid>,
        balances: Vec<LegSaid>,
    },
    Done,
    Rejected(Rejection),
    Views(Vec<Result<View, Rejection>>),
    Opened(Vec<Result<(u64, bool), Rejection>>),
    Holds(Vec<HoldSaid>),
    Proposals(Vec<ProposalSaid>),
    /// A try that stands: it is cancelled by a transaction of its own.
    Stands,
    Lines(Vec<LineSaid>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TxSaid {
    pub(crate) rejection: Option<Rejection>,
    pub(crate) step: u16,
    pub(crate) repeated: bool,
}

/// The natural balance after one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LegSaid {
    pub(crate) transaction: u32,
    pub(crate) step: u16,
    pub(crate) account: u64,
    pub(crate) balance: i128,
}

/// An account; balances are natural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) account: u64,
    pub(crate) balance: i128,
    pub(crate) available: i128,
    pub(crate) frozen: i128,
    pub(crate) reserve: i64,
    pub(crate) overdraft: i64,
    pub(crate) credit_limit: Option<i64>,
    pub(crate) transaction_limit: Option<i64>,
    pub(crate) day_limit: Option<i64>,
    pub(crate) subject: String,
    pub(crate) state: u8,
    pub(crate) payment: u8,
    pub(crate) date: u32,
    pub(crate) opening: i128,
    pub(crate) debit: i128,
    pub(crate) credit: i128,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HoldSaid {
    pub(crate) account: u64,
    pub(crate) id: u128,
    pub(crate) amount: i64,
    pub(crate) remaining: i64,
    pub(crate) expired: bool,
}

/// A proposal, and what became of it, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProposalSaid {
    pub(crate) number: u64,
    pub(crate) id: u128,
    pub(crate) maker: usize,
    pub(crate) at_once: bool,
    pub(crate) end: Option<(End, Option<usize>)>,
}

/// A line of the general ledger on a date: entity, subject, currency, date.
pub(crate) type LineName = (usize, String, String, u32);

/// Its figures when the date was closed, debit-positive: opening, debits, credits.
pub(crate) type ClosedLine = (LineName, (i128, i128, i128));

/// A line of the general ledger; balances are natural.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineSaid {
    pub(crate) entity: String,
    pub(crate) subject: String,
    pub(crate) currency: String,
    pub(crate) date: u32,
    pub(crate) opening: i128,
    pub(crate) debit: i128,
    pub(crate) credit: i128,
    pub(crate) closing: i128,
    pub(crate) accounts_total: i128,
    pub(crate) accounts: u64,
}

/// What happened on an account, one leg each: transaction, step, debit, amount, natural balance after.
pub(crate) type Seen = (u128, u16, bool, i64, i128);

/// A script with what is there when it begins.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) chart: &'static [Spec],
    /// How many accounts of the chart are open at the start.
    pub(crate) first: u64,
    /// Which of them are hot at the start.
    pub(crate) hot: Vec<u64>,
    /// The requests with their tags, in order of arrival.
    pub(crate) asks: Vec<(u64, Ask)>,
}

impl Case {
    /// The accounts that are hot at some time.
    pub(crate) fn ever_hot(&self) -> Vec<u64> {
        let made = self.asks.iter().filter_map(|(_, ask)| match ask.change() {
            Ask::SetHot { account, .. } => Some(*account),
            _ => None,
        });
        self.hot.iter().copied().chain(made).collect()
    }
}

impl Said {
    /// The answer without the balances after legs on these accounts: on a hot account those follow the order of
    /// the log, which is the order of arrival only among transactions that depend on each other.
    pub(crate) fn without(mut self, hot: &[u64]) -> Said {
        if let Said::Results { balances, .. } = &mut self {
            balances.retain(|after| !hot.contains(&after.account));
        }
        self
    }
}
