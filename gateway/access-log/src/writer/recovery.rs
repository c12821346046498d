//! Where a log ends that another process wrote, and what of its last line is not whole.

use std::io;
use std::os::unix::fs::FileExt;

use super::DAY_US;
use crate::chain::Chain;
use crate::event::Event;
use crate::folder::Folder;
use crate::lines::{Lines, LinesError};
use crate::opening::Opening;

/// Where a log ends.
pub(super) struct Found {
    pub(super) chain: Chain,
    pub(super) next: Next,
    /// What the log has to say of it.
    pub(super) event: Option<Event>,
}

/// How to go on.
pub(super) enum Next {
    /// In the file that is there, behind so many bytes.
    GoOn { number: u64, length: u64, day: i64 },
    /// In one that begins.
    Begin { number: u64, why: &'static str },
}

/// What a file holds.
#[derive(Default)]
struct Held {
    /// Its chain to its last line that holds; `None`: not even the first one does.
    chain: Option<Chain>,
    /// Bytes of whole lines that hold.
    length: u64,
    /// Bytes behind them that are no whole line.
    torn: u64,
    day: i64,
    /// What does not hold, and is no torn line.
    broken: Option<String>,
}

/// Finds the end, and cuts off what is not whole there.
pub(super) fn find_end(folder: &Folder) -> io::Result<Found> {
    let numbers = folder.numbers().map_err(io::Error::other)?;
    let mut empty = None;
    for number in numbers.into_iter().rev() {
        let held = read(folder, number)?;
        if held.chain.is_none() && held.broken.is_none() {
            // The node ended when it had just made the file.
            folder.reopen(number)?.set_len(0)?;
            empty = Some(number);
            continue;
        }
        let chain = held.chain.unwrap_or_default();
        if let Some(what) = held.broken {
            let next = Next::Begin { number: empty.unwrap_or(number + 1), why: "broken" };
            return Ok(Found { chain, next, event: Some(Event::Broken { what }) });
        }
        folder.reopen(number)?.set_len(held.length)?;
        let event = (held.torn > 0).then_some(Event::Torn { bytes: held.torn });
        let next = match empty {
            Some(number) => Next::Begin { number, why: "size" },
            None => Next::GoOn { number, length: held.length, day: held.day },
        };
        return Ok(Found { chain, next, event });
    }
    let next = Next::Begin { number: empty.unwrap_or(1), why: "first" };
    Ok(Found { chain: Chain::default(), next, event: None })
}

fn read(folder: &Folder, number: u64) -> io::Result<Held> {
    let path = folder.file(number);
    let mut lines = Lines::open(&path).map_err(in_io)?;
    let mut held = Held::default();
    loop {
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(held),
            Err(LinesError::Io { source, .. }) => return Err(source),
            Err(too_long) => return Ok(Held { broken: Some(too_long.to_string()), ..held }),
        };
        let bytes = u64::try_from(line.len()).expect("a line is bounded");
        let followed = follow(&mut held, line);
        match (followed, lines.is_whole()) {
            (Ok(()), true) => held.length += bytes + 1,
            // All but its end was written.
            (Ok(()), false) => {
                folder.reopen(number)?.write_all_at(b"\n", held.length + bytes)?;
                return Ok(Held { length: held.length + bytes + 1, ..held });
            }
            (Err(_), false) => return Ok(Held { torn: bytes, ..held }),
            (Err(why), true) => {
                held.broken = Some(format!("{}, line {}: {why}", path.display(), lines.number()));
                return Ok(held);
            }
        }
    }
}

fn follow(held: &mut Held, line: &[u8]) -> Result<(), String> {
    let in_words = |broken: crate::Break| broken.to_string();
    if let Some(chain) = &mut held.chain {
        return chain.follow(line).map_err(in_words);
    }
    let opening = Opening::read(line).ok_or("it does not say whose log the file is of")?;
    let mut chain = opening.chain().ok_or("it has no number")?;
    chain.follow(line).map_err(in_words)?;
    (held.chain, held.day) = (Some(chain), opening.time_us.div_euclid(DAY_US));
    Ok(())
}

fn in_io(error: LinesError) -> io::Error {
    match error {
        LinesError::Io { source, .. } => source,
        other => io::Error::other(other),
    }
}
