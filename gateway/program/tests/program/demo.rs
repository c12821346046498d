//! The demonstration: what it leaves behind when it is interrupted, and what it says to do next.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::longmen::{Served, longmen_in};

/// Processes with this directory on their command lines.
fn processes_on(directory: &Path) -> usize {
    let directory = directory.to_str().unwrap();
    // A process may end while it is looked at.
    let command_line = |entry: &fs::DirEntry| fs::read(entry.path().join("cmdline")).unwrap_or_default();
    let is_on = |entry: &fs::DirEntry| String::from_utf8_lossy(&command_line(entry)).contains(directory);
    fs::read_dir("/proc").unwrap().map(Result::unwrap).filter(is_on).count()
}

#[test]
fn an_interrupted_demo_leaves_no_node_and_no_data_behind() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let directory = tempfile::tempdir().unwrap();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_longmen"))
            .arg("demo")
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Its accounts are open: the node runs, its segments are made, and it goes on for many seconds.
        let lines = BufReader::new(demo.stdout.take().unwrap()).lines();
        assert!(lines.map(Result::unwrap).any(|line| line.contains("are open")));
        assert_eq!(processes_on(directory.path()), 1);
        let id = demo.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        assert_eq!(demo.wait().unwrap().code(), Some(code));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "the data is removed");
        assert_eq!(processes_on(directory.path()), 0, "the node is gone");
    }
}

#[test]
fn what_the_demo_suggests_can_be_run_as_printed() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("the books");
    let shown = longmen_in("100", &["demo", "--transactions", "400", "--data", data.to_str().unwrap()]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let (before, next) = shown.out.split_once("What next:\n").unwrap();
    let told = before.lines().skip_while(|line| !line.contains("SIGKILL after"));
    let told: Vec<&str> = told.take_while(|line| !line.is_empty()).collect();
    assert!((2..=4).contains(&told.len()) && told.iter().all(|line| line.len() <= 100), "{before}");
    let commands: Vec<&str> = next.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(commands.len(), 5, "{next}");
    let run = |command: &str| {
        let ran = Command::new("sh").arg("-c").arg(command).stdin(Stdio::null()).output().unwrap();
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    let mut served = None;
    for command in commands {
        // All but the port, which others may have taken.
        let (before, why) = command.split_once('#').unwrap();
        match &served {
            None if before.contains(" serve ") => served = Some(Served::by(before)),
            None => run(command),
            Some(Served { addr, .. }) => run(&format!("{before} --addr {addr} # {why}")),
        }
    }
    assert_eq!(served.unwrap().end_by("TERM"), Some(0));
}
