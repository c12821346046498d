//! What a chart takes, and which accounts take what is carried forward: case by case, from the node and the naive ledger.

use longmen_engine::ledger::{
    Admin, Catalog, Command, Date, EntityId, FrameRecords, Rejection, Room, SectionKind, Side, SubjectClass,
    SubjectId, SubjectOpening, YearStart,
};

use super::harness::{Node, Stored, settings};
use super::naive::Naive;
use super::script::{Ask, NewSubject, START, Said, Spec, Tx, TxLeg};
use super::translate;

const fn free(subject: &'static str, currency: &'static str) -> Spec {
    Spec { currency, may_go_negative: true, ..Spec::new(0, subject) }
}

const CHART: [Spec; 11] = [
    free("1001", "CNY"),
    Spec::new(0, "200201"),
    free("6001", "CNY"),
    free("6401", "CNY"),
    free("3001", "CNY"),
    free("3101", "CNY"),
    free("1001", "USD"),
    free("6001", "USD"),
    free("3001", "USD"),
    free("7001", "CNY"),
    Spec { entity: 1, ..free("3001", "CNY") },
];
const BANK: u64 = 1;
const WALLET: u64 = 2;
const FEES: u64 = 3;
const COSTS: u64 = 4;
const PROFIT: u64 = 5;
const CLEARING: u64 = 6;
const DOLLARS: u64 = 7;
const DOLLAR_FEES: u64 = 8;
const DOLLAR_PROFIT: u64 = 9;
const MEMO: u64 = 10;
const OTHERS: u64 = 11;

/// What the ledgers say to the last of these requests.
#[track_caller]
fn check(asks: &[Ask], expect: &Said) {
    let mut naive = Naive::new(&CHART, CHART.len() as u64, &[]);
    let said = asks.iter().map(|ask| naive.ask(ask)).last();
    assert_eq!(said.as_ref(), Some(expect), "the naive ledger: {asks:#?}");
    for shards in [1, 3] {
        let mut node = Node::open(&settings(shards), &CHART, CHART.len() as u64, &[FEES]);
        for (tag, ask) in (0..).zip(asks) {
            node.ask(tag, ask, &CHART);
            node.drain();
        }
        let (_, answer) = node.given.last().unwrap();
        assert_eq!(translate::said(asks.last().unwrap(), answer), *expect, "{shards} shards: {asks:#?}");
    }
}

fn pays(id: u128, debit: u64, credit: u64, amount: i64) -> Ask {
    let currency = CHART[debit as usize - 1].currency;
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency };
    Ask::Post { txs: vec![Tx::new(id, vec![leg(1, debit, true), leg(2, credit, false)])], balances: false }
}

fn carries(targets: &[u64]) -> Ask {
    Ask::CloseDay { entity: 0, next: START + 1, carry: targets.to_vec(), forced: None }
}

fn balances(said: &Said) -> Vec<i128> {
    let Said::Views(views) = said else { panic!("{said:?}") };
    views.iter().map(|view| view.as_ref().unwrap().balance).collect()
}

fn state(account: u64, state: u8, payment: u8) -> Ask {
    Ask::SetState { account, state: Some(state), payment: Some(payment) }
}

/// Whenever the disk turns out to be full: a close is done whole, or nothing of it is.
#[test]
fn a_close_that_has_begun_to_carry_ends_on_a_full_disk() {
    let before = [pays(1, BANK, FEES, 30), pays(2, DOLLARS, DOLLAR_FEES, 40)];
    let read = Ask::Read(vec![FEES, DOLLAR_FEES, PROFIT, DOLLAR_PROFIT]);
    for (shards, hot) in [(1, &[][..]), (3, &[]), (3, &[FEES])] {
        let (mut refused, mut done) = (0, 0);
        for steps in 0.. {
            let mut node = Node::open(&settings(shards), &CHART, CHART.len() as u64, hot);
            for ask in &before {
                node.ask(0, ask, &CHART);
                node.drain();
            }
            let close = carries(&[PROFIT, DOLLAR_PROFIT]);
            node.ask(1, &close, &CHART);
            let settled = (0..steps).any(|_| !node.whole_step());
            node.set_room(Room::None);
            node.drain();
            let said = translate::said(&close, &node.given.last().unwrap().1);
            node.ask(2, &read, &CHART);
            node.drain();
            let found = balances(&translate::said(&read, &node.given.last().unwrap().1));
            let (closed, figures) = match said {
                Said::Done => (true, [0, 0, 30, 40]),
                Said::Rejected(Rejection::OutOfDisk) => (false, [30, 40, 0, 0]),
                other => panic!("{shards} shards, after {steps} steps: {other:?}"),
            };
            assert_eq!(found, figures, "{shards} shards, after {steps} steps");
            *(if closed { &mut done } else { &mut refused }) += 1;
            if settled {
                break;
            }
        }
        assert!(refused > 0 && done > 2, "{shards} shards: {refused} refused, {done} done");
    }
}

/// Whenever the node is killed: what was carried forward and the close are there, or neither.
#[test]
fn a_close_that_carries_is_durable_whole() {
    let before = [pays(1, BANK, FEES, 30), pays(2, DOLLARS, DOLLAR_FEES, 40)];
    let read = Ask::Read(vec![FEES, DOLLAR_FEES, PROFIT, DOLLAR_PROFIT]);
    for (shards, hot) in [(1, &[][..]), (3, &[]), (3, &[FEES])] {
        let (mut open, mut closed) = (0, 0);
        for steps in 0.. {
            let mut node = Node::open(&settings(shards), &CHART, CHART.len() as u64, hot);
            for ask in &before {
                node.ask(0, ask, &CHART);
                node.drain();
            }
            node.ask(1, &carries(&[PROFIT, DOLLAR_PROFIT]), &CHART);
            // The journal writes whatever it is given at once: as many frames as can come of it.
            let mut settled = false;
            for _ in 0..steps {
                settled = !node.whole_step() && !node.write_now();
            }
            let mut node = node.restarted(&settings(shards));
            node.ask(2, &read, &CHART);
            node.drain();
            let found = balances(&translate::said(&read, &node.given.last().unwrap().1));
            let is_closed = node.date() > Date::from_days(START).unwrap();
            let figures = if is_closed { [0, 0, 30, 40] } else { [30, 40, 0, 0] };
            assert_eq!(found, figures, "{shards} shards, after {steps} steps, closed: {is_closed}");
            *(if is_closed { &mut closed } else { &mut open }) += 1;
            if settled {
                break;
            }
        }
        assert!(open > 2 && closed > 0, "{shards} shards: {open} open, {closed} closed");
    }
}

#[test]
fn equity_and_common_accounts_take_results_one_for_each_currency() {
    let refused = |targets: &[u64], rejection| {
        check(&[pays(1, BANK, FEES, 30), carries(targets)], &Said::Rejected(rejection));
    };
    let done = |targets: &[u64]| check(&[pays(1, BANK, FEES, 30), carries(targets)], &Said::Done);
    for target in [BANK, WALLET, FEES, COSTS, MEMO] {
        refused(&[target], Rejection::WrongClass);
    }
    refused(&[OTHERS], Rejection::UnknownAccount);
    refused(&[PROFIT, 99], Rejection::UnknownAccount);
    refused(&[BANK, 99], Rejection::UnknownAccount);
    refused(&[PROFIT, CLEARING], Rejection::Malformed);
    refused(&[PROFIT, PROFIT], Rejection::Malformed);
    refused(&[DOLLAR_PROFIT], Rejection::CurrencyMismatch);
    done(&[PROFIT]);
    done(&[CLEARING]);
    done(&[DOLLAR_PROFIT, PROFIT]);
    let both = [pays(1, BANK, FEES, 30), pays(2, DOLLARS, DOLLAR_FEES, 40)];
    let then = |last: &[Ask]| [&both[..], last].concat();
    check(&then(&[carries(&[PROFIT])]), &Said::Rejected(Rejection::CurrencyMismatch));
    let read = Ask::Read(vec![FEES, DOLLAR_FEES, PROFIT, DOLLAR_PROFIT]);
    for (close, figures) in
        [(carries(&[PROFIT, DOLLAR_PROFIT]), [0, 0, 30, 40]), (carries(&[PROFIT]), [30, 40, 0, 0])]
    {
        let asks = then(&[close, read.clone()]);
        let mut naive = Naive::new(&CHART, CHART.len() as u64, &[]);
        let said = asks.iter().map(|ask| naive.ask(ask)).last().unwrap();
        assert_eq!(balances(&said), figures);
        check(&asks, &said);
    }
    // A close that was done is done when it comes again.
    check(&then(&[carries(&[PROFIT, DOLLAR_PROFIT]), carries(&[PROFIT, DOLLAR_PROFIT])]), &Said::Done);
}

#[test]
fn what_takes_results_obeys_its_states() {
    let (profit, loss) = (pays(1, BANK, FEES, 30), pays(1, COSTS, BANK, 30));
    let check_state = |result: &Ask, account, payment, expect: Option<Rejection>| {
        let asks = [result.clone(), state(PROFIT, account, payment), carries(&[PROFIT])];
        check(&asks, &expect.map_or(Said::Done, Said::Rejected));
    };
    let (account, payment) = (Some(Rejection::AccountState), Some(Rejection::PaymentState));
    check_state(&profit, 0, 1, account);
    check_state(&profit, 3, 1, None);
    check_state(&profit, 4, 1, None);
    check_state(&loss, 3, 1, account);
    check_state(&loss, 4, 2, account);
    check_state(&loss, 1, 0, payment);
    check_state(&profit, 1, 0, None);
    check_state(&profit, 1, 2, payment);
    check_state(&profit, 1, 4, payment);
    check_state(&loss, 1, 4, None);
    // What gets nothing is refused when it is closed, and else not asked.
    check(&[state(PROFIT, 1, 2), carries(&[PROFIT])], &Said::Done);
    check(&[state(PROFIT, 0, 2), carries(&[PROFIT])], &Said::Rejected(Rejection::AccountState));
    // The account state of one comes before the payment state of another, and nothing was carried.
    let dollars = pays(2, DOLLARS, DOLLAR_FEES, 40);
    let states = [state(PROFIT, 1, 2), state(DOLLAR_PROFIT, 0, 1)];
    let both = [profit, dollars, states[0].clone(), states[1].clone(), carries(&[PROFIT, DOLLAR_PROFIT])];
    check(&both, &Said::Rejected(Rejection::AccountState));
}

fn subject(code: &'static str, class: &'static str, leaf: bool) -> NewSubject {
    NewSubject { code, class, debit_normal: false, leaf }
}

fn opens(subjects: &[NewSubject]) -> Ask {
    Ask::OpenSubjects { entity: 0, subjects: subjects.to_vec() }
}

#[test]
fn a_chart_takes_what_fits_in() {
    // Of 2001 on the first entity nothing is there, and 200201 is a leaf.
    #[track_caller]
    fn refused(subjects: &[NewSubject], rejection: Rejection) {
        let mut naive = Naive::new(&CHART, CHART.len() as u64, &[]);
        let Said::Opened(mut expect) = naive.ask(&opens(&subjects[..subjects.len() - 1])) else { panic!() };
        assert!(expect.iter().all(Result::is_ok), "{expect:?}");
        expect.push(Err(rejection));
        check(&[opens(subjects)], &Said::Opened(expect));
    }
    #[track_caller]
    fn opened(subjects: &[NewSubject]) {
        let mut naive = Naive::new(&CHART, CHART.len() as u64, &[]);
        let Said::Opened(expect) = naive.ask(&opens(subjects)) else { panic!() };
        assert!(expect.iter().all(Result::is_ok), "{expect:?}");
        check(&[opens(subjects)], &Said::Opened(expect));
    }
    let liability = |code, leaf| subject(code, "liability", leaf);
    for code in ["0000", "000001", "200300", "20030100", "2003010100", "200", "20030", "20a3", ""] {
        refused(&[liability(code, true)], Rejection::Malformed);
    }
    opened(&[liability("0001", true)]);
    opened(&[liability("20031020", true)]);
    refused(&[liability("20020101", true)], Rejection::ChartConflict);
    refused(&[liability("2002010101", true)], Rejection::ChartConflict);
    refused(&[liability("2002", true)], Rejection::ChartConflict);
    opened(&[liability("2002", false), liability("200202", true), liability("20020301", true)]);
    refused(&[subject("2002", "asset", false)], Rejection::ChartConflict);
    refused(&[subject("200202", "asset", true)], Rejection::ChartConflict);
    refused(&[liability("2003", false), subject("20030101", "equity", true)], Rejection::ChartConflict);
    refused(&[liability("200301", true), liability("2003", true)], Rejection::ChartConflict);
    refused(&[liability("2003", true), liability("2003", false)], Rejection::KeyConflict);
    opened(&[liability("20030101", true), liability("2003", false), liability("200301", false)]);
    // The normal side is its own: contra accounts (备抵) stand among those they reduce.
    opened(&[
        subject("100201", "asset", true),
        NewSubject { debit_normal: true, ..subject("100202", "asset", true) },
    ]);
    opened(&[liability("2003", true), liability("2003", true)]);
}

/// A chart from before there were rules: a leaf with an account, others below it, one of another class, and a level of zeros.
#[test]
fn an_old_chart_stays_and_takes_no_more_of_its_kind() {
    let opening = |code: &str, class| SubjectOpening::new(code, "old", class, Side::Credit, true);
    let (liability, asset) = (SubjectClass::Liability, SubjectClass::Asset);
    let old = [("2203", liability), ("220301", liability), ("220302", asset), ("220300", liability)];
    let mut records = vec![Admin::Entity {
        id: EntityId(0),
        code: "east".into(),
        start: Date::FIRST,
        year_starts: YearStart::JANUARY,
    }];
    records.extend((0..).zip(old).map(|(id, (code, class))| Admin::Subject {
        id: SubjectId(id),
        entity: EntityId(0),
        opening: opening(code, class),
    }));
    let mut node = Node::recover(&[Stored::of_admin(1, &records)], &settings(2));
    let mut ask = |command| {
        node.given.clear();
        node.submit(0, command);
        node.drain();
        let (_, answer) = node.given.pop().unwrap();
        translate::said(&Ask::Trial, &answer)
    };
    ask(Command::Hello { name: "tester".into() });
    let mut open = |code: &str, class| {
        let (entity, subjects) = ("east".into(), vec![opening(code, class)]);
        let said = ask(Command::OpenSubjects { entity, subjects });
        let Said::Opened(opened) = said else { panic!("{said:?}") };
        opened[0]
    };
    for (id, (code, class)) in (0..).zip(old) {
        assert_eq!(open(code, class), Ok((id, true)), "{code}");
    }
    assert_eq!(open("220303", liability), Err(Rejection::ChartConflict));
    assert_eq!(open("220400", liability), Err(Rejection::Malformed));
    assert_eq!(open("2204", liability), Ok((4, false)));
    let spec = |subject| Spec::new(0, subject);
    for (subject, expect) in [("2203", Err(Rejection::NotLeaf)), ("220301", Ok((1, false)))] {
        let chart = [spec(subject)];
        let said = ask(translate::open(1, 1, &chart, &[]));
        assert_eq!(said, Said::Opened(vec![expect]), "{subject}");
    }
}

#[test]
fn an_entity_opened_again_is_the_same_or_another() {
    let opens = |start: u32, month| Command::OpenEntity {
        code: "south".into(),
        start: Date::from_days(start).unwrap(),
        year_starts: YearStart::from_month(month).unwrap(),
    };
    let check = |node: &mut Node, command: Command, expect: Result<(u64, bool), Rejection>| {
        node.given.clear();
        node.submit(0, command);
        node.drain();
        let (_, answer) = node.given.pop().unwrap();
        let said = translate::said(&Ask::Trial, &answer);
        assert_eq!(said, expect.map_or_else(Said::Rejected, |opened| Said::Opened(vec![Ok(opened)])));
    };
    let again = |node: &mut Node| {
        check(node, opens(START, 4), Ok((2, true)));
        for (start, month) in [(START + 1, 4), (START - 1, 4), (START, 1), (START, 5)] {
            check(node, opens(start, month), Err(Rejection::KeyConflict));
        }
    };
    let mut node = Node::open(&settings(2), &CHART, CHART.len() as u64, &[]);
    check(&mut node, opens(START, 4), Ok((2, false)));
    again(&mut node);
    let (entity, next, notes) = ("south".into(), Date::from_days(START + 1).unwrap(), Box::default());
    node.submit(0, Command::CloseDay { entity, next, carry_forward: vec![], forced: false, notes });
    node.drain();
    again(&mut node);
    again(&mut node.restarted(&settings(3)));
}

/// A snapshot has the current date of an entity; the first one follows from the dates that were closed.
#[test]
fn a_snapshot_keeps_the_first_date_and_the_year() {
    let date = |days| Date::from_days(START + days).unwrap();
    let mut catalog = Catalog::new(1);
    catalog.add_entity("east", date(0), YearStart::from_month(7).unwrap());
    catalog.add_entity("west", date(9), YearStart::JANUARY);
    for (closed, next) in [(0, 1), (1, 5)] {
        catalog.add_closing(EntityId(0), date(closed), 7);
        catalog.set_date(EntityId(0), date(next));
    }
    let mut names = Vec::new();
    catalog.write_names(&mut names);
    let mut restored = Catalog::new(2);
    let records =
        FrameRecords { number: 9, time_us: 1, sections: vec![(SectionKind::Admin, 0, names.as_slice())] };
    restored.replay(&records).unwrap();
    assert_eq!((restored.first_date(EntityId(0)), restored.date(EntityId(0))), (date(0), date(5)));
    assert_eq!((restored.first_date(EntityId(1)), restored.date(EntityId(1))), (date(9), date(9)));
    let starts = [0, 1].map(|entity| restored.year_starts(EntityId(entity)).month());
    assert_eq!(starts, [7, 1]);
}
