//! The comparison of rows that were read: at once where they are in memory, else part by part.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use longmen_reconciliation::{Found, Keep, Rules, Totals, compare_each};

use crate::compared::{Compared, Kept};
use crate::error::RunError;
use crate::findings::SortedRun;
use crate::record::Record;
use crate::rows::{Rows, Spilled};
use crate::settings::Settings;
use crate::spill::{BLOCK, Spill};

/// Compares the rows of the books, of the file, and what is hung over. `progress` is told how many parts are done, of how many.
///
/// # Errors
/// Any [`RunError`]: nothing was compared.
///
/// # Panics
/// If the findings do not make the file of the books, in a part or in all.
pub fn compare_rows(
    settings: &Settings,
    rules: &Rules,
    keep: Keep,
    rows: [Rows; 3],
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Compared, RunError> {
    let compared = match rows.iter().any(Rows::is_spilled) {
        false => in_memory(rules, keep, rows)?,
        true => in_parts(settings, rules, keep, rows, progress)?,
    };
    compared.totals().values().for_each(Totals::prove);
    Ok(compared)
}

fn in_memory(rules: &Rules, keep: Keep, rows: [Rows; 3]) -> Result<Compared, RunError> {
    let candidates: Vec<_> = rows.into_iter().flat_map(Rows::into_memory).collect();
    let mut kept = Vec::new();
    let totals = compare_each(rules, keep, &candidates, &mut |found| {
        kept.push(found);
        Ok::<(), RunError>(())
    })?;
    Ok(Compared::new(totals, Kept::Memory(kept)))
}

/// What became of a part: its totals, and its findings in the file of the thread that compared it.
type Done = (BTreeMap<&'static str, Totals>, SortedRun);

fn in_parts(
    settings: &Settings,
    rules: &Rules,
    keep: Keep,
    rows: [Rows; 3],
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Compared, RunError> {
    let mut sides = Vec::new();
    for rows in rows {
        sides.push(rows.into_parts()?);
    }
    let parts = usize::from(settings.parts.get());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(0));
    let work = |index: usize| {
        let mut worker =
            Worker { rules, keep, sides: &sides, index, spill: Spill::create(&settings.directory)? };
        let mut compared = Vec::new();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return Ok((worker.spill, compared));
            }
            compared.push(worker.compare(part)?);
            let mut done = done.lock().expect("nothing panics while it is held");
            *done += 1;
            progress(*done, parts);
        }
    };
    let ended = on_threads(settings.threads.min(NonZero::from(settings.parts)), &work);
    let (mut totals, mut spills, mut runs) = (BTreeMap::<_, Totals>::new(), Vec::new(), Vec::new());
    for worker in ended {
        let (spill, compared): (Spill, Vec<Done>) = worker?;
        spills.push(spill);
        for (part, run) in compared {
            part.iter().for_each(|(code, part)| totals.entry(*code).or_default().merge(part));
            runs.push(run);
        }
    }
    Ok(Compared::new(totals, Kept::Runs { spills, runs }))
}

/// Does the same work on several threads, each with its number.
fn on_threads<T: Send>(
    threads: NonZero<usize>,
    work: &(dyn Fn(usize) -> Result<T, RunError> + Sync),
) -> Vec<Result<T, RunError>> {
    thread::scope(|scope| {
        let spawn = |index| scope.spawn(move || work(index));
        let spawned: Vec<_> = (0..threads.get()).map(spawn).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        spawned.into_iter().map(join).collect()
    })
}

/// Compares parts, and keeps what is kept in a file of its own.
struct Worker<'a> {
    rules: &'a Rules,
    keep: Keep,
    sides: &'a [Spilled],
    /// Its number, which is that of its file.
    index: usize,
    spill: Spill,
}

impl Worker<'_> {
    fn compare(&mut self, part: usize) -> Result<Done, RunError> {
        let mut candidates = Vec::with_capacity(self.sides.iter().map(|side| side.count(part)).sum());
        self.sides.iter().try_for_each(|side| side.read(part, &mut candidates))?;
        let (mut run, mut pending) = (SortedRun::new(self.index), Vec::new());
        let totals = compare_each(self.rules, self.keep, &candidates, &mut |found: Found| {
            found.write(&mut pending);
            if pending.len() >= BLOCK {
                run.blocks.push(self.spill.write(&pending)?);
                pending.clear();
            }
            Ok::<(), RunError>(())
        })?;
        if !pending.is_empty() {
            run.blocks.push(self.spill.write(&pending)?);
        }
        Ok((totals, run))
    }
}
