//! Changed bits in finished segments of the log, under a running node: its map shows them at once. Each answer is the right
//! one or names the damage, nothing is done on the strength of what does not hold, and payments go on.

mod flip;
mod originals;
mod questions;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use longmen_client::{Client, Status};
use longmen_engine::export::{Item, Scope, export};
use longmen_engine::ledger::Side;
use longmen_server::{Launch, ScrubPace};
use longmen_wal::{DirectoryStorage, FrameSummary};
use longmen_workload::LoadError;
use longmen_workload::crash::{Harness, Load, Round, STOP_LIMIT, Said};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::NotTried;
use super::ground::Ground;
use super::tally::Tally;

use flip::{Flip, cold_frames};
use originals::{Accounts, ENTITY, Figures, Original};
use questions::{Answer, Questions, told};

/// The originals lie in so many stretches of the log, with the payment mix between them.
const STRETCHES: usize = 4;
/// Fewer originals do not reach every kind of change.
const FEWEST: u32 = 16;
/// More log than a segment takes, at 184 bytes a transaction or more.
const BETWEEN: Load = Load { batch: 1_024, depth: 1, transactions: Some(24_576) };
/// A scrub that does not rest.
const WITHOUT_REST: ScrubPace = ScrubPace { bytes_per_second: 256 << 20, every_seconds: 0 };
const NO_SCRUB: ScrubPace = ScrubPace { bytes_per_second: 0, every_seconds: 0 };
/// How many bits are changed at once while the scrub runs.
const AT_ONCE: usize = 8;
/// No two passes of the scrub take longer.
const LIMIT: Duration = Duration::from_secs(60);

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let data = ground.path("books");
    let launch = Launch { scrub: Some(NO_SCRUB), ..ground.launch(&data) };
    let mut harness = Harness::open(ground.settings(1), launch).await?;
    let written = write(&mut harness, ground.rounds(100).max(FEWEST)).await?;
    harness.subject().node.stop(STOP_LIMIT)?;
    let frames = cold_frames(&data)?;
    harness.start_again()?;
    let client = harness.client().await?;
    let rng = SmallRng::seed_from_u64(ground.seed);
    let mut trial = Trial { tally, data, frames, written, client, rng, met: 0 };
    trial.one_at_a_time().await?;
    trial.under_the_scrub(&mut harness).await?;
    trial.exported(&mut harness).await?;
    let said = trial.written.said;
    let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
    harness.check(&mut round, said).await?;
    tally.checked("changed bits that are back", round);
    if let Some(words) = harness.stop_and_verify()? {
        tally.differ(format!("the offline audit: {words}"));
    }
    Ok(())
}

/// What was written before any bit was changed.
struct Written {
    accounts: Accounts,
    originals: Vec<Original>,
    figures: Figures,
    said: Said,
}

/// Writes originals and the mix in turns, and closes two dates behind them.
async fn write(harness: &mut Harness, count: u32) -> Result<Written, LoadError> {
    let mut client = harness.client().await?;
    let accounts = Accounts::open(&mut client).await?;
    let mut written =
        Written { accounts, originals: Vec::new(), figures: Accounts::figures(), said: Said::default() };
    let numbers: Vec<u32> = (0..count).collect();
    for stretch in numbers.chunks(numbers.len().div_ceil(STRETCHES)) {
        for number in stretch {
            let original = Original::post(&mut client, accounts, *number).await?;
            original.posted_on(&mut written.figures);
            written.originals.push(original);
        }
        let wanted = harness.subject().books.outcomes.total() + BETWEEN.transactions.unwrap_or(0);
        let (said, _) =
            harness.load(BETWEEN, async |node, shared| super::base::wait(node, shared, wanted).await).await?;
        written.said.acknowledged += said.acknowledged;
        written.said.answered.extend(said.answered);
    }
    client.close_day(ENTITY, "2026-01-06").await?;
    client.close_day(ENTITY, "2026-01-07").await?;
    Ok(written)
}

/// A running node, and what is known of its log.
struct Trial<'a> {
    tally: &'a mut Tally,
    data: PathBuf,
    /// The frames of finished segments.
    frames: BTreeMap<u64, FrameSummary>,
    written: Written,
    client: Client,
    rng: SmallRng,
    /// How many answers named damage since the node started.
    met: u64,
}

impl Trial<'_> {
    /// One bit for each original, and back.
    async fn one_at_a_time(&mut self) -> Result<(), LoadError> {
        let segments: Vec<_> = self.frames.values().map(|frame| frame.segment).collect();
        let count = segments.chunk_by(|one, next| one == next).count();
        if count < STRETCHES - 1 {
            self.tally.differ(format!("{count} finished segments are too few to try anything"));
        }
        for original in self.written.originals.clone() {
            match self.frames.get(&original.frame).cloned() {
                Some(frame) => self.under(&original, &frame).await?,
                None => self.tally.differ(format!("{original:?} lies in the last segment")),
            }
        }
        Ok(())
    }

    /// Asks about an original under a changed bit, lets its fate come about, and does it again without.
    async fn under(&mut self, original: &Original, frame: &FrameSummary) -> Result<(), LoadError> {
        let mut questions = Questions::about(self.written.accounts, original, frame.time_us);
        let clean = questions.ask(&mut self.client).await?;
        let (kind, flip, request) = self.choose(original.number, frame);
        let what = format!("original {}: {flip}", original.number);
        let met = self.met;

        flip.turn(&self.data)?;
        let answers = questions.ask(&mut self.client).await?;
        for (question, was) in &clean {
            if !matches!(was, Answer::Told(_)) {
                self.tally.differ(format!("{what}: {question} was {was:?} before"));
            }
        }
        for ((question, was), (_, is)) in clean.iter().zip(&answers) {
            match is {
                Answer::Damaged => self.met += 1,
                is if is == was => {}
                is => self.tally.differ(format!("{what}: {question}: {is:?}, not {was:?}")),
            }
        }
        if let Some(request) = request {
            self.look_up(&what, request).await?;
        }
        let done = self.action(original, &what).await?;
        self.pay(original.number).await?;
        self.check_figures(&what).await?;
        self.check_status(&what, &flip, self.met > met).await?;
        flip.turn(&self.data)?;

        let again = self.client.post_one(&original.action()).await?;
        if !again.is_posted() || again.repeated != done {
            self.tally.differ(format!("{what}: with the bit back its fate came to {again:?}"));
        }
        if !done {
            original.done_on(&mut self.written.figures);
        }
        self.check_figures(&what).await?;
        let came = match (self.met > met, done) {
            (false, _) => "all answered right",
            (true, true) => "questions named the damage, its fate came about",
            (true, false) => "its fate named the damage and came about later",
        };
        self.tally.case(&format!("{kind}: {came}"));
        Ok(())
    }

    /// Which bit, and the request of the mix whose frame it lies in, if it is one of that.
    fn choose(&mut self, number: u32, frame: &FrameSummary) -> (&'static str, Flip, Option<usize>) {
        match number % 10 {
            6 => ("in the frame or the zeros behind it", Flip::anywhere_in(frame, &mut self.rng), None),
            7 => ("in the segment's header", Flip::in_header(frame, &mut self.rng), None),
            8 | 9 => {
                let request = self.rng.random_range(0..self.written.said.answered.len() / 2);
                let placed = &self.written.said.answered[request].placed;
                let other = placed.iter().find_map(|one| self.frames.get(&one.frame)).unwrap_or(frame);
                ("in a frame of the mix", Flip::in_frame(other, &mut self.rng), Some(request))
            }
            _ => ("in its own frame", Flip::in_frame(frame, &mut self.rng), None),
        }
    }

    /// Looks the first transaction of a request of the mix up.
    async fn look_up(&mut self, what: &str, request: usize) -> Result<(), LoadError> {
        let answered = &self.written.said.answered[request];
        let (Some((planned, legs)), first) = (answered.request.iter().next(), answered.placed[0]) else {
            return Ok(());
        };
        match self.client.transaction(planned.id).await {
            Ok(record) => {
                let amounts = legs.iter().map(|leg| leg.amount);
                let is_posted = first.outcome.rejection.is_none();
                let same_place = (record.frame, record.ordinal) == (first.frame, first.ordinal);
                if !same_place || is_posted && !record.legs.iter().map(|leg| leg.amount).eq(amounts) {
                    self.tally.differ(format!("{what}: {first:?} is shown as {record:?}"));
                }
            }
            failed => match told(failed)? {
                Answer::Damaged => self.met += 1,
                other if first.frame != 0 => {
                    self.tally.differ(format!("{what}: {first:?} is answered {other:?}"));
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// Tries to bring the fate of an original about. Gives whether it came about.
    async fn action(&mut self, original: &Original, what: &str) -> Result<bool, LoadError> {
        match self.client.post_one(&original.action()).await {
            Ok(result) if result.is_posted() && !result.repeated => {
                original.done_on(&mut self.written.figures);
                return Ok(true);
            }
            Ok(result) => self.tally.differ(format!("{what}: its fate came to {result:?}")),
            failed => match told(failed)? {
                Answer::Damaged => self.met += 1,
                other => self.tally.differ(format!("{what}: its fate came to {other:?}")),
            },
        }
        Ok(false)
    }

    /// A payment that reads nothing of the log.
    async fn pay(&mut self, number: u32) -> Result<(), LoadError> {
        let payment = self.written.accounts.top_up(&format!("p-{number}"), 1);
        let result = self.client.post_one(&payment).await?;
        if !result.is_posted() || result.repeated {
            self.tally.differ(format!("payment {number} came to {result:?}"));
        }
        self.written.figures[0].0 += 1;
        Ok(())
    }

    async fn check_figures(&mut self, what: &str) -> Result<(), LoadError> {
        let mut figures = Figures::default();
        for (figure, account) in figures.iter_mut().zip(self.written.accounts.all()) {
            let found = self.client.balance(account).await?;
            *figure = (found.balance, found.frozen);
        }
        if figures != self.written.figures {
            let expected = self.written.figures;
            self.tally.differ(format!("{what}: the accounts stand at {figures:?}, not {expected:?}"));
        }
        Ok(())
    }

    /// What was met is counted, and its place is listed as long as there is room for it.
    async fn check_status(&mut self, what: &str, flip: &Flip, was_met: bool) -> Result<(), LoadError> {
        let status = self.client.status().await?;
        if status.damage_met < self.met {
            self.tally.differ(format!("{what}: met {} times, {} answers", status.damage_met, self.met));
        }
        if was_met && status.damaged_more == 0 && !lists(&status, flip) {
            self.tally.differ(format!("{what}: not listed in {:?}", status.damaged));
        }
        Ok(())
    }

    /// Changes several bits at once while the scrub runs: it finds all of them and nothing else, and sees when they are back.
    async fn under_the_scrub(&mut self, harness: &mut Harness) -> Result<(), LoadError> {
        harness.subject().node.stop(STOP_LIMIT)?;
        self.start(harness, WITHOUT_REST).await?;
        let flips = self.several();
        turn_all(&flips, &self.data)?;
        let status = self.after_a_pass().await?;
        for flip in &flips {
            match lists(&status, flip) {
                true => self.tally.case("found by the scrub"),
                false => self.tally.differ(format!("the scrub did not find {flip} but {:?}", status.damaged)),
            }
        }
        for place in &status.damaged {
            if !flips.iter().any(|flip| place.frame == flip.frame) {
                self.tally.differ(format!("the scrub found {place:?}, where nothing was changed"));
            }
        }
        self.pay(u32::MAX).await?;
        self.check_figures("while the scrub finds damage").await?;
        turn_all(&flips, &self.data)?;
        let status = self.after_a_pass().await?;
        if !status.damaged.is_empty() {
            self.tally.differ(format!("with the bits back the scrub finds {:?}", status.damaged));
        }
        Ok(())
    }

    /// Bits in as many frames of originals.
    fn several(&mut self) -> Vec<Flip> {
        let originals = &self.written.originals;
        let step = (originals.len() / AT_ONCE).max(1);
        let chosen = originals.iter().step_by(step).filter_map(|original| self.frames.get(&original.frame));
        chosen.map(|frame| Flip::in_frame(frame, &mut self.rng)).collect()
    }

    /// The status after a whole pass of the scrub from now on.
    async fn after_a_pass(&mut self) -> Result<Status, LoadError> {
        let deadline = Instant::now() + LIMIT;
        // The pass that is under way may be past a place that was changed.
        let wanted = self.client.status().await?.scrub.passes + 2;
        loop {
            let status = self.client.status().await?;
            if status.scrub.passes >= wanted {
                return Ok(status);
            }
            if Instant::now() > deadline {
                return Err(std::io::Error::other(format!("no pass of the scrub: {:?}", status.scrub)).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Exports the journal of the stopped node with changed bits and without.
    async fn exported(&mut self, harness: &mut Harness) -> Result<(), LoadError> {
        harness.subject().node.stop(STOP_LIMIT)?;
        let flips = self.several();
        turn_all(&flips, &self.data)?;
        match self.export()? {
            Err(words) if words.contains("segment-") => self.tally.case("an export names the damage"),
            other => self.tally.differ(format!("an export over {flips:?} came to {other:?}")),
        }
        turn_all(&flips, &self.data)?;
        let expected = self.written.figures.map(|(balance, _)| balance);
        match self.export()? {
            Ok(balances) if balances == expected => self.tally.case("an export is right with the bits back"),
            other => self.tally.differ(format!("an export came to {other:?}, not {expected:?}")),
        }
        self.start(harness, NO_SCRUB).await
    }

    /// What the legs of an export come to on each account, or why there is none.
    fn export(&self) -> Result<Result<[i128; 3], String>, LoadError> {
        let storage = DirectoryStorage::open_read_only(&self.data).map_err(std::io::Error::other)?;
        let accounts = self.written.accounts.all();
        let mut balances = [0; 3];
        let scope = Scope { entity: Some(ENTITY.into()), ..Scope::default() };
        let exported = export(&storage, &scope, &mut |_, item| {
            let Item::Transaction(transaction) = item else { return Ok::<_, std::io::Error>(()) };
            for leg in transaction.legs {
                if let Some(index) = accounts.iter().position(|account| *account == leg.account.0) {
                    let amount = i128::from(leg.amount.0);
                    balances[index] += if leg.side == Side::Credit { amount } else { -amount };
                }
            }
            Ok(())
        });
        Ok(exported.map(|_| balances).map_err(|error| error.to_string()))
    }

    /// Starts the stopped node, with the scrub at this pace.
    async fn start(&mut self, harness: &mut Harness, scrub: ScrubPace) -> Result<(), LoadError> {
        harness.subject().launch.scrub = Some(scrub);
        harness.start_again()?;
        self.client = harness.client().await?;
        self.met = 0;
        Ok(())
    }
}

fn lists(status: &Status, flip: &Flip) -> bool {
    let file = flip.segment.file_name();
    status
        .damaged
        .iter()
        .any(|place| *place.file == *file && (flip.frame.is_none() || place.frame == flip.frame))
}

fn turn_all(flips: &[Flip], data: &std::path::Path) -> std::io::Result<()> {
    flips.iter().try_for_each(|flip| flip.turn(data))
}
