//! Amounts that rules make legs of: what the answer tells, by which rule, once, and what goes back.

use std::sync::Arc;

use longmen_engine::ledger::Rejection::{self, *};
use longmen_engine::ledger::{
    AccountId, Action, Amount, Answer, Batch, Catalog, Charge, Charged, Command, Currency, Draft, EntityId,
    FrameRecords, MadeLeg, Naming, PAYEE, PAYER, Party, PostResult, Posted, Refund, SectionKind, Side,
    TransactionId, YearStart,
    notes::{self, Note},
    read_tail,
};

use super::harness::{Node, settings};
use super::reader;
use super::script::{Act, Ask, End, FeeRule, NOW, START, Spec, Tx};
use super::translate::{command, date, name};

const CHART: [Spec; 4] = [
    Spec { may_go_negative: true, ..Spec::new(0, "1001") },
    Spec::new(0, "2001"),
    Spec::new(0, "6001"),
    Spec::new(1, "2001"),
];

const PAYS: u64 = 1;
const GETS: u64 = 2;
const FEES: u64 = 3;
const WEST: u64 = 4;

struct Desk {
    node: Node,
    tag: u64,
}

/// What a transaction came to: why it was refused, whether it is a repeat, and its legs as account, debit, amount.
type Came = (Option<Rejection>, bool, Vec<(u64, bool, i64)>);

impl Desk {
    fn open(shards: u16, hot: &[u64]) -> Desk {
        Desk { node: Node::open(&settings(shards), &CHART, 4, hot), tag: 0 }
    }

    fn answer(&mut self, command: Command) -> Answer {
        self.tag += 1;
        self.node.submit(self.tag, command);
        self.node.drain();
        self.node.given.pop().expect("one was asked").1
    }

    fn post(&mut self, batch: Batch) -> Posted {
        match self.answer(Command::Post(batch)) {
            Answer::Posted(posted) => posted,
            other => panic!("{other:?}"),
        }
    }

    fn set(&mut self, rate: i64, from: u32) -> Answer {
        let rules = vec![FeeRule { kind: "sale", rate, minimum: 1, to: FEES }];
        let ask = Ask::SetFees { entity: 0, rules, from };
        self.answer(command(&ask, &CHART, &mut |_| None))
    }

    fn close(&mut self, next: u32) {
        let ask = Ask::CloseDay { entity: 0, next, carry: vec![], forced: None };
        assert_eq!(self.answer(command(&ask, &CHART, &mut |_| None)), Answer::Done);
    }

    /// Charges, or refunds by amount.
    fn does(&mut self, id: u128, act: &Act, kind: &'static str) -> Came {
        let tx = Tx { kind, act: act.clone(), ..Tx::new(id, vec![]) };
        let ask = Ask::Post { txs: vec![tx], balances: true };
        let log = self.node.durable().to_vec();
        let command = command(&ask, &CHART, &mut |id| reader::original(&log, id, &CHART));
        self.tag += 1;
        self.node.submit(self.tag, command);
        self.node.drain();
        match self.node.given.pop().expect("one was asked").1 {
            Answer::Posted(posted) => came(&posted, 0),
            other => panic!("{other:?}"),
        }
    }

    fn charge(&mut self, id: u128, amount: i64) -> Came {
        self.does(id, &Act::Charge { amount, payer: PAYS, payee: GETS }, "sale")
    }

    fn give_back(&mut self, id: u128, original: u128, amount: i64) -> Came {
        self.does(id, &Act::GiveBack { original, amount }, "")
    }

    /// What its record says of a rule.
    fn charged(&self, id: u128) -> Charged {
        let frames = self.node.durable().iter().rev();
        let found = frames.filter_map(|frame| {
            let records = frame.records();
            let head = records.heads().map(Result::unwrap).find(|head| head.id == name(id).id)?;
            let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
            let tails = tails.map_or(&[][..], |(.., bytes)| bytes);
            Charged::read(read_tail(&head, tails).unwrap().notes)
        });
        found.into_iter().next().expect("its record says by which rule it was charged")
    }

    fn restart(&mut self) {
        self.node = self.node.restarted(&settings(3));
    }
}

fn came(posted: &Posted, index: u32) -> Came {
    let PostResult { rejection, repeated, .. } = posted.results[index as usize];
    let made = posted.made.iter().flat_map(|made| &made.0).find(|made| made.transaction == index);
    let leg = |leg: &MadeLeg| (leg.account.0, leg.side == Side::Debit, leg.amount.0);
    (rejection, repeated, made.map(|made| made.legs.iter().map(leg).collect()).unwrap_or_default())
}

fn done(legs: &[(u64, bool, i64)]) -> Came {
    (None, false, legs.to_vec())
}

fn no(rejection: Rejection) -> Came {
    (Some(rejection), false, vec![])
}

const AGAIN: Came = (None, true, vec![]);

#[test]
fn the_first_result_stands_whatever_the_rules_say_later() {
    for (shards, hot) in [(1, &[][..]), (3, &[]), (3, &[FEES, GETS])] {
        let mut desk = Desk::open(shards, hot);
        // Answered and forgotten, so that the same id may come again.
        assert_eq!(desk.charge(7, 1_000), no(NoRule));
        assert_eq!(desk.set(60, START), Answer::Done);
        assert_eq!(desk.set(600, START + 1), Answer::Done);
        let first = done(&[(PAYS, true, 1_000), (GETS, false, 994), (FEES, false, 6)]);
        assert_eq!(desk.charge(7, 1_000), first);
        assert_eq!(desk.charge(7, 1_000), AGAIN);
        assert_eq!(desk.charge(7, 1_001), no(IdempotencyConflict));
        desk.close(START + 1);
        // The other rule has begun: for what is new, and not for what was.
        assert_eq!(desk.charge(7, 1_000), AGAIN);
        let second = done(&[(PAYS, true, 1_000), (GETS, false, 940), (FEES, false, 60)]);
        assert_eq!(desk.charge(8, 1_000), second);
        // Another file for the same date: what was charged is refunded by its own.
        assert_eq!(desk.set(2_500, START + 1), Answer::Done);
        let charged = (desk.charged(7), desk.charged(8));
        assert_eq!((charged.0.file.get(), charged.1.file.get()), (1, 2));
        assert_eq!((&*charged.0.name, charged.0.gross, charged.0.rule), ("sale at 60", Amount(1_000), 0));
        desk.restart();
        assert_eq!(desk.charge(7, 1_000), AGAIN);
        let back = done(&[(PAYS, false, 500), (GETS, true, 470), (FEES, true, 30)]);
        assert_eq!(desk.give_back(9, 8, 500), back);
        assert_eq!(desk.give_back(9, 8, 500), AGAIN);
        assert_eq!(desk.charged(9), Charged { gross: Amount(500), ..desk.charged(8) });
        desk.restart();
        assert_eq!(desk.give_back(10, 8, 501), no(RefundExceeded));
        assert_eq!(desk.give_back(11, 8, 500), back);
    }
}

#[test]
fn what_refuses_a_charge_is_forgotten_unless_the_books_refuse_it() {
    let mut desk = Desk::open(3, &[]);
    assert_eq!(desk.set(60, START - 1), Answer::Rejected(DateClosed));
    let unknown = Ask::SetFees {
        entity: 0,
        rules: vec![FeeRule { kind: "sale", rate: 1, minimum: 0, to: WEST }],
        from: START,
    };
    // An account of another entity is none of its.
    assert_eq!(desk.answer(command(&unknown, &CHART, &mut |_| None)), Answer::Rejected(UnknownAccount));
    let file = |file: &str| Command::SetFeeRules {
        entity: "east".into(),
        file: file.into(),
        from: date(START),
        notes: Box::default(),
    };
    assert_eq!(desk.answer(file("no rule")), Answer::Rejected(Malformed));
    assert_eq!(desk.answer(file(&"x".repeat(30_001))), Answer::Rejected(Malformed));
    assert_eq!(desk.set(60, START), Answer::Done);
    let pays = |payer, payee, amount| Act::Charge { amount, payer, payee };
    for (id, act, kind, expect) in [
        (20, pays(PAYS, GETS, 100), "other", no(NoRule)),
        (21, pays(WEST, GETS, 100), "sale", no(NoRule)),
        (22, pays(PAYS, GETS, 0), "sale", no(InvalidAmount)),
        (23, pays(PAYS, WEST, 100), "sale", no(Unbalanced)),
        (24, pays(99, GETS, 100), "sale", no(UnknownAccount)),
        (25, pays(PAYS, 98, 100), "sale", no(UnknownAccount)),
        (26, pays(GETS, PAYS, 100), "sale", no(InsufficientFunds)),
        // A minimum of 1 on an amount of 1 leaves nothing, and no leg of it.
        (27, pays(PAYS, GETS, 1), "sale", done(&[(PAYS, true, 1), (FEES, false, 1)])),
        (28, Act::GiveBack { original: 27, amount: 1 }, "", done(&[(PAYS, false, 1), (FEES, true, 1)])),
        (29, Act::GiveBack { original: 99, amount: 1 }, "", no(UnknownOriginal)),
        (30, Act::GiveBack { original: 28, amount: 1 }, "", no(UnknownOriginal)),
    ] {
        assert_eq!(desk.does(id, &act, kind), expect, "{id}");
        let repeated = expect.0.is_none_or(Rejection::is_result);
        let again = if repeated { (expect.0, true, vec![]) } else { expect };
        assert_eq!(desk.does(id, &act, kind), again, "{id} again");
    }
}

#[test]
fn the_parties_are_those_that_the_rule_asks_for() {
    let cny = Currency::from_code("CNY").unwrap();
    let charge = |roles: &[&str]| {
        let party = |role: &&str| Party { role: (*role).into(), account: AccountId(PAYS), key: None };
        let (channel, merchant) = ("".into(), "".into());
        let parties = roles.iter().map(party).collect();
        Action::Charge(Charge { amount: Amount(100), currency: cny, parties, channel, merchant })
    };
    for (roles, expect) in [
        (&[PAYER, PAYEE][..], None),
        (&[PAYER], Some(WrongParties)),
        (&[PAYER, PAYEE, "agent"], Some(WrongParties)),
        (&[PAYER, "agent"], Some(WrongParties)),
        (&[PAYEE, PAYER], Some(Malformed)),
        (&[PAYER, PAYEE, PAYEE], Some(Malformed)),
        (&[], Some(Malformed)),
    ] {
        let mut desk = Desk::open(1, &[]);
        desk.set(60, START);
        let mut kind = Vec::new();
        notes::write(&mut kind, Note::Kind, "sale");
        let mut batch = Batch::default();
        let draft = Draft { id: TransactionId(5), time: NOW, ..Draft::default() };
        batch.push_action(draft, charge(roles), &[], &kind);
        assert_eq!(desk.post(batch).results[0].rejection, expect, "{roles:?}");
    }
}

#[test]
fn refunds_that_come_together_give_back_each_its_part() {
    for shards in [1, 3] {
        let mut desk = Desk::open(shards, &[]);
        desk.set(60, START);
        // A fee of 1: the first half gives none of it back, the second all.
        assert_eq!(desk.charge(7, 150), done(&[(PAYS, true, 150), (GETS, false, 149), (FEES, false, 1)]));
        let found = reader::original(desk.node.durable(), 7, &CHART);
        let mut batch = Batch::default();
        for id in [8, 9, 10] {
            let original = Naming { key: name(7), found: found.as_ref().map(Arc::clone) };
            let draft = Draft { id: name(id).id, time: NOW, ..Draft::default() };
            let refund = Refund::by_amount(original, Amount(75), Some(Currency::from_code("CNY").unwrap()));
            batch.push_action(draft, Action::Refund(refund), &[], &[]);
        }
        let posted = desk.post(batch);
        assert_eq!(came(&posted, 0), done(&[(PAYS, false, 75), (GETS, true, 75)]));
        assert_eq!(came(&posted, 1), done(&[(PAYS, false, 75), (GETS, true, 74), (FEES, true, 1)]));
        assert_eq!(came(&posted, 2), no(RefundExceeded));
        // One of them undone gives its part anew, over a restart.
        desk.restart();
        let undo = Act::Reverse { original: 9, forced: false };
        assert_eq!(desk.does(11, &undo, "").0, None);
        assert_eq!(desk.give_back(12, 7, 76), no(RefundExceeded));
        let again = done(&[(PAYS, false, 75), (GETS, true, 74), (FEES, true, 1)]);
        assert_eq!(desk.give_back(13, 7, 75), again);
        // What is refunded is not reversed; what is not is, with all its legs.
        assert_eq!(desk.does(14, &Act::Reverse { original: 7, forced: false }, ""), no(RefundExceeded));
        assert_eq!(desk.charge(15, 500).0, None);
        assert_eq!(desk.does(16, &Act::Reverse { original: 15, forced: false }, "").0, None);
        assert_eq!(desk.give_back(17, 15, 1), no(AlreadyReversed));
    }
}

#[test]
fn a_charge_that_takes_two_is_made_by_the_rules_of_its_approval() {
    let mut desk = Desk::open(1, &[]);
    desk.set(60, START);
    desk.set(600, START + 1);
    let act = Act::Charge { amount: 1_000, payer: PAYS, payee: GETS };
    let tx = Tx { kind: "sale", act, ..Tx::new(7, vec![]) };
    let what = Box::new(Ask::Post { txs: vec![tx], balances: false });
    let ask = Ask::Propose { who: 0, id: 7, what, expires: NOW + 60, at_once: false };
    desk.node.ask(100, &ask, &CHART);
    desk.node.drain();
    desk.close(START + 1);
    let decide = Ask::Decide { who: 1, number: 1, end: End::Approved, shown: true };
    desk.node.given.clear();
    desk.node.ask(101, &decide, &CHART);
    desk.node.drain();
    let Some((101, Answer::Posted(posted))) = desk.node.given.pop() else { panic!("it is done") };
    assert_eq!(came(&posted, 0), done(&[(PAYS, true, 1_000), (GETS, false, 940), (FEES, false, 60)]));
    assert_eq!(desk.charged(7).file.get(), 2);
}

#[test]
fn a_snapshot_keeps_every_file_with_its_number() {
    let mut catalog = Catalog::new(1);
    for code in ["east", "west"] {
        catalog.add_entity(code, date(START), YearStart::JANUARY);
    }
    for (entity, from, file) in [(0, 0, "a"), (1, 1, "b"), (0, 2, "c"), (0, 0, "d")] {
        catalog.add_fee_rules(EntityId(entity), date(START + from), file);
    }
    let mut names = Vec::new();
    catalog.write_names(&mut names);
    let sections = vec![(SectionKind::Admin, 0, names.as_slice())];
    let mut restored = Catalog::new(2);
    restored.replay(&FrameRecords { number: 9, time_us: 1, sections }).unwrap();
    let files = |entity| -> Vec<(u32, u32, String)> {
        let files = restored.all_fee_rules(EntityId(entity));
        files.map(|(number, from, file)| (number.get(), from.days() - START, file.to_owned())).collect()
    };
    assert_eq!(files(0), [(1, 0, "a".into()), (2, 2, "c".into()), (3, 0, "d".into())]);
    assert_eq!(files(1), [(1, 1, "b".into())]);
    let holds = |days| restored.fee_file_on(EntityId(0), date(START + days)).map(u32::from);
    assert_eq!([0, 1, 2].map(holds), [Some(3), Some(3), Some(2)]);
}
