//! Between the tests' words and the engine's.

use std::sync::Arc;

use longmen_engine::ledger::notes::{self, Note, TextIds};
use longmen_engine::ledger::{
    AccountChange, AccountId, AccountKey, AccountOpening, AccountRef, AccountState, AccountView, Acting,
    Action, Amount, Answer, AttributeChange, Batch, BookingMode, CancelTry, Charge, ClientId, Command,
    Confirm, Consume, ContentDigest, Currency, Date, Decision, DecisionKind, Draft, Freeze, Hold, HoldKind,
    HoldTerms, Leg, Naming, Original, Owner, PAYEE, PAYER, Party, PaymentState, Permissions, Posted,
    Proposal, ProposalsWanted, Raise, Refund, RefundClearing, Registered, Rejection, Reverse, Side,
    SubjectClass, SubjectOpening, TransactionId, TransactionKey, TrialLine, Try, Unfreeze, YearStart,
};

use super::naive::{CLEARING, CLEARING_TYPE};
use super::script::{
    Act, Ask, ENTITIES, End, HoldSaid, LegSaid, LineSaid, NewLimits, NewSubject, PEOPLE, ProposalSaid, START,
    Said, Spec, Tx, TxLeg, TxSaid, View, YEAR_STARTS, subjects_of,
};
use super::scripts::CHART;
use super::tariff;

/// The type of the accounts whose subject is mapped.
const MAPPED: &str = "wealth";

/// The engine's word for a request; `find` looks up the originals that it names.
///
/// # Panics
/// If it is no request but a wait.
pub(crate) fn command(
    ask: &Ask,
    chart: &[Spec],
    find: &mut impl FnMut(u128) -> Option<Arc<Original>>,
) -> Command {
    match ask {
        Ask::Post { txs, balances } => {
            let mut batch = Batch::default();
            batch.want_balances = *balances;
            txs.iter().for_each(|tx| push(&mut batch, tx, chart, find));
            Command::Post(batch)
        }
        Ask::Cancel { id, time } => {
            Command::Cancel { id: name(*id).id, time: *time, text_id: text_of(*id).into() }
        }
        Ask::Locate { id } => Command::Locate(vec![name(*id)]),
        Ask::SetState { account, state, payment } => change(
            AccountRef::Id(AccountId(*account)),
            AttributeChange::States {
                account_state: state.map(|state| AccountState::from_number(state).unwrap()),
                payment_state: payment.map(|payment| PaymentState::from_number(payment).unwrap()),
            },
        ),
        Ask::SetHot { account, hot } => {
            change(AccountRef::Key(key(*account, chart)), AttributeChange::Hot(*hot))
        }
        Ask::SetReserve { account, amount } => {
            change(AccountRef::Id(AccountId(*account)), AttributeChange::Reserve(Amount(*amount)))
        }
        Ask::SetLimits { account, limits } => {
            change(AccountRef::Key(key(*account, chart)), new_limits(limits))
        }
        Ask::Expecting { .. } => panic!("what is expected only the node knows"),
        Ask::Propose { id, what, expires, at_once, .. } => Command::Propose {
            id: name(*id).id,
            text_id: text_of(*id).into(),
            command: Box::new(command(what, chart, find)),
            expires_us: (!at_once).then_some(i64::from(*expires) * 1_000_000),
            at_once: *at_once,
        },
        Ask::Decide { .. } => panic!("what was shown only the node knows"),
        Ask::Proposals => {
            Command::Proposals(ProposalsWanted { limit: u32::MAX, ..ProposalsWanted::default() })
        }
        Ask::CloseDay { entity, next, carry, forced } => Command::CloseDay {
            entity: ENTITIES[*entity].into(),
            next: date(*next),
            carry_forward: carry.iter().map(|account| AccountRef::Id(AccountId(*account))).collect(),
            forced: forced.is_some(),
            notes: approval(*forced == Some(true)),
        },
        Ask::MapType { entity, subject, from } => Command::MapType {
            entity: ENTITIES[*entity].into(),
            kind: MAPPED.into(),
            subject: (*subject).into(),
            from: date(*from),
            notes: Box::default(),
        },
        Ask::SetMode { entity, kind, mode, from } => Command::SetBookingMode {
            entity: ENTITIES[*entity].into(),
            kind: (*kind).into(),
            mode: BookingMode::from_name(mode).expect("a script knows the modes"),
            from: date(*from),
            notes: Box::default(),
        },
        Ask::SetFees { entity, rules, from } => Command::SetFeeRules {
            entity: ENTITIES[*entity].into(),
            file: tariff::file_of(rules, chart).into(),
            from: date(*from),
            notes: Box::default(),
        },
        Ask::OpenSubjects { entity, subjects } => Command::OpenSubjects {
            entity: ENTITIES[*entity].into(),
            subjects: subjects.iter().map(subject).collect(),
        },
        Ask::Holds(account) => Command::Holds {
            account: account.map(|account| AccountRef::Id(AccountId(account))),
            after: None,
            limit: u32::MAX,
        },
        Ask::Wait { .. } => panic!("to wait is no request"),
        Ask::Read(accounts) => {
            Command::Balances(accounts.iter().map(|id| AccountRef::Id(AccountId(*id))).collect())
        }
        Ask::Trial => Command::TrialBalance { entity: "".into() },
        Ask::Open { from, to } => open(*from, *to, chart, &[]),
    }
}

/// The decision about a proposal, where this is the digest that was shown.
pub(crate) fn decision(number: u64, end: End, digest: ContentDigest) -> Command {
    let notes = Box::default();
    match end {
        End::Approved => Command::Approve { number, digest, found: None, notes },
        End::Rejected => Command::Reject { number, notes },
        End::Withdrawn => Command::Withdraw { number, notes },
        End::Expired => panic!("time ends proposals by itself"),
    }
}

/// Who asks, where that matters.
pub(crate) fn acting(ask: &Ask) -> Option<Arc<Acting>> {
    let (Ask::Propose { who, .. } | Ask::Decide { who, .. }) = ask else { return None };
    Some(Arc::new(Acting::new("tester", PEOPLE[*who], None, Permissions::everything())))
}

/// A proposal, and what became of it.
pub(crate) fn proposal(proposal: &Proposal, decision: Option<&Decision>) -> ProposalSaid {
    let Proposal { number, key, maker, at_once, notes, .. } = proposal;
    ProposalSaid {
        number: *number,
        id: script_id(key.id, TextIds::read(notes).own),
        maker: person(maker),
        at_once: *at_once,
        end: decision.map(end),
    }
}

/// How a proposal ended, and by whom.
pub(crate) fn end(decision: &Decision) -> (End, Option<usize>) {
    let by = (!decision.by.is_empty()).then(|| person(&decision.by));
    let end = match decision.kind {
        DecisionKind::Approved => End::Approved,
        DecisionKind::Rejected => End::Rejected,
        DecisionKind::Withdrawn => End::Withdrawn,
        DecisionKind::Expired => End::Expired,
    };
    (end, by)
}

fn person(name: &str) -> usize {
    PEOPLE.iter().position(|known| *known == name).expect("only people of the scripts propose and decide")
}

fn approval(given: bool) -> Box<[u8]> {
    let mut bytes = Vec::new();
    notes::write(&mut bytes, Note::Approval, if given { "A-1" } else { "" });
    bytes.into()
}

fn change(account: AccountRef, change: AttributeChange) -> Command {
    Command::Change(Box::new(AccountChange::new(account, change)))
}

fn new_limits(limits: &NewLimits) -> AttributeChange {
    let limit = |limit: Option<Option<i64>>| limit.map(|limit| limit.map(Amount));
    AttributeChange::Limits {
        overdraft: limits.overdraft.map(Amount),
        credit: limit(limits.credit),
        transaction: limit(limits.transaction),
        day: limit(limits.day),
    }
}

/// By way of which accounts refunds go, in charts that have them.
pub(crate) fn refund_clearing() -> RefundClearing {
    let keys = CLEARING.iter().map(|account| key(*account, &CHART)).collect();
    RefundClearing { by_type: [(CLEARING_TYPE.into(), keys)].into() }
}

/// The request that opens accounts of the chart, with these of them hot.
pub(crate) fn open(from: u64, to: u64, chart: &[Spec], hot: &[u64]) -> Command {
    let opening = |id: u64| {
        let spec = chart[id as usize - 1];
        AccountOpening {
            key: key(id, chart),
            subject: if spec.mapped { "".into() } else { spec.subject.into() },
            customer: None,
            owner: if spec.subject == "8001" { Owner::Internal } else { Owner::Customer },
            may_go_negative: spec.may_go_negative,
            overdraft_limit: Amount(spec.overdraft),
            credit_limit: spec.credit_limit.map(Amount),
            hot: hot.contains(&id),
        }
    };
    Command::OpenAccounts((from..=to).map(opening).collect())
}

/// The requests that come before all others: a client, the entities and subjects of a chart, its first accounts.
pub(crate) fn setup(chart: &[Spec], first: u64, hot: &[u64]) -> Vec<Command> {
    let mut commands = vec![Command::Hello { name: "tester".into() }];
    for (entity, code) in ENTITIES.iter().enumerate() {
        let subjects: Vec<SubjectOpening> =
            subjects_of(chart, entity).into_iter().map(|spec| subject(&spec.into())).collect();
        if !subjects.is_empty() {
            commands.push(Command::OpenEntity {
                code: (*code).into(),
                start: date(START),
                year_starts: year_starts(entity),
            });
            commands.push(Command::OpenSubjects { entity: (*code).into(), subjects });
        }
    }
    commands.push(open(1, first, chart, hot));
    commands
}

fn year_starts(entity: usize) -> YearStart {
    YearStart::from_month(YEAR_STARTS[entity] as u8).unwrap()
}

fn subject(subject: &NewSubject) -> SubjectOpening {
    let class = SubjectClass::from_name(subject.class).unwrap();
    let normal = if subject.debit_normal { Side::Debit } else { Side::Credit };
    SubjectOpening::new(subject.code, subject.code, class, normal, subject.leaf)
}

/// How many records the setup leaves in the log.
pub(crate) fn setup_records(chart: &[Spec], first: u64) -> usize {
    let of = |command: &Command| match command {
        Command::OpenSubjects { subjects, .. } => subjects.len(),
        Command::OpenAccounts(accounts) => accounts.len(),
        _ => 1,
    };
    setup(chart, first, &[]).iter().map(of).sum()
}

/// What the tests compare of the answer to a request.
pub(crate) fn said(ask: &Ask, answer: &Answer) -> Said {
    match answer {
        Answer::Rejected(rejection) => Said::Rejected(*rejection),
        Answer::Opened(opened) => {
            Said::Opened(opened.iter().map(|one| one.map(|one| (one.id, one.existed))).collect())
        }
        Answer::Posted(posted) => results(posted),
        Answer::NotCarried(_) => Said::Rejected(Rejection::CurrencyMismatch),
        Answer::Done | Answer::Welcome { .. } => Said::Done,
        Answer::Located(places) if places[0].is_some() => match ask {
            Ask::Cancel { .. } => Said::Stands,
            _ => Said::Done,
        },
        Answer::Located(_) => Said::Rejected(Rejection::UnknownTransaction),
        Answer::Holds(holds) => {
            let mut said: Vec<_> = holds.iter().map(|(account, hold)| held(*account, hold)).collect();
            said.sort_by_key(|hold| (hold.account, hold.id));
            Said::Holds(said)
        }
        Answer::Accounts(views) => {
            Said::Views(views.iter().map(|one| one.as_ref().map(view).map_err(|r| *r)).collect())
        }
        Answer::TrialBalance(trial) => {
            let mut lines: Vec<LineSaid> = trial.lines.iter().map(line).collect();
            lines.sort();
            Said::Lines(lines)
        }
        Answer::Proposals(proposals) => {
            let said = |one: &Registered| proposal(&one.proposal, one.decision.as_ref());
            Said::Proposals(proposals.iter().map(said).collect())
        }
        Answer::AccountPage { .. }
        | Answer::OwnAccounts(_)
        | Answer::Closings { .. }
        | Answer::Chart(_)
        | Answer::FeeRules { .. }
        | Answer::Status(_) => {
            panic!("not an answer to anything in a script: {answer:?}")
        }
    }
}

fn push(batch: &mut Batch, tx: &Tx, chart: &[Spec], find: &mut impl FnMut(u128) -> Option<Arc<Original>>) {
    let id_of = |leg: &TxLeg| if leg.named { AccountId::NONE } else { AccountId(leg.account) };
    let legs: Vec<Leg> = tx
        .legs
        .iter()
        .map(|leg| Leg {
            account: id_of(leg),
            amount: Amount(leg.amount),
            currency: Currency::from_code(leg.currency).unwrap(),
            step: leg.step,
            side: if leg.debit { Side::Debit } else { Side::Credit },
        })
        .collect();
    let draft = Draft {
        id: name(tx.id).id,
        time: tx.time,
        value_date: tx.value_date.map(date),
        accounting_date: tx.accounting_date.map(date),
    };
    let mut about = Vec::new();
    notes::write(&mut about, Note::Kind, tx.kind);
    notes::write(&mut about, Note::Approval, if tx.approved { "AP-1" } else { "" });
    match action(&tx.act, chart, find) {
        None => batch.push(draft, &legs, &about),
        Some(action) => batch.push_action(draft, action, &legs, &about),
    }
    let (own, named) = (text_of(tx.id), tx.act.names().map_or(String::new(), text_of));
    batch.keep_texts(TextIds { own: &own, named: &named });
    // Legs of a malformed transaction are not kept, so there is nothing to name.
    if batch.legs(batch.transactions.last().unwrap()).is_empty() {
        return;
    }
    for (index, leg) in tx.legs.iter().enumerate().filter(|(_, leg)| leg.named) {
        batch.name_account(index, key(leg.account, chart));
    }
}

fn action(act: &Act, chart: &[Spec], find: &mut impl FnMut(u128) -> Option<Arc<Original>>) -> Option<Action> {
    let mut naming = |id: u128| Naming { key: name(id), found: find(id) };
    let moment = |seconds: &Option<u32>| seconds.map(|seconds| i64::from(seconds) * 1_000_000);
    Some(match act {
        Act::Post => return None,
        Act::Freeze { account, amount, currency, judicial, authority, expires } => {
            let kind = if *judicial { HoldKind::Judicial } else { HoldKind::Business };
            let (authority, expires_us) = ((*authority).into(), moment(expires));
            Action::Freeze(Freeze {
                account: AccountId(*account),
                key: None,
                amount: Amount(*amount),
                currency: Currency::from_code(currency).unwrap(),
                terms: HoldTerms { kind, authority, expires_us, ..HoldTerms::default() },
            })
        }
        Act::Raise { hold, amount, currency, authority, expires } => Action::Raise(Raise {
            hold: name(*hold),
            amount: Amount(*amount),
            currency: Currency::from_code(currency).unwrap(),
            expires_us: moment(expires),
            authority: (*authority).into(),
        }),
        Act::Unfreeze { hold, amount, authority } => Action::Unfreeze(Unfreeze {
            hold: name(*hold),
            amount: amount.map(Amount),
            currency: None,
            authority: (*authority).into(),
        }),
        Act::Consume { hold, amount, authority, forced } => Action::Consume(Consume {
            currency: None,
            hold: name(*hold),
            amount: Amount(*amount),
            authority: (*authority).into(),
            forced: *forced,
        }),
        Act::Reverse { original, forced } => {
            Action::Reverse(Reverse { original: naming(*original), forced: *forced })
        }
        Act::Refund { original } => Action::Refund(Refund::of_legs(naming(*original))),
        Act::Charge { amount, payer, payee } => {
            let party = |role: &str, account: u64| Party {
                role: role.into(),
                account: if account.is_multiple_of(2) { AccountId(account) } else { AccountId::NONE },
                key: (account % 2 == 1).then(|| key(account, chart)),
            };
            Action::Charge(Charge {
                amount: Amount(*amount),
                currency: Currency::from_code("CNY").unwrap(),
                parties: vec![party(PAYER, *payer), party(PAYEE, *payee)],
                channel: "".into(),
                merchant: "".into(),
            })
        }
        Act::GiveBack { original, amount } => {
            Action::Refund(Refund::by_amount(naming(*original), Amount(*amount), None))
        }
        Act::Try { expires } => Action::Try(Try { expires_us: moment(expires) }),
        Act::Confirm { original } => Action::Confirm(Confirm { original: naming(*original) }),
        Act::CancelTry { original } => Action::CancelTry(CancelTry { original: naming(*original) }),
    })
}

/// The name of a transaction of the tests' client.
pub(crate) fn name(id: u128) -> TransactionKey {
    let id = match text_of(id) {
        text if text.is_empty() => TransactionId(id),
        text => TransactionId::of_text(&text),
    };
    TransactionKey { client: ClientId(1), id }
}

/// The text that a script's id is given as: every third is one, the others are numbers.
fn text_of(id: u128) -> String {
    if id % 3 == 2 { format!("t-{id}") } else { String::new() }
}

/// A script's id, from what the ledger has of it: one that was given as a text is known by nothing else.
pub(crate) fn script_id(id: TransactionId, text: &str) -> u128 {
    let found = match text.strip_prefix("t-") {
        Some(number) => number.parse().unwrap(),
        None => id.0,
    };
    assert_eq!(
        (name(found).id, text_of(found).as_str()),
        (id, text),
        "an id and the text that it was given as"
    );
    found
}

fn held(account: AccountId, hold: &Hold) -> HoldSaid {
    HoldSaid {
        account: account.0,
        id: script_id(hold.key.id, &hold.terms.text_id),
        amount: hold.amount,
        remaining: hold.remaining,
        expired: hold.expired,
    }
}

pub(crate) fn key(account: u64, chart: &[Spec]) -> AccountKey {
    let spec = chart.get(account as usize - 1).unwrap_or(&chart[0]);
    AccountKey {
        entity: ENTITIES[spec.entity].into(),
        number: format!("a{account}").into(),
        kind: if spec.mapped { MAPPED } else { "cash" }.into(),
        currency: Currency::from_code(spec.currency).unwrap(),
    }
}

pub(crate) fn date(days: u32) -> Date {
    Date::from_days(days).unwrap()
}

fn results(posted: &Posted) -> Said {
    let results = posted.results.iter().map(|result| TxSaid {
        rejection: result.rejection,
        step: result.step,
        repeated: result.repeated,
    });
    let balances = posted.balances.iter().map(|after| LegSaid {
        transaction: after.transaction,
        step: after.step,
        account: after.account.0,
        balance: after.balance,
    });
    Said::Results { results: results.collect(), balances: balances.collect() }
}

fn view(view: &AccountView) -> View {
    View {
        account: view.id.0,
        balance: view.balance,
        available: view.available,
        frozen: view.frozen,
        reserve: view.withholding.0,
        overdraft: view.overdraft_limit.0,
        credit_limit: view.credit_limit.map(|limit| limit.0),
        transaction_limit: view.transaction_limit.map(|limit| limit.0),
        day_limit: view.day_limit.map(|limit| limit.0),
        subject: view.subject.to_string(),
        state: view.account_state as u8,
        payment: view.payment_state as u8,
        date: view.date.days(),
        opening: view.opening,
        debit: view.debit_turnover,
        credit: view.credit_turnover,
    }
}

fn line(line: &TrialLine) -> LineSaid {
    LineSaid {
        entity: line.entity.to_string(),
        subject: line.subject.to_string(),
        currency: line.currency.code().into(),
        date: line.date.days(),
        opening: line.opening,
        debit: line.debit,
        credit: line.credit,
        closing: line.closing,
        accounts_total: line.accounts_total,
        accounts: line.accounts,
    }
}
