//! Handlings: in order, once, with an end that the class has, and orphaned where a run finds something else.

use longmen_ledger::{Amount, Currency, Side, TransactionId};
use longmen_reconciliation::{BookState, End, Entries, Leg, Step, StepKind, first_steps, release};
use longmen_reconciliation_store::{
    BreakFilter, BreakId, BreakState, HandlingId, HandlingState, Reason, StoreError,
};

use crate::desk::{Desk, NOON, book, chart, cny, day, draft, person, run};

const BOOKS: &[(&str, i64, i64)] =
    &[("P002", 5000, 30), ("P003", 3000, 18), ("P004", 2000, 12), ("P005", 8800, 53)];
const FILE: &[(&str, i64, i64)] = &[("P002", 5000, 31), ("P003", 3001, 18), ("P099", 6600, 40)];

/// A try that the channel has done: it is confirmed, then its fee is booked, and each once.
#[test]
fn a_try_is_confirmed_in_two_steps() {
    let mut desk = Desk::new();
    // Its fee was not tried with it.
    let mut books = book(&[("P006", 1500, 0), ("A", 500, 3), ("P007", 300, 2)]);
    (books[0].state, books[2].state) = (BookState::Pending, BookState::Failed);
    desk.import(day(18), &[("P006", 1500, 9), ("A", 500, 3)]).unwrap();
    run(&mut desk.store, day(18), &books, NOON).unwrap();
    assert_eq!(desk.said().len(), 1, "of what moved nothing anywhere nothing is found: {:?}", desk.said());
    let found = desk.found("P006");
    let steps = || first_steps(&found.finding, &chart()).unwrap();
    let mut kinds = Vec::new();
    while desk.found("P006").state == BreakState::Open {
        let shown = desk.store.read().show(&found.id).unwrap();
        let [step, rest @ ..] = &shown.remaining(steps())[..] else { panic!("it is open") };
        let ends = rest.is_empty().then_some(End::Confirmed);
        let drafted = desk.store.draft(&found.id, &draft(step.clone(), ends), &person("wang"), NOON).unwrap();
        desk.store.posted(drafted.id, 4, NOON).unwrap();
        kinds.push(step.kind);
        if !rest.is_empty() {
            let again = desk.store.draft(&found.id, &draft(step.clone(), None), &person("wang"), NOON);
            assert_eq!(code(again), "already_done");
        }
    }
    assert_eq!(kinds, [StepKind::Confirm, StepKind::Adjust]);
    assert_eq!(desk.found("P006").state, BreakState::Resolved(End::Confirmed));
}

/// Two days with a break of each kind.
fn two_days() -> Desk {
    let mut desk = Desk::new();
    desk.day(day(18), BOOKS, FILE);
    desk.day(day(19), &[("H", 700, 4)], &[("P005", 8800, 53)]);
    desk
}

fn code<T>(result: Result<T, StoreError>) -> &'static str {
    result.err().and_then(|error| error.code()).unwrap_or("none")
}

fn out(end: End, amount: i128, against: Option<&str>) -> Entries {
    release(end, amount, cny(), &chart(), against).unwrap()
}

#[test]
fn a_break_goes_to_suspense_and_out_again_and_ends_once() {
    let mut desk = two_days();
    assert_eq!(desk.found("P004").state, BreakState::Suspense);
    let drafted = desk.draft_first("P004", None).unwrap();
    assert_eq!((drafted.step, drafted.state), (1, HandlingState::Drafted));
    assert_eq!(drafted.transaction_text(), format!("{}-1", desk.found("P004").id));
    assert_eq!(drafted.transaction(), TransactionId::of_text(&drafted.transaction_text()));
    assert_eq!(desk.found("P004").state, BreakState::InHand);
    assert_eq!(code(desk.draft_first("P004", None)), "in_hand");
    let proposed = desk.store.proposed(drafted.id, "proposal-7", 4, NOON + 1).unwrap();
    assert_eq!((proposed.state, proposed.proposal.as_deref()), (HandlingState::Proposed, Some("proposal-7")));
    assert_eq!(desk.store.proposed(drafted.id, "proposal-7", 4, NOON + 2).unwrap(), proposed, "said again");
    assert_eq!(code(desk.store.proposed(drafted.id, "proposal-8", 4, NOON + 2)), "wrong_state");
    assert_eq!(desk.store.read().in_hand().unwrap(), [proposed]);
    let posted = desk.store.posted(drafted.id, 4, NOON + 3).unwrap();
    assert_eq!(desk.store.posted(drafted.id, 4, NOON + 4).unwrap(), posted, "said again");
    assert_eq!(code(desk.store.refused(drafted.id, "rejected", NOON + 4)), "wrong_state");
    let found = desk.found("P004");
    assert_eq!((found.state, found.is_in_suspense), (BreakState::Suspense, true));
    assert_eq!(code(desk.draft_first("P004", None)), "already_in_suspense");
    let claimed =
        desk.draft_out("P004", End::Claim, out(End::Claim, found.finding.suspense(), None)).unwrap();
    // The ledger refuses it first; the next step has another transaction.
    let refused = desk.store.refused(claimed.id, "insufficient_funds", NOON + 5).unwrap();
    assert_eq!(refused.refusal.as_deref(), Some("insufficient_funds"));
    assert_eq!(code(desk.store.posted(claimed.id, 4, NOON + 5)), "wrong_state");
    let again = desk.draft_out("P004", End::WriteOff, out(End::WriteOff, -2000, None)).unwrap();
    assert_eq!(again.step, 3);
    desk.store.posted(again.id, 4, NOON + 6).unwrap();
    assert_eq!(desk.found("P004").state, BreakState::Resolved(End::WriteOff));
    let twice = desk.draft_out("P004", End::Claim, out(End::Claim, -2000, None));
    assert_eq!(code(twice), "already_ended");
    let shown = desk.store.read().show(&desk.found("P004").id).unwrap();
    let states: Vec<_> = shown.handlings.iter().map(|handling| handling.state.name()).collect();
    assert_eq!(states, ["posted", "refused", "posted"]);
    let open = desk.store.read().breaks(&BreakFilter::default()).unwrap();
    assert!(open.iter().all(|found| found.finding.merchant_number() != "P004"));
}

#[test]
fn a_fee_is_adjusted_and_a_step_that_was_wrong_is_taken_back() {
    let mut desk = two_days();
    let adjusted = desk.post_first("P002", Some(End::Adjusted));
    assert_eq!(desk.found("P002").state, BreakState::Resolved(End::Adjusted));
    let (why, wang) = (Reason::new("记错").unwrap(), person("wang"));
    let undo = desk.store.undo(adjusted.id, &why, &wang, NOON).unwrap();
    assert_eq!(undo.draft.original.as_deref(), Some(&*format!("4/{}", adjusted.transaction_text())));
    assert_eq!(undo.draft.entries, adjusted.draft.entries.as_ref().map(Entries::mirrored));
    assert_eq!(code(desk.store.undo(adjusted.id, &why, &wang, NOON)), "in_hand");
    desk.store.posted(undo.id, 4, NOON + 1).unwrap();
    assert_eq!(desk.store.read().handling(adjusted.id).unwrap().state, HandlingState::Undone);
    assert_eq!(desk.found("P002").state, BreakState::Open, "its end is taken back");
    for handling in [adjusted.id, undo.id] {
        assert_eq!(code(desk.store.undo(handling, &why, &wang, NOON)), "wrong_state");
    }
    assert_eq!(desk.post_first("P002", Some(End::Adjusted)).step, 3);
    // The last step first.
    let went_in = desk.post_first("P099", None);
    let left = desk.draft_out("P099", End::Refund, out(End::Refund, 6600, Some("U9"))).unwrap();
    desk.store.posted(left.id, 4, NOON).unwrap();
    assert_eq!(code(desk.store.undo(went_in.id, &why, &wang, NOON)), "undo_later_first");
    for handling in [left.id, went_in.id] {
        let undo = desk.store.undo(handling, &why, &wang, NOON).unwrap();
        desk.store.posted(undo.id, 4, NOON).unwrap();
    }
    let found = desk.found("P099");
    assert_eq!((found.state, found.is_in_suspense), (BreakState::Suspense, false));
    assert_eq!(code(desk.store.undo(HandlingId(99), &why, &wang, NOON)), "no_such_handling");
}

#[test]
fn what_a_run_no_longer_finds_leaves_its_handlings_orphaned() {
    let mut desk = two_days();
    let went_in = desk.post_first("P004", None);
    let left = desk.draft_out("P004", End::WriteOff, out(End::WriteOff, -2000, None)).unwrap();
    desk.store.posted(left.id, 4, NOON).unwrap();
    desk.post_first("P003", None);
    assert!(desk.store.read().orphaned().unwrap().is_empty());
    let old = desk.found("P004").id;
    // The channel has P004 after all, and P003 differs by more.
    desk.correct(day(18), &[("P002", 5000, 31), ("P003", 3005, 18), ("P004", 2000, 12), ("P099", 6600, 40)]);
    assert_eq!(code(desk.draft_first("P002", Some(End::Adjusted))), "stale_run");
    desk.run(day(18), BOOKS).unwrap();
    desk.run(day(19), &[("H", 700, 4)]).unwrap();
    let shown = desk.store.read().show(&old).unwrap();
    assert_eq!(shown.found, None, "no run finds it");
    let orphaned = desk.store.read().orphaned().unwrap();
    let numbers: Vec<_> = orphaned.iter().map(|handling| handling.break_id.clone()).collect();
    let mut expected = vec![desk.found("P003").id, old.clone(), old.clone()];
    expected.sort();
    assert_eq!(numbers, expected);
    assert_eq!(code(desk.draft_first("P003", None)), "orphaned");
    let step = Step { kind: StepKind::Reverse, original: Some("T-P004".into()), entries: None };
    let gone = desk.store.draft(&old, &draft(step, None), &person("wang"), NOON);
    assert_eq!(code(gone), "gone");
    let why = Reason::new("重新对账").unwrap();
    let in_order = [left.id, went_in.id, orphaned.iter().find(|one| one.break_id != old).unwrap().id];
    for handling in in_order {
        let undo = desk.store.undo(handling, &why, &person("wang"), NOON).unwrap();
        desk.store.posted(undo.id, 4, NOON).unwrap();
    }
    assert!(desk.store.read().orphaned().unwrap().is_empty());
    let again = desk.post_first("P003", None);
    assert_eq!(again.draft.entries.unwrap().legs()[0].amount, Amount(5));
}

#[test]
fn what_was_drafted_the_ledger_may_post_though_a_run_finds_something_else() {
    let mut desk = two_days();
    let drafted = desk.draft_first("P002", Some(End::Adjusted)).unwrap();
    desk.correct(day(18), &[("P002", 5000, 30), ("P003", 3001, 18), ("P099", 6600, 40)]);
    desk.run(day(18), BOOKS).unwrap();
    let posted = desk.store.posted(drafted.id, 4, NOON).unwrap();
    assert!(posted.is_orphaned);
    assert_eq!(desk.store.read().show(&drafted.break_id).unwrap().found, None);
}

#[test]
fn drafts_that_would_be_wrong_are_refused_by_code() {
    let mut desk = two_days();
    let usd = Currency::from_code("USD").unwrap();
    let leg = |side| Leg { account: "1".into(), side, amount: Amount(1) };
    let entries = |currency| Entries::new(currency, vec![leg(Side::Debit), leg(Side::Credit)]).unwrap();
    let own = |kind| Step { kind, original: None, entries: Some(entries(cny())) };
    let named = |kind| Step { kind, original: Some("T".into()), entries: None };
    for (number, step, ends, expected) in [
        ("H", own(StepKind::SuspenseIn), None, "still_hung"),
        ("P005", own(StepKind::Adjust), Some(End::Adjusted), "already_ended"),
        ("P002", own(StepKind::Adjust), Some(End::WriteOff), "end_not_open"),
        ("P002", own(StepKind::Adjust), Some(End::LateMatch), "end_not_open"),
        ("P002", own(StepKind::SuspenseIn), Some(End::Claim), "end_not_of_kind"),
        ("P003", named(StepKind::Confirm), Some(End::Claim), "end_not_of_kind"),
        ("P003", named(StepKind::Confirm), Some(End::Confirmed), "end_not_open"),
        ("P004", own(StepKind::SuspenseOut), None, "no_end"),
        ("P004", own(StepKind::SuspenseOut), Some(End::Claim), "not_in_suspense"),
        ("P004", Step { entries: None, ..own(StepKind::SuspenseIn) }, None, "no_entries"),
        ("P004", Step { kind: StepKind::Reverse, ..own(StepKind::SuspenseIn) }, None, "needless_entries"),
        ("P004", Step { entries: Some(entries(usd)), ..own(StepKind::SuspenseIn) }, None, "wrong_currency"),
        ("P004", named(StepKind::Undo), None, "undo_is_not_drafted"),
    ] {
        let id = desk.found(number).id;
        let drafted = desk.store.draft(&id, &draft(step, ends), &person("wang"), NOON);
        assert_eq!(code(drafted), expected, "{number}");
    }
    desk.post_first("P004", None);
    let id = desk.found("P004").id;
    let reversed =
        desk.store.draft(&id, &draft(named(StepKind::Reverse), Some(End::Reversal)), &person("wang"), NOON);
    assert_eq!(code(reversed), "still_in_suspense");
    let unknown = BreakId::parse("B0123456789abcdef").unwrap();
    assert_eq!(code(desk.store.read().show(&unknown)), "no_such_break");
    for wrong in ["", "B", "b0123456789abcdef", "B0123456789ABCDEF", "B0123456789abcde", "B0123456789abcdeé"]
    {
        assert_eq!(BreakId::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn what_has_not_ended_grows_old() {
    let mut desk = two_days();
    desk.post_first("P002", Some(End::Adjusted));
    let ages = |on| {
        let ageing = desk.store.read().ageing(on).unwrap();
        let [one] = &ageing[..] else { panic!("{ageing:?}") };
        one.buckets.map(|bucket| (bucket.breaks, bucket.long, bucket.short))
    };
    // P003, P004 and P099 since the 18th, H since the 19th; P005 was matched.
    assert_eq!(ages(day(19)), [(4, 6601, 2700), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]);
    assert_eq!(ages(day(20)), [(1, 0, 700), (3, 6601, 2000), (0, 0, 0), (0, 0, 0), (0, 0, 0)]);
    assert_eq!(ages(day(22)), [(0, 0, 0), (1, 0, 700), (3, 6601, 2000), (0, 0, 0), (0, 0, 0)]);
    assert_eq!(ages(day(26)), [(0, 0, 0), (0, 0, 0), (1, 0, 700), (3, 6601, 2000), (0, 0, 0)]);
    let later = longmen_ledger::Date::from_days(day(18).days() + 31).unwrap();
    assert_eq!(ages(later), [(0, 0, 0), (0, 0, 0), (0, 0, 0), (1, 0, 700), (3, 6601, 2000)]);
}
