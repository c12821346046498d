//! A run of `longmen reconcile`: how long it took, how much memory, and what it found.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::day::{DATE, Day, Found};
use crate::process::{Process, lacks};

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What a run came to.
pub(super) struct Measured {
    pub(super) all: Duration,
    /// Until both files were closed.
    pub(super) reading: Duration,
    /// Bytes of memory that were resident, at most.
    pub(super) peak: u64,
    /// The same until both files were closed.
    pub(super) peak_reading: u64,
    /// Findings by class and fate as its page has them.
    pub(super) told: Found,
    /// The same in the file of differences.
    pub(super) written: Found,
}

impl Measured {
    /// Runs the program over a day.
    pub(super) fn of(longmen: &Path, day: &Day) -> Result<Measured, Box<dyn Error>> {
        let (page, breaks) = (day.directory.join("page"), day.directory.join("breaks.csv"));
        let started = Instant::now();
        let mut child = Command::new(longmen)
            .args(["reconcile", "--format", "wechat-trade", "--date", DATE, "--temp"])
            .args([&day.directory, &day.book, &day.file])
            .arg("--hung-before")
            .arg(&day.hung)
            .arg("--hung-after")
            .arg(day.directory.join("hung-after.csv"))
            .arg("--breaks")
            .arg(&breaks)
            .env("COLUMNS", "200")
            .stdin(Stdio::null())
            .stdout(File::create(&page)?)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", longmen.display()))?;
        let Watched { reading, peak, peak_reading } = watch(&mut child, day, started)?;
        let (status, all) = (child.wait()?, started.elapsed());
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("longmen reconcile ended with {status}").into());
        }
        let (told, written) = (on_page(&fs::read_to_string(page)?), in_table(&breaks)?);
        Ok(Measured { all, reading, peak, peak_reading, told, written })
    }
}

#[derive(Default)]
struct Watched {
    reading: Duration,
    peak: u64,
    peak_reading: u64,
}

/// Looks at the process until it ends.
fn watch(child: &mut Child, day: &Day, started: Instant) -> Result<Watched, Box<dyn Error>> {
    let (process, mut watched, mut has_read) = (Process(child.id()), Watched::default(), false);
    while child.try_wait()?.is_none() {
        // It may end while it is looked at.
        if let Ok(look) = process.look()
            && let Ok(status) = look.status()
            && let Some(most) = status.vmhwm
        {
            watched.peak = most * 1_024;
            let reads = look.fd().is_ok_and(|open| {
                open.flatten().any(|one| {
                    matches!(one.target, procfs::process::FDTarget::Path(path) if path == day.book || path == day.file)
                })
            });
            has_read |= reads;
            if reads || !has_read {
                (watched.reading, watched.peak_reading) = (started.elapsed(), watched.peak);
            }
        }
        thread::sleep(LOOK);
    }
    if watched.peak == 0 { Err(lacks("VmHWM").into()) } else { Ok(watched) }
}

/// The classes of the page: name, fate, rows.
fn on_page(page: &str) -> Found {
    let mut found = BTreeMap::new();
    let lines =
        page.lines().skip_while(|line| !line.starts_with("class")).take_while(|line| !line.is_empty());
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [class, fate, rows, _] = words[..]
            && let Ok(rows) = rows.replace(',', "").parse()
        {
            found.insert((class.to_owned(), fate.to_owned()), rows);
        }
    }
    found
}

/// The classes in the file of differences, where they stand in the fifth and sixth column.
fn in_table(breaks: &Path) -> Result<Found, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for line in BufReader::new(File::open(breaks)?).lines().skip(1) {
        let line = line?;
        let cells: Vec<&str> = line.split(',').collect();
        let [_, _, _, _, class, fate, ..] = cells[..] else {
            return Err("a row of differences is short".into());
        };
        *found.entry((class.to_owned(), fate.to_owned())).or_default() += 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_from_the_page() {
        let page = "2024-06-18 CNY: 2 rows in the books, 2 in the file\nclass    rows  explains\n\
                    -----\nmatched  closed  1,234  0.00\nlong  hung  7  1,000.00\n\nWhat the books have\nlong  open  9  1\n";
        let found = on_page(page);
        let expect = [(("long", "hung"), 7), (("matched", "closed"), 1_234)];
        let expect = expect.map(|((class, fate), rows)| ((class.to_owned(), fate.to_owned()), rows));
        assert_eq!(found, BTreeMap::from(expect));
    }
}
