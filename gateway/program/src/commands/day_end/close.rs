//! The date is closed, and results are carried forward where a year ends.

use longmen_client::{Client, CloseDayRequest, Proposing, Registration, TransactionId};
use serde_json::json;

use super::day::{Day, current};
use super::ended::Ended;
use crate::commands::close_day::{ends_a_year, targets};
use crate::failure::Failure;

/// Proposals of one close that may have been rejected or run out of time.
const MOST_PROPOSALS: u32 = 100;

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let mut client = day.connect().await?;
    let ends_a_year = ends_a_year(&mut client, day.entity, day.date).await?;
    if current(&mut client, day.entity).await? > day.date {
        let mut line = format!("{} was closed already", day.date);
        if ends_a_year {
            line.push_str("; it ends a year of the books: see that results were carried forward (年终结转)");
        }
        return Ok(Ended {
            line,
            told: json!({"closed": false, "ends_a_year": ends_a_year}),
            held: !ends_a_year,
        });
    }
    let carries = ends_a_year && !day.settings.carry_forward.is_empty();
    match close(&mut client, day, carries).await {
        Err(Failure::Refused(refusal)) if &*refusal.code == "needs_approval" => propose(day, carries).await?,
        closed => closed?,
    }
    let carried = match (ends_a_year, carries) {
        (true, true) => "; results were carried forward (年终结转)",
        (true, false) => {
            "; a year of the books ends, and results were not carried forward: the settings name no carry_forward (年终结转)"
        }
        (false, _) => "",
    };
    let line = format!("{} is closed, {} begins{carried}", day.date, day.next);
    let told = json!({"closed": true, "carried_forward": carries, "ends_a_year": ends_a_year});
    Ok(Ended { line, told, held: carries == ends_a_year })
}

async fn close(client: &mut Client, day: &Day<'_>, carries: bool) -> Result<(), Failure> {
    let next = day.next.to_string();
    let carried_to = day.settings.carry_forward.iter().filter(|_| carries);
    let request = CloseDayRequest {
        carry_forward: carried_to.map(|name| name.0.clone()).collect(),
        entity: day.entity,
        next: &next,
        forced: false,
        registration: Registration::default(),
    };
    let Err(error) = client.close_day_with(&request).await else { return Ok(()) };
    let failure = Failure::of_change(error, "the close");
    Err(match carries {
        true => failure.naming(targets(client, day.entity, &day.settings.carry_forward).await),
        false => failure.naming(format_args!("the close of {}", day.date)),
    })
}

/// The node wants two principals: the same proposal each time, until it is decided otherwise.
async fn propose(day: &Day<'_>, carries: bool) -> Result<(), Failure> {
    for number in 1..=MOST_PROPOSALS {
        let id = format!("day-end|{}|{}|{number}", day.entity, day.date);
        let proposing = Proposing { id: TransactionId::from(id.as_str()), expires_us: None, at_once: false };
        let mut client = day.connect().await?.proposing(proposing);
        match close(&mut client, day, carries).await {
            Err(Failure::Proposed(proposal)) if is_over(&proposal.state) => {}
            Err(Failure::Refused(refusal)) if &*refusal.code == "proposal_closed" => {}
            other => return other,
        }
    }
    Err(Failure::Usage(format!(
        "the close of {} was proposed {MOST_PROPOSALS} times, and never approved",
        day.date
    )))
}

fn is_over(state: &str) -> bool {
    matches!(state, "rejected" | "withdrawn" | "expired")
}
