//! Day counts against QuantLib, which shares nothing with the crate.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use longmen_interest::DayCount;
use longmen_ledger::Date;
use proptest::prelude::*;
use strum::VariantArray as _;

proptest! {
    /// Days go on: a later end never has fewer, and a year's part is nothing only where there are none.
    #[test]
    fn days_never_run_backwards(from in 0_u32..40_000, length in 0_u32..2_000) {
        let date = |days| Date::from_days(days).unwrap();
        for day_count in DayCount::VARIANTS {
            let days = day_count.days(date(from), date(from + length));
            let next = day_count.days(date(from), date(from + length + 1));
            prop_assert!(days >= 0 && next >= days, "{day_count} from {}: {days}, {next}", date(from));
            let (numerator, denominator) = day_count.year_fraction(date(from), date(from + length));
            prop_assert!(denominator > 0 && (numerator == 0) == (days == 0));
        }
    }
}

#[test]
fn day_counts_are_those_of_quantlib() {
    let mut lines = String::new();
    let mut write = |from: u32, to: u32| {
        let (from, to) = (Date::from_days(from).unwrap(), Date::from_days(to).unwrap());
        for day_count in DayCount::VARIANTS {
            let (numerator, denominator) = day_count.year_fraction(from, to);
            let days = day_count.days(from, to);
            writeln!(lines, "{day_count},{from},{to},{days},{numerator},{denominator}").unwrap();
        }
    };
    // Each pair of days around ends of months, over leap years, and a century's.
    let first = Date::parse("2095-12-20").unwrap().days();
    let leap = Date::parse("2023-12-20").unwrap().days();
    for start in [leap, first] {
        for from in 0..440 {
            for to in (from..440).step_by(7).chain([from + 365, from + 366, from + 1_461]) {
                write(start + from, start + to);
            }
        }
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interest-day-counts.csv");
    fs::write(&directory, &lines).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quantlib/day_counts.py");
    let python = python().unwrap_or_else(|why| panic!("a Python with QuantLib is needed:\n{why}"));
    let said = run(Command::new(python).arg("-B").arg(script).arg(&directory)).unwrap();
    assert_eq!(said.trim(), format!("{} day counts agree", lines.lines().count()));
}

/// A Python of our own below the target directory, with the packages that the script needs.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-quantlib");
    let own = home.join("bin/python3");
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quantlib/requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    let has_it = run(Command::new(&own).args(["-m", "pip", "freeze"]));
    if !has_it.is_ok_and(|has| wanted.lines().all(|line| has.contains(line))) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements))?;
    }
    Ok(own)
}

/// Runs a command to its end; what it printed, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    if status.success() { Ok(said) } else { Err(format!("{command:?} ended with {status}:\n{said}")) }
}
