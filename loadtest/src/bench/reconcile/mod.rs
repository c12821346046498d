//! `longmen reconcile` by size, as a process of its own.

pub mod command;
mod day;
mod measured;

use std::error::Error;
use std::path::PathBuf;

use longmen_terminal::grouped;
use longmen_workload::measure::float;

use self::day::Day;
use self::measured::Measured;
use super::sheet::{Column, Sheet, SheetRow, Unit};

/// What is measured, and on what.
#[derive(Clone, Debug)]
pub struct ReconcileSettings {
    /// Rows of a side, a run for each.
    pub rows: Vec<u64>,
    /// The part of the rows that differ.
    pub differing: f64,
    /// What the files are made from.
    pub seed: u64,
    /// The program, where it is not beside this one.
    pub longmen: Option<PathBuf>,
    /// Where files are made.
    pub data: PathBuf,
}

const COLUMNS: [Column; 7] = [
    Column { key: "seconds", head: "all", unit: Unit::Seconds },
    Column { key: "read_seconds", head: "reading", unit: Unit::Seconds },
    Column { key: "compare_seconds", head: "comparing, writing", unit: Unit::Seconds },
    Column { key: "rate", head: "rows of a side", unit: Unit::Rate },
    Column { key: "peak", head: "memory at most", unit: Unit::Bytes },
    Column { key: "peak_reading", head: "while reading", unit: Unit::Bytes },
    Column { key: "input", head: "both files", unit: Unit::Bytes },
];

/// Makes a day of each size, has it compared, and holds what was found to what was planted.
///
/// # Errors
/// When the program cannot be run, or a file not be written.
pub fn reconcile(settings: &ReconcileSettings) -> Result<Sheet, Box<dyn Error>> {
    let longmen = match &settings.longmen {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("longmen"),
    };
    let title = "longmen reconcile: books against a channel's file, by rows of a side";
    let mut sheet = Sheet { subject: "rows of a side", ..Sheet::new("reconcile", title, &COLUMNS) };
    for rows in &settings.rows {
        let directory = tempfile::tempdir_in(&settings.data)?;
        let day = Day::make(directory.path(), *rows, settings.differing, settings.seed)?;
        let measured = Measured::of(&longmen, &day)?;
        let label = grouped(*rows);
        for words in day.differences(&measured) {
            sheet.differences.push(format!("{label} rows: {words}"));
        }
        let Measured { all, reading, peak, peak_reading, .. } = measured;
        let seconds = [all, reading, all - reading].map(|time| time.as_secs_f64());
        let rate = float(*rows) / seconds[0];
        let figures = [rate, float(peak), float(peak_reading), float(day.input)];
        let cells = seconds.into_iter().chain(figures).map(Some).collect();
        sheet.rows.push(SheetRow { label, at: Some(float(*rows)), cells, held: None });
    }
    Ok(sheet)
}
