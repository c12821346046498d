//! The date is closed, and results are carried forward where a year ends.

use longmen_client::{Client, CloseDayRequest, Proposing, Registration, TransactionId};
use serde_json::json;

use super::day::{Day, current};
use super::ended::Ended;
use crate::commands::close_day::ends_a_year;
use crate::failure::Failure;

/// Proposals of one close that may have been rejected or run out of time.
const MOST_PROPOSALS: u32 = 100;

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let mut client = day.connect().await?;
    if current(&mut client, day.entity).await? > day.date {
        let line = format!("{} was closed already", day.date);
        return Ok(Ended { line, told: json!({"closed": false}), held: true });
    }
    let carries =
        !day.settings.carry_forward.is_empty() && ends_a_year(&mut client, day.entity, day.date).await?;
    match close(&mut client, day, carries).await {
        Err(Failure::Refused(refusal)) if &*refusal.code == "needs_approval" => propose(day, carries).await?,
        closed => closed?,
    }
    let carried = if carries { "; results were carried forward (年终结转)" } else { "" };
    let line = format!("{} is closed, {} begins{carried}", day.date, day.next);
    Ok(Ended { line, told: json!({"closed": true, "carried_forward": carries}), held: true })
}

async fn close(client: &mut Client, day: &Day<'_>, carries: bool) -> Result<(), Failure> {
    let next = day.next.to_string();
    let targets = day.settings.carry_forward.iter().filter(|_| carries);
    let request = CloseDayRequest {
        carry_forward: targets.map(|name| name.0.clone()).collect(),
        entity: day.entity,
        next: &next,
        forced: false,
        registration: Registration::default(),
    };
    let closed = client.close_day_with(&request).await;
    closed.map_err(|error| {
        Failure::of_change(error, "the close").naming(format_args!("the close of {}", day.date))
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
