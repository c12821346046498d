//! The same ids under way on many connections of one client: one result, the same to all, and what it moves is moved once.

use std::time::Instant;

use longmen_client::{CompactAnswer, CompactSettings, Operation, Transfer, write_transfers};

use super::attack::PATIENCE;
use super::field::Field;
use super::raw::{Answer, Heard, Raw, frame};
use super::tally::Tally;

/// Connections that send the same.
const TWINS: usize = 16;
/// Transfers of one request.
const TRANSFERS: u64 = 50;

pub(super) async fn duplicates(field: &Field, until: Instant, tally: &mut Tally) {
    let mut twins = Vec::new();
    while twins.len() < TWINS {
        if Instant::now() > until + PATIENCE {
            return tally.find("twins are not let in");
        }
        twins.extend(field.enter(tally).await);
    }
    loop {
        let body = transfers(field);
        let request = frame(Operation::Post.number(), 1, 1, &body);
        for twin in &mut twins {
            if !twin.send(&request, PATIENCE).await {
                return tally.find("a connection that sends what others send was closed");
            }
        }
        let Some(answers) = hear_all(&mut twins, tally).await else { return };
        compare(&answers, tally);
        if Instant::now() > until {
            return;
        }
    }
}

fn transfers(field: &Field) -> Vec<u8> {
    let serial = u128::from(field.next_serial()) << 64 | 1 << 120;
    let transfer = |index: u64| Transfer {
        id: serial + u128::from(index),
        debit: field.wild[0],
        // One in ten is refused: refusals are results, too.
        credit: if index.is_multiple_of(10) { u64::MAX } else { field.wild[9] },
        amount: 1,
    };
    let transfers: Vec<Transfer> = (0..TRANSFERS).map(transfer).collect();
    let mut body = Vec::new();
    write_transfers(&mut body, CompactSettings::default(), 156, &transfers);
    body
}

async fn hear_all(twins: &mut [Raw], tally: &mut Tally) -> Option<Vec<Answer>> {
    let mut answers = Vec::new();
    for twin in twins {
        let heard = twin.receive(PATIENCE).await;
        tally.hear("a request that others send, too", &heard, &["ok"]);
        match heard {
            Heard::Answer(answer) if &*answer.code == "ok" => answers.push(answer),
            // Nothing was done for this one; the others still agree.
            Heard::Answer(_) => {}
            _ => return None,
        }
    }
    Some(answers)
}

/// Each transfer has one place in the log and one outcome, and was no repeat for one of them only.
fn compare(answers: &[Answer], tally: &mut Tally) {
    let read = |answer: &'_ Answer| -> Option<Vec<_>> {
        Some(CompactAnswer::read(&answer.body).ok()?.results().collect())
    };
    let Some(all) = answers.iter().map(read).collect::<Option<Vec<Vec<_>>>>() else {
        return tally.find("results of duplicates cannot be read");
    };
    let Some(first) = all.first() else { return };
    for (index, one) in first.iter().enumerate() {
        let same = |other: &Vec<longmen_client::CompactResult>| {
            other.get(index).is_some_and(|other| {
                (other.frame, other.ordinal, other.rejection) == (one.frame, one.ordinal, one.rejection)
            })
        };
        if !all.iter().all(same) {
            tally.find(format!("transfer {index} of duplicates has more than one result"));
        }
        let firsts = all.iter().filter(|other| other.get(index).is_some_and(|other| !other.repeated)).count();
        if firsts != 1 {
            tally.find(format!(
                "transfer {index} of duplicates was new to {firsts} of {} connections",
                all.len()
            ));
        }
    }
}
