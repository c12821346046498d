//! Tells the program which commit it was built from, where that is known.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for sources in ["../wal/src", "../engine/src", "../gateway", "src"] {
        println!("cargo:rerun-if-changed={sources}");
    }
    // What HEAD points to changes with every commit, and so does this file.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo:rerun-if-changed={log}");
    }
    if let Some(commit) = git(&["describe", "--always", "--dirty=+changes", "--exclude=*"]) {
        println!("cargo:rustc-env=LONGMEN_COMMIT={commit}");
    }
}

/// What git says, if there is a git and this is its checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
