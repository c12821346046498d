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
}

impl Spec {
    pub(crate) const fn new(entity: usize, subject: &'static str) -> Spec {
        Spec { entity, subject, currency: "CNY", may_go_negative: false, overdraft: 0, credit_limit: None }
    }
}

/// A subject of every test entity.
pub(crate) struct SubjectSpec {
    pub(crate) code: &'static str,
    pub(crate) class: &'static str,
    pub(crate) debit_normal: bool,
}

pub(crate) const SUBJECTS: [SubjectSpec; 6] = [
    SubjectSpec { code: "1001", class: "asset", debit_normal: true },
    SubjectSpec { code: "1301", class: "asset", debit_normal: true },
    SubjectSpec { code: "2001", class: "liability", debit_normal: false },
    SubjectSpec { code: "6001", class: "income", debit_normal: false },
    SubjectSpec { code: "7001", class: "off_balance", debit_normal: true },
    SubjectSpec { code: "7002", class: "off_balance", debit_normal: false },
];

impl Spec {
    pub(crate) fn subject(&self) -> &'static SubjectSpec {
        SUBJECTS.iter().find(|subject| subject.code == self.subject).unwrap()
    }
}

pub(crate) const ENTITIES: [&str; 2] = ["east", "west"];
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tx {
    pub(crate) id: u128,
    pub(crate) time: u32,
    pub(crate) value_date: Option<u32>,
    pub(crate) legs: Vec<TxLeg>,
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
    CloseDay {
        entity: usize,
        next: u32,
    },
    Read(Vec<u64>),
    Trial,
    /// Opens the accounts of the chart up to this one, those that are there already included.
    Open {
        from: u64,
        to: u64,
    },
}

/// An answer, without what depends on the schedule (frames and ordinals).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Results { results: Vec<TxSaid>, balances: Vec<LegSaid> },
    Done,
    Rejected(Rejection),
    Views(Vec<Result<View, Rejection>>),
    Opened(Vec<(u64, bool)>),
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
    pub(crate) state: u8,
    pub(crate) payment: u8,
    pub(crate) date: u32,
    pub(crate) opening: i128,
    pub(crate) debit: i128,
    pub(crate) credit: i128,
}

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
        let made = self.asks.iter().filter_map(|(_, ask)| match ask {
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
