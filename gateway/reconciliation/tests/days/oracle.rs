//! An outside program that compares the same files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the outside program finds in the days below a directory, line by line, in order.
pub(crate) fn found(directory: &Path) -> Vec<String> {
    let python = python().unwrap_or_else(|why| panic!("a Python with duckdb is needed:\n{why}"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recon_oracle.py");
    run(Command::new(python).arg("-B").arg(script).arg(directory).env("LC_ALL", "C.UTF-8"))
        .unwrap_or_else(|said| panic!("{said}"));
    let mut lines: Vec<String> =
        fs::read_to_string(directory.join("found")).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// A Python of our own below the target directory, with the package that the script needs.
fn python() -> Result<PathBuf, String> {
    static MADE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-days");
    let own = home.join("bin/python3");
    if run(Command::new(&own).args(["-c", "import duckdb"])).is_err() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "duckdb"]))?;
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
