//! Originals, read from the log by name and place.

use longmen_engine::ledger::{
    AccountId, Action, ActionCode, Amount, Answer, Batch, ClientId, Command, Draft, Freeze, HoldTerms, Leg,
    RecordPlace, Side, TransactionId, TransactionKey, Try,
};

use crate::desk::{Desk, cny, directory, now, options, transfers_batch};

fn leg(step: u16, account: u64, side: Side, amount: i64) -> Leg {
    Leg { account: AccountId(account), amount: Amount(amount), currency: cny(), step, side }
}

/// A transfer, a refused one, a freeze, a try and a consume, in one batch; account 4 is hot.
fn batch() -> Batch {
    let mut batch = transfers_batch(&[(1, 1, 2, 500), (2, 1, 4, 30), (3, 3, 2, 1)]);
    let draft = |id| Draft { id: TransactionId(id), time: now(), ..Draft::default() };
    let (account, amount, currency, terms) = (AccountId(2), Amount(70), cny(), HoldTerms::default());
    batch.push_action(
        draft(4),
        Action::Freeze(Freeze { account, key: None, amount, currency, terms }),
        &[],
        &[],
    );
    let legs = [leg(3, 2, Side::Debit, 40), leg(9, 4, Side::Credit, 40)];
    batch.push_action(draft(5), Action::Try(Try { expires_us: None }), &legs, &[]);
    batch
}

#[test]
fn originals_are_what_was_posted_held_or_tried() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(2));
    desk.open_books(4, &[4]);
    let Answer::Posted(posted) = desk.ask(Command::Post(batch())) else { panic!() };
    let key = |id| TransactionKey { client: desk.client, id: TransactionId(id) };
    let places: Vec<RecordPlace> =
        posted.results.iter().map(|r| RecordPlace { frame: r.frame, ordinal: r.ordinal }).collect();
    let mut wanted: Vec<_> = (1..).map(key).zip(places.iter().copied()).collect();
    // Another name at a place, another place for a name, places that are none; and one that is wanted twice.
    wanted.push((key(2), places[0]));
    wanted.push((TransactionKey { client: ClientId(99), id: TransactionId(1) }, places[0]));
    for place in [(0, 0), (u64::MAX, 0), (places[0].frame, u32::MAX)] {
        wanted.push((key(1), RecordPlace { frame: place.0, ordinal: place.1 }));
    }
    wanted.push((key(1), places[0]));
    let history = desk.node.history();
    let found = history.originals(&wanted).unwrap();
    assert_eq!(found[5..10], [const { None }; 5]);
    assert_eq!(found[10], found[0]);
    let seen: Vec<_> =
        found[..5].iter().flatten().map(|it| (it.action, it.done, it.legs.len(), it.holds.len())).collect();
    let post = ActionCode::Post;
    let expect = [
        (post, true, 2, 0),
        (post, true, 2, 0),
        (post, false, 0, 0),
        (ActionCode::Freeze, true, 0, 1),
        (ActionCode::Try, true, 2, 1),
    ];
    assert_eq!(seen, expect);
    let moved = |index: usize| {
        let legs = &found[index].as_ref().unwrap().legs;
        legs.iter().map(|leg| (leg.step, leg.account.0, leg.side, leg.amount.0)).collect::<Vec<_>>()
    };
    assert_eq!(moved(1), [(1, 1, Side::Debit, 30), (2, 4, Side::Credit, 30)]);
    assert_eq!(moved(4), [(3, 2, Side::Debit, 40), (9, 4, Side::Credit, 40)]);
    let (account, hold, amount) = &found[4].as_ref().unwrap().holds[0];
    assert_eq!((account.0, hold.key, hold.remaining, amount.0), (2, key(5), 40, 40));
    assert_eq!(history.originals(&[]).unwrap(), []);
    desk.stop();
}
