//! What steps with a transaction id ask for.

use jiff::Timestamp;
use longmen_client::{
    AccountRef, Action, Amount, Consume, Freeze, HoldKind as WireKind, Leg as WireLeg, Naming, Raise, Refund,
    Registration, Reverse, Side, Transaction, TransactionId, Try, Unfreeze,
};
use longmen_engine::ledger::{Currency, Date};

use super::answer::Request;
use super::player::Player;
use super::{Account, Expiry, HoldKind, Leg, Op, Outcome, Particulars, Posting, Scenario, Step};
use crate::moment::now_seconds;

impl Player<'_> {
    /// What a step with a transaction id asks for, and what the answer must say; `None` for any other step.
    pub(super) fn request<'s>(&self, step: &'s Step) -> Option<(Request, &'s Outcome)> {
        let by = &step.particulars;
        let own = |name: &String| Naming::new(self.id(name));
        let (transaction, outcome) = match &step.op {
            Op::Post { id, posting, refunds, outcome } => {
                let action = refunds.as_ref().map(|original| Action::from(Refund::of(own(original))));
                (Transaction { action, ..self.posting(id, posting, by) }, outcome)
            }
            Op::Try { id, posting, expires, outcome } => {
                let action = Try { expires_us: expires.map(microseconds) };
                (self.posting(id, posting, by).action(action), outcome)
            }
            Op::Confirm { id, tried, outcome } => (self.naming(id, by, Action::Confirm(own(tried))), outcome),
            Op::CancelTry { id, tried, outcome } => {
                (self.naming(id, by, Action::CancelTry(own(tried))), outcome)
            }
            Op::Reverse { id, reverses, forced, value_date, outcome, .. } => {
                let action = Reverse { original: own(reverses), forced: *forced };
                (dated(self.naming(id, by, action.into()), *value_date), outcome)
            }
            Op::Freeze { outcome, .. } => (self.freeze(&step.op, by)?, outcome),
            Op::Unfreeze { id, hold, amount, authority, value_date, outcome, .. } => {
                let action = Unfreeze {
                    amount: amount.clone().map(Amount::Decimal),
                    currency: Some(self.hold_currency(hold).to_owned()),
                    authority: authority.clone(),
                    ..Unfreeze::all(self.id(hold))
                };
                (dated(self.naming(id, by, action.into()), *value_date), outcome)
            }
            Op::Raise { outcome, .. } => (self.raise(&step.op, by)?, outcome),
            Op::Consume { id, hold, amount, authority, posting, outcome } => {
                let taken = amount.clone().unwrap_or_else(|| self.scenario.taken(hold, &posting.legs));
                let action = Consume {
                    authority: authority.clone(),
                    forced: posting.forced,
                    ..Consume::new(self.id(hold), &*taken, self.hold_currency(hold))
                };
                (self.posting(id, posting, by).action(action), outcome)
            }
            Op::Cancel { id, outcome } => return Some((Request::Cancel(self.id(id)), outcome)),
            _ => return None,
        };
        Some((Request::Post(Box::new(transaction)), outcome))
    }

    fn freeze(&self, op: &Op, by: &Particulars) -> Option<Transaction> {
        let Op::Freeze { hold, account, amount, kind, authority, expires, .. } = op else { return None };
        let action = Freeze {
            kind: kind.map(wire_kind),
            authority: authority.clone(),
            expires_us: expires.map(microseconds),
            ..Freeze::new(self.account(account), &**amount, self.scenario.currency_of(account))
        };
        Some(self.naming(hold, by, action.into()))
    }

    fn raise(&self, op: &Op, by: &Particulars) -> Option<Transaction> {
        let Op::Raise { id, hold, amount, authority, expires, value_date, .. } = op else { return None };
        let action = Raise {
            authority: authority.clone(),
            expires_us: expires.map(microseconds),
            ..Raise::new(self.id(hold), &**amount, self.hold_currency(hold))
        };
        Some(dated(self.naming(id, by, action.into()), *value_date))
    }

    fn naming(&self, id: &str, by: &Particulars, action: Action) -> Transaction {
        self.posting(id, &Posting::default(), by).action(action)
    }

    fn posting(&self, id: &str, posting: &Posting, by: &Particulars) -> Transaction {
        let text = |date: Date| date.to_string();
        Transaction {
            legs: posting.legs.iter().map(|leg| self.wire_leg(leg)).collect(),
            kind: (!posting.kind.is_empty()).then(|| posting.kind.clone()),
            value_date: posting.value_date.map(text),
            accounting_date: posting.accounting_date.map(text),
            time: posting.time.or_else(|| Some(now_seconds())),
            reference: by.reference.clone(),
            tags: by.tags.clone(),
            operator: by.operator.clone(),
            approval: by.approval.clone(),
            reason: by.reason.clone(),
            visibility: by.visibility.clone(),
            ..Transaction::new(self.id(id))
        }
    }

    fn wire_leg(&self, leg: &Leg) -> WireLeg {
        WireLeg {
            account: self.account_in(&leg.account, &leg.currency),
            side: leg.side,
            amount: Amount::Decimal(leg.amount.clone()),
            currency: Some(leg.currency.clone()),
            step: Some(leg.step),
        }
    }

    /// The ledger's name of a transaction of the file.
    pub(super) fn id(&self, id: &str) -> TransactionId {
        TransactionId::Text(format!("{}{id}", self.place.prefix))
    }

    /// The ledger's name of an account of the file.
    pub(super) fn account(&self, label: &str) -> AccountRef {
        self.account_in(label, self.scenario.currency_of(label))
    }

    fn hold_currency(&self, hold: &str) -> &str {
        self.scenario.currency_of(self.scenario.held_account(hold).unwrap_or_default())
    }
}

impl Particulars {
    /// Who asks for a change, and why.
    pub(super) fn registration(&self) -> Registration<'_> {
        Registration {
            operator: self.operator.as_deref(),
            approval: self.approval.as_deref(),
            reason: self.reason.as_deref(),
        }
    }
}

impl Scenario {
    fn account(&self, label: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.label == label)
    }

    /// The currency of an account; of one that the scenario does not have, that of its first.
    pub(super) fn currency_of(&self, label: &str) -> &'static str {
        let account = self.account(label).or(self.accounts.first());
        account.map_or("CNY", |account| account.currency.code())
    }

    /// The label of the account that a step freezes under this name.
    fn held_account(&self, name: &str) -> Option<&str> {
        self.steps.iter().find_map(|step| match &step.op {
            Op::Freeze { hold, account, .. } if hold == name => Some(&**account),
            _ => None,
        })
    }

    /// What legs take from the account of a hold, in its currency's unit. What is no amount counts as nothing: the node
    /// refuses its leg.
    fn taken(&self, hold: &str, legs: &[Leg]) -> String {
        let held = self.held_account(hold).unwrap_or_default();
        let subject = self.account(held).map_or("", |account| &account.subject);
        let subject = self.subjects.iter().find(|found| found.code == subject);
        let normal = subject.map_or(Side::Credit, |subject| subject.normal);
        let of_account = legs.iter().filter(|leg| leg.account == held);
        let currency = Currency::from_code(self.currency_of(held)).expect("an account's currency is known");
        let signed = |leg: &Leg| {
            let amount = currency.parse_amount(&leg.amount).map_or(0, |amount| i128::from(amount.0));
            if leg.side == normal { -amount } else { amount }
        };
        currency.print(of_account.map(signed).sum())
    }
}

fn dated(transaction: Transaction, value_date: Option<Date>) -> Transaction {
    Transaction { value_date: value_date.map(|date| date.to_string()), ..transaction }
}

fn wire_kind(kind: HoldKind) -> WireKind {
    match kind {
        HoldKind::Business => WireKind::Business,
        HoldKind::Control => WireKind::Control,
        HoldKind::Judicial => WireKind::Judicial,
        HoldKind::Loss => WireKind::Loss,
    }
}

/// A moment in microseconds since 1970.
fn microseconds(expiry: Expiry) -> i64 {
    match expiry {
        Expiry::At(moment) => moment.as_microsecond(),
        Expiry::In(seconds) => Timestamp::now().as_microsecond() + i64::from(seconds) * 1_000_000,
    }
}
