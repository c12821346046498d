//! What must hold after a power cut, at whatever moment it comes.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::{Answer, LedgerSettings, PostResult, Rejection};

use super::books::{self, Books, assert_books};
use super::harness::{Node, Stored};
use super::naive::Naive;
use super::script::{Act, Ask, Case, Tx};
use super::translate;

/// Cuts the power of `node`, which was asked the whole of `case` so far, recovers what is left with these settings,
/// and asks everything again.
///
/// What is durable must be what a serial ledger makes of exactly the durable requests, in their order of arrival;
/// what was acknowledged must be among them; and everything asked again must be answered, and end, as in that serial
/// ledger, with the first results of what was acknowledged unchanged.
pub(crate) fn check(node: &Node, case: &Case, with_in_flight: bool, settings: &LedgerSettings) {
    let log = node.survivors(with_in_flight);
    let mut found = books::read(log.iter().map(Stored::records), case.chart);
    let mut naive = Naive::new(case.chart, case.first, &case.hot);
    let done = replay_durable(&mut naive, case, &found);
    found.let_due_expire(&naive);
    assert_books(&found, &naive, &case.ever_hot());
    assert_acknowledged(node, case, &found, &done);

    let mut again = Node::recover(&log, settings);
    for (tag, ask) in &case.asks {
        again.ask(*tag, ask, case.chart);
    }
    again.drain();
    let answers: BTreeMap<u64, &Answer> = again.given.iter().map(|(tag, answer)| (*tag, answer)).collect();
    for (tag, ask) in &case.asks {
        let hot = case.ever_hot();
        let said = translate::said(ask, answers[tag]).without(&hot);
        assert_eq!(said, naive.ask(ask).without(&hot), "request {tag} asked again: {ask:?}");
    }
    for (tag, answer) in &node.given {
        assert_first_results(answer, answers[tag]);
    }
    let found = books::read(again.durable().iter().map(Stored::records), case.chart);
    assert_books(&found, &naive, &case.ever_hot());
}

/// Lets a serial ledger do what has a record in the log, in order of arrival, and gives the tags of the requests
/// other than transactions that it did.
fn replay_durable(naive: &mut Naive, case: &Case, found: &Books) -> BTreeSet<u64> {
    let mut records = found.records - translate::setup_records(case.chart, case.first);
    let mut done = BTreeSet::new();
    let mut ended = false;
    for (tag, ask) in &case.asks {
        match ask {
            Ask::Post { txs, .. } => {
                for tx in txs.iter().filter(|tx| found.ids.contains(&tx.id)) {
                    naive.ask(&Ask::Post { txs: vec![tx.clone()], balances: false });
                }
            }
            Ask::Cancel { id, .. } if !found.ids.contains(id) => {}
            Ask::Cancel { .. } => {
                naive.ask(ask);
            }
            Ask::Wait { .. } => {
                naive.ask(ask);
                done.insert(*tag);
            }
            _ => {
                let needed = naive.records(ask);
                if ended || needed > records {
                    // Such requests run alone and in order, so the durable ones are the first.
                    assert_eq!(records, 0, "request {tag} is half there");
                    ended = true;
                    carry_alone(naive, ask, found);
                    continue;
                }
                records -= needed;
                done.insert(*tag);
                // What was refused at once has the record of its transaction alone, which may be lost.
                let is_lost = |tx: &Tx| !found.ids.contains(&tx.id);
                if needed > 0 || !naive.transaction_of(ask).is_some_and(is_lost) {
                    naive.ask(ask);
                }
            }
        }
    }
    assert_eq!(records, 0, "records of requests that nobody made");
    done
}

/// What carries forward at the end of a year stands in front of the close: a power cut may come between.
fn carry_alone(naive: &mut Naive, ask: &Ask, found: &Books) {
    if let Ask::CloseDay { entity, carry, .. } = ask
        && !carry.is_empty()
        && found.carried > naive.carried()
    {
        let more = found.carried - naive.carried();
        naive.carry_forward(*entity, carry, more).expect("what the log has was possible");
    }
}

/// Everything that an answer speaks of is durable.
fn assert_acknowledged(node: &Node, case: &Case, found: &Books, done: &BTreeSet<u64>) {
    let positions: BTreeMap<u64, usize> =
        case.asks.iter().enumerate().map(|(at, (tag, _))| (*tag, at)).collect();
    for (tag, answer) in &node.given {
        let at = positions[tag];
        match (&case.asks[at].1, answer) {
            (Ask::Post { txs, .. }, Answer::Posted(posted)) => {
                for (tx, _) in
                    txs.iter().zip(&posted.results).filter(|(tx, result)| is_known(Some(tx), result))
                {
                    assert!(found.ids.contains(&tx.id), "transaction {} was acknowledged and is lost", tx.id);
                }
            }
            (Ask::Cancel { id, .. }, Answer::Posted(posted)) if is_known(None, &posted.results[0]) => {
                assert!(found.ids.contains(id), "the cancel of {id} was acknowledged and is lost");
            }
            (Ask::Cancel { .. }, _) => {}
            (Ask::Locate { id }, Answer::Located(places)) => {
                assert!(places[0].is_none() || found.ids.contains(id));
            }
            // Whatever runs alone has seen all that came before it.
            _ => assert_seen_durable(node, &case.asks[..=at], found, done),
        }
    }
}

fn assert_seen_durable(node: &Node, asks: &[(u64, Ask)], found: &Books, done: &BTreeSet<u64>) {
    let known: BTreeMap<u64, &Answer> = node.given.iter().map(|(tag, answer)| (*tag, answer)).collect();
    for (tag, ask) in asks {
        match ask {
            Ask::Post { txs, .. } => {
                // What was refused and forgotten leaves no record; all else has one.
                let forgotten = |index: usize| match known.get(tag) {
                    Some(Answer::Posted(posted)) => !is_known(Some(&txs[index]), &posted.results[index]),
                    _ => false,
                };
                for (_, tx) in txs.iter().enumerate().filter(|(index, _)| !forgotten(*index)) {
                    assert!(found.ids.contains(&tx.id), "an answer rests on {}, which is not durable", tx.id);
                }
            }
            Ask::Cancel { .. } | Ask::Locate { .. } => {}
            _ => assert!(done.contains(tag), "an answer rests on request {tag}, which is not durable"),
        }
    }
}

/// Whether a result says that its id has a record.
fn is_known(tx: Option<&Tx>, result: &PostResult) -> bool {
    let of_the_id = [Rejection::IdempotencyConflict, Rejection::Cancelled, Rejection::AlreadyPosted];
    // A confirm or cancel of a try speaks of the try.
    let of_a_try = tx.is_some_and(|tx| matches!(tx.act, Act::Confirm { .. } | Act::CancelTry { .. }));
    let of_the_id = if of_a_try { &of_the_id[..1] } else { &of_the_id };
    result.rejection.is_none_or(|rejection| rejection.is_result() || of_the_id.contains(&rejection))
}

/// The first results of ids are the same, in the same place of the log.
fn assert_first_results(before: &Answer, after: &Answer) {
    let (Answer::Posted(before), Answer::Posted(after)) = (before, after) else { return };
    for (before, after) in before.results.iter().zip(&after.results) {
        if before.rejection.is_none_or(Rejection::is_result) {
            let repeated = PostResult { repeated: true, ..*before };
            assert_eq!(*after, repeated, "an acknowledged result was changed by a power cut");
        }
    }
}
