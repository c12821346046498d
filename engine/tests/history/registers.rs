//! Registers of accounts and of the ledger, lines of holds, and the figures of closed dates.

use longmen_engine::ledger::{Answer, Command, EntityId, HoldMove, PaymentState, notes::Note};
use longmen_engine::{PageOrder, Registered, StatementQuery};

use crate::posted::{Books, DAYS, PLAIN, day};

#[test]
fn an_account_s_register_tells_who_and_why() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 4);
    let view = books.desk.view(PLAIN);
    let history = books.desk.node.history();
    let (mut entries, mut from) = (Vec::new(), None);
    loop {
        let page = history.account_register(&view, from, 7).unwrap();
        entries.extend(page.entries);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert!(matches!(entries.last().unwrap().what, Registered::Opened { .. }));
    let changes: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.what {
            Registered::Changed(changed) => Some((entry, changed.payment_state)),
            _ => None,
        })
        .collect();
    assert_eq!(changes.len(), DAYS as usize);
    assert_eq!(changes[0].1, PaymentState::PartialStop);
    let notes = [(Note::Operator, "wang".to_owned()), (Note::Approval, "A-7".to_owned())];
    assert!(changes.iter().all(|(entry, _)| entry.client == books.desk.client && entry.notes == notes));
    assert!(changes.iter().rev().zip(0..).all(|((entry, _), n)| entry.date == Some(day(n))));
    let moves = entries.iter().filter(|entry| matches!(entry.what, Registered::Held(_)));
    assert_eq!(moves.clone().count(), books.moves);
    assert!(moves.clone().all(|entry| entry.transaction.is_some() && entry.notes.len() == 1));
    books.desk.stop();
}

#[test]
fn holds_are_lines_when_asked_for() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 5);
    let view = books.desk.view(PLAIN);
    let history = books.desk.node.history();
    for order in [PageOrder::NewestFirst, PageOrder::OldestFirst] {
        let mut query = StatementQuery { holds: true, order, limit: 1_000, ..StatementQuery::default() };
        let mut lines = Vec::new();
        loop {
            let page = history.statement(&view, &query).unwrap();
            lines.extend(page.lines);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        if order == PageOrder::NewestFirst {
            lines.reverse();
        }
        let (mut balance, mut frozen, mut moves) = (0, 0, 0);
        for line in &lines {
            assert_eq!((line.before, line.frozen_before), (balance, frozen));
            (balance, frozen) = (line.after, line.frozen_after);
            if let Some(hold) = &line.hold {
                assert!(matches!(hold.moved, HoldMove::Frozen | HoldMove::Released));
                assert_eq!((line.before, i128::from(hold.amount)), (line.after, line.amount));
                assert_eq!(line.named.is_some(), hold.moved == HoldMove::Released);
                moves += 1;
            } else {
                assert_eq!(line.frozen_before, line.frozen_after);
            }
        }
        assert_eq!((moves, i128::from(frozen), balance), (books.moves, view.frozen, view.balance));
    }
    books.desk.stop();
}

#[test]
fn closed_dates_give_their_lines_and_who_closed_them() {
    let path = tempfile::tempdir().unwrap();
    let mut books = Books::open(path.path(), 6);
    let history = books.desk.node.history();
    let asked = Command::Closings { entity: "LM".into(), from: day(0), to: day(DAYS) };
    let Answer::Closings { current, closed, .. } = books.desk.ask(asked) else { panic!() };
    assert_eq!((current, closed.len()), (day(DAYS), DAYS as usize));
    let mut balance = 0;
    for (n, (date, frame)) in (0..).zip(&closed) {
        let lines = history.closed_lines(*frame, EntityId(0)).unwrap();
        let [line] = lines.as_slice() else { panic!("one subject in one currency: {lines:?}") };
        assert_eq!((*date, line.date, line.opening), (day(n), day(n), balance));
        assert_eq!(line.debit, line.credit, "every leg is on the one subject");
        let known = books.known.iter().filter(|known| known.date == *date && known.step == 1);
        assert_eq!(line.debit, known.map(|known| i128::from(known.amount)).sum::<i128>());
        balance = line.opening + line.debit - line.credit;
        assert_eq!(history.closed_lines(*frame, EntityId(1)).unwrap(), []);
    }
    let Answer::Status(status) = books.desk.ask(Command::Status) else { panic!() };
    let (mut from, mut commands) = (Some(1), Vec::new());
    while let Some(frame) = from {
        let part = history.ledger_register(frame, status.durable, 2).unwrap();
        commands.extend(part.commands);
        from = part.next;
    }
    let closes: Vec<_> = commands.iter().filter(|done| &*done.command == "close_day").collect();
    assert!(closes.iter().map(|done| done.about.to_string()).eq((0..DAYS).map(|n| day(n).to_string())));
    assert!(closes.iter().zip(0..).all(|(done, n)| {
        let closed = done.closed.unwrap();
        (closed.date, closed.next) == (day(n), day(n + 1))
    }));
    assert!(commands.iter().all(|done| done.closed.is_some() == (&*done.command == "close_day")));
    assert!(closes.iter().all(|done| done.notes == [(Note::Operator, "night".to_owned())]));
    assert!(closes.iter().map(|done| done.frame).eq(closed.iter().map(|(_, frame)| *frame)));
    books.desk.stop();
}
