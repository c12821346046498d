//! Settlements, and steps that the ledger has and the desk did not know.

use longmen_reconciliation::{End, StepKind, settlement};
use longmen_reconciliation_store::{Booked, BreakState, HandlingState, Reason, SettlementId, StoreError};

use crate::desk::{Desk, NOON, channel, chart, cny, day, person};

const BOOKS: &[(&str, i64, i64)] = &[("A", 10_000, 60), ("B", 5_000, 30)];
const FILE: &[(&str, i64, i64)] = &[("A", 10_000, 61), ("B", 5_001, 30)];

fn code<T: std::fmt::Debug>(result: Result<T, StoreError>) -> &'static str {
    result.unwrap_err().code().unwrap_or("none")
}

fn compared() -> Desk {
    let mut desk = Desk::new();
    desk.day(day(18), BOOKS, FILE);
    desk
}

#[test]
fn a_day_is_settled_once_and_what_was_refused_is_tried_again() {
    let mut desk = compared();
    let entries = settlement(14_910, 91, cny(), &chart()).unwrap().unwrap();
    let (wang, on) = (person("wang"), day(18));
    let first = desk.store.draft_settlement(&channel(), on, &entries, &wang, NOON).unwrap();
    assert_eq!(first.transaction_text(), "settle wechat/1900000100 2024-06-18");
    let twice = desk.store.draft_settlement(&channel(), on, &entries, &person("li"), NOON);
    assert_eq!(code(twice), "already_settled");
    let proposed = desk.store.settlement_proposed(first.id, "7", 4, NOON + 1).unwrap();
    assert_eq!((proposed.client, proposed.state), (Some(4), HandlingState::Proposed));
    assert_eq!(desk.store.settlement_proposed(first.id, "7", 4, NOON + 2).unwrap(), proposed, "said again");
    assert_eq!(code(desk.store.settlement_proposed(first.id, "8", 4, NOON + 2)), "settlement_in_state");
    assert_eq!(code(desk.store.settlement_posted(SettlementId(9), NOON)), "no_such_settlement");
    let refused = desk.store.settlement_refused(first.id, "rejected", NOON + 3).unwrap();
    assert_eq!(desk.store.settlement_refused(first.id, "rejected", NOON + 4).unwrap(), refused, "said again");
    assert_eq!(code(desk.store.settlement_refused(first.id, "expired", NOON + 4)), "settlement_in_state");
    assert_eq!(desk.store.read().settlement_of(&channel(), on).unwrap(), None);
    // The next attempt has an id of its own, and the same reference.
    let second = desk.store.draft_settlement(&channel(), on, &entries, &person("li"), NOON + 5).unwrap();
    assert_eq!(second.transaction_text(), "settle wechat/1900000100 2024-06-18 2");
    assert_eq!(second.entries, entries);
    assert_eq!(desk.store.read().settlements_in_hand().unwrap(), std::slice::from_ref(&second));
    let mut desk = desk.reopen();
    let posted = desk.store.settlement_posted(second.id, NOON + 6).unwrap();
    assert_eq!(desk.store.settlement_posted(second.id, NOON + 7).unwrap(), posted, "said again");
    assert_eq!(code(desk.store.settlement_refused(second.id, "expired", NOON + 7)), "settlement_in_state");
    assert!(desk.store.read().settlements_in_hand().unwrap().is_empty());
    assert_eq!(desk.store.read().settlement_of(&channel(), on).unwrap(), Some(posted));
    desk.store.read().check().unwrap();
}

/// What the ledger tells of a handling of another desk.
fn booked(desk: &Desk, number: &str, client: u32, proposal: Option<&str>) -> Booked {
    let found = desk.found(number);
    let shown = desk.store.read().show(&found.id).unwrap();
    let handling = shown.handlings.last().unwrap();
    Booked {
        break_id: found.id,
        transaction: handling.transaction_text().into(),
        client,
        tag: handling.tag(),
        reason: Reason::new("差错处理").unwrap(),
        original: handling.draft.original.clone(),
        entries: handling.draft.entries.clone(),
        currency: cny(),
        maker: person("li"),
        at_us: NOON + 9,
        proposal: proposal.map(Into::into),
    }
}

#[test]
fn what_the_ledger_has_counts_as_if_it_had_been_drafted_here() {
    let mut there = compared();
    let adjusted = there.post_first("A", Some(End::Adjusted));
    there.post_first("B", None);
    let steps = [booked(&there, "A", 4, None), booked(&there, "B", 4, None)];
    let why = Reason::new("记错").unwrap();
    let undo = there.store.undo(adjusted.id, &why, &person("wang"), NOON).unwrap();
    there.store.posted(undo.id, 4, NOON).unwrap();
    let undone = booked(&there, "A", 4, None);
    assert_eq!(undone.tag.kind, StepKind::Undo);

    let mut here = compared();
    assert_eq!(here.store.adopt(&steps).unwrap(), 2);
    assert_eq!(here.store.adopt(&steps).unwrap(), 0, "told again");
    assert_eq!(here.found("A").state, BreakState::Resolved(End::Adjusted));
    assert!(here.found("B").is_in_suspense);
    assert!(here.store.read().orphaned().unwrap().is_empty());
    // The same id of another client is another transaction: it is there to be undone, and ends nothing.
    let double = Booked { client: 5, ..steps[0].clone() };
    assert_eq!(here.store.adopt(std::slice::from_ref(&double)).unwrap(), 1);
    let shown = here.store.read().show(&double.break_id).unwrap();
    let ends: Vec<_> = shown.handlings.iter().map(|one| (one.client, one.draft.ends)).collect();
    assert_eq!(ends, [(Some(4), Some(End::Adjusted)), (Some(5), None)]);
    assert_eq!(shown.handlings[1].transaction_text(), shown.handlings[0].transaction_text());
    // What takes a step back takes it back here.
    assert_eq!(here.store.adopt(&[undone]).unwrap(), 1);
    let shown = here.store.read().show(&double.break_id).unwrap();
    let states: Vec<_> = shown.handlings.iter().map(|one| one.state).collect();
    assert_eq!(states, [HandlingState::Undone, HandlingState::Posted, HandlingState::Posted]);
    assert_eq!(here.found("A").state, BreakState::Open);
    here.store.read().check().unwrap();
}

#[test]
fn a_proposal_waits_its_turn_and_what_was_made_for_something_else_is_orphaned() {
    let mut there = compared();
    there.post_first("A", Some(End::Adjusted));
    let waits = booked(&there, "A", 4, Some("17"));
    let mut here = compared();
    let drafted = here.draft_first("A", Some(End::Adjusted)).unwrap();
    assert_eq!(here.store.adopt(std::slice::from_ref(&waits)).unwrap(), 0, "its own is under way");
    here.store.refused(drafted.id, "expired", NOON).unwrap();
    assert_eq!(here.store.adopt(std::slice::from_ref(&waits)).unwrap(), 1);
    assert_eq!(here.found("A").state, BreakState::InHand);
    let [taken] = &here.store.read().in_hand().unwrap()[..] else { panic!("one is under way") };
    assert_eq!((taken.proposal.as_deref(), taken.client, taken.step), (Some("17"), Some(4), 2));
    here.store.posted(taken.id, 4, NOON).unwrap();
    assert_eq!(here.found("A").state, BreakState::Resolved(End::Adjusted));
    // The file is another one: what was booked is not right any more.
    let mut other = Desk::new();
    other.day(day(18), BOOKS, &[("A", 10_000, 62), ("B", 5_001, 30)]);
    assert_eq!(other.store.adopt(&[Booked { proposal: None, ..waits }]).unwrap(), 1);
    assert_eq!(other.store.read().orphaned().unwrap().len(), 1);
    assert_eq!(other.found("A").state, BreakState::Open);
}
