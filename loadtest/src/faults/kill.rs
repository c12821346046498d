//! SIGKILL in volume: short rounds, and small books that are begun anew before they grow.

use longmen_workload::crash::CrashSettings;

use super::NotTried;
use super::ground::Ground;
use super::tally::Tally;
use crate::crash::QuickRounds;

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let settings = CrashSettings { seed: ground.seed, rounds: ground.rounds(30), ..QuickRounds::settings() };
    let mut quick = QuickRounds::new(settings, ground.launch(&ground.path("books")));
    while let Some((round, drafts)) = quick.next().await? {
        tally.case("recovered");
        for draft in drafts {
            tally.note(&format!("while {draft} was there"));
        }
        tally.note_many("killed again while recovering", u64::from(round.killed_again));
        tally.checked(&format!("kill {}", round.round), round);
    }
    for words in quick.damage() {
        tally.differ(format!("the offline audit: {words}"));
    }
    Ok(())
}
