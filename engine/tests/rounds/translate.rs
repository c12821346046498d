//! Between the tests' words and the engine's.

use longmen_engine::ledger::{
    AccountId, AccountKey, AccountOpening, AccountRef, AccountState, AccountView, Amount, Answer,
    AttributeChange, Batch, ClientId, Command, Currency, Date, Draft, Leg, Owner, PaymentState, Posted,
    Rejection, Side, SubjectClass, SubjectOpening, TransactionId, TransactionKey, TrialLine,
};

use super::script::{
    Ask, ENTITIES, LegSaid, LineSaid, START, SUBJECTS, Said, Spec, SubjectSpec, Tx, TxLeg, TxSaid, View,
};

/// The engine's word for a request.
pub(crate) fn command(ask: &Ask, chart: &[Spec]) -> Command {
    match ask {
        Ask::Post { txs, balances } => {
            let mut batch = Batch::default();
            batch.want_balances = *balances;
            txs.iter().for_each(|tx| push(&mut batch, tx, chart));
            Command::Post(batch)
        }
        Ask::Cancel { id, time } => Command::Cancel { id: TransactionId(*id), time: *time },
        Ask::Locate { id } => {
            Command::Locate(vec![TransactionKey { client: ClientId(1), id: TransactionId(*id) }])
        }
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
        Ask::CloseDay { entity, next } => Command::CloseDay {
            entity: ENTITIES[*entity].into(),
            next: date(*next),
            carry_forward: None,
            notes: Box::default(),
        },
        Ask::Read(accounts) => {
            Command::Balances(accounts.iter().map(|id| AccountRef::Id(AccountId(*id))).collect())
        }
        Ask::Trial => Command::TrialBalance { entity: "".into() },
        Ask::Open { from, to } => open(*from, *to, chart, &[]),
    }
}

fn change(account: AccountRef, change: AttributeChange) -> Command {
    Command::Change { account, change, notes: Box::default() }
}

/// The request that opens accounts of the chart, with these of them hot.
pub(crate) fn open(from: u64, to: u64, chart: &[Spec], hot: &[u64]) -> Command {
    let opening = |id: u64| {
        let spec = chart[id as usize - 1];
        AccountOpening {
            key: key(id, chart),
            subject: spec.subject.into(),
            customer: None,
            owner: Owner::Customer,
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
        let used = |subject: &&SubjectSpec| {
            chart.iter().any(|spec| (spec.entity, spec.subject) == (entity, subject.code))
        };
        let subjects: Vec<SubjectOpening> = SUBJECTS.iter().filter(used).map(subject).collect();
        if !subjects.is_empty() {
            commands.push(Command::OpenEntity { code: (*code).into(), start: date(START) });
            commands.push(Command::OpenSubjects { entity: (*code).into(), subjects });
        }
    }
    commands.push(open(1, first, chart, hot));
    commands
}

fn subject(subject: &SubjectSpec) -> SubjectOpening {
    let class = SubjectClass::from_name(subject.class).unwrap();
    let normal = if subject.debit_normal { Side::Debit } else { Side::Credit };
    SubjectOpening::new(subject.code, subject.code, class, normal, true)
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

/// What the tests compare of an answer.
pub(crate) fn said(answer: &Answer) -> Said {
    match answer {
        Answer::Rejected(rejection) => Said::Rejected(*rejection),
        Answer::Opened(opened) => {
            Said::Opened(opened.iter().map(|one| one.unwrap()).map(|one| (one.id, one.existed)).collect())
        }
        Answer::Posted(posted) => results(posted),
        Answer::Done => Said::Done,
        Answer::Located(places) => match places[..] {
            [Some(_)] => Said::Done,
            _ => Said::Rejected(Rejection::UnknownTransaction),
        },
        Answer::Accounts(views) => {
            Said::Views(views.iter().map(|one| one.as_ref().map(view).map_err(|r| *r)).collect())
        }
        Answer::TrialBalance(trial) => {
            let mut lines: Vec<LineSaid> = trial.lines.iter().map(line).collect();
            lines.sort();
            Said::Lines(lines)
        }
        Answer::Welcome { .. }
        | Answer::Holds(_)
        | Answer::Closings { .. }
        | Answer::Chart(_)
        | Answer::Status(_) => {
            panic!("not an answer to anything in a script: {answer:?}")
        }
    }
}

fn push(batch: &mut Batch, tx: &Tx, chart: &[Spec]) {
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
        id: TransactionId(tx.id),
        time: tx.time,
        value_date: tx.value_date.map(date),
        accounting_date: None,
    };
    batch.push(draft, &legs, &[]);
    // Legs of a malformed transaction are not kept, so there is nothing to name.
    if batch.legs(batch.transactions.last().unwrap()).is_empty() {
        return;
    }
    for (index, leg) in tx.legs.iter().enumerate().filter(|(_, leg)| leg.named) {
        batch.name_account(index, key(leg.account, chart));
    }
}

fn key(account: u64, chart: &[Spec]) -> AccountKey {
    let spec = chart.get(account as usize - 1).unwrap_or(&chart[0]);
    AccountKey {
        entity: ENTITIES[spec.entity].into(),
        number: format!("a{account}").into(),
        kind: "cash".into(),
        currency: Currency::from_code(spec.currency).unwrap(),
    }
}

fn date(days: u32) -> Date {
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
