//! Errors and delays that strace puts into the system calls of a node.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use procfs::process::Task;

use crate::process::Process;

/// How long strace may take to hold a thread.
const LIMIT: Duration = Duration::from_secs(5);

/// The words before a command that put `injection` into every thread of it, from its beginning. The command stays its
/// caller's own child.
pub(super) fn under(call: &str, injection: &str, output: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = ["strace", "-D", "-f", "-qq", "-o"].map(OsString::from).into();
    words.push(output.into());
    words.extend(["-e".into(), format!("trace={call}").into()]);
    if !injection.is_empty() {
        words.extend(["-e".into(), format!("inject={call}:{injection}").into()]);
    }
    words
}

/// strace on one thread that runs already. It lets go when this is dropped.
pub(super) struct Attached {
    strace: Child,
    output: PathBuf,
}

impl Attached {
    /// Holds the thread and waits until it is held.
    pub(super) fn to(thread: u32, call: &str, injection: &str, output: &Path) -> io::Result<Attached> {
        let mut command = Command::new("strace");
        command.args(["-qq", "-o"]).arg(output).args(["-e", &format!("trace={call}")]);
        if !injection.is_empty() {
            command.args(["-e", &format!("inject={call}:{injection}")]);
        }
        command.args(["-p", &thread.to_string()]);
        let strace = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let attached = Attached { strace, output: output.to_owned() };
        let deadline = Instant::now() + LIMIT;
        while !is_traced(thread)? {
            if Instant::now() > deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "strace does not hold the thread"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(attached)
    }

    /// Lets go, and gives what it saw.
    pub(super) fn finish(mut self) -> io::Result<Seen> {
        let process = rustix::process::Pid::from_child(&self.strace);
        if self.strace.try_wait()?.is_none() {
            rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
        }
        self.strace.wait()?;
        Seen::read(&self.output)
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // Killing what has ended already is no error that anyone could act on.
        drop(self.strace.kill());
        drop(self.strace.wait());
    }
}

/// What strace wrote.
pub(super) struct Seen {
    /// Calls.
    pub(super) calls: u32,
    /// Of them, those that were given an error.
    pub(super) injected: u32,
    /// The first that was, as strace shows it.
    pub(super) first: Option<String>,
}

impl Seen {
    pub(super) fn read(output: &Path) -> io::Result<Seen> {
        let text = fs::read_to_string(output)?;
        let calls = text.lines().filter(|line| line.contains('(') && !line.contains(" resumed>"));
        let injected: Vec<&str> = text.lines().filter(|line| line.contains("(INJECTED")).collect();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Seen {
            calls: count(calls.count()),
            injected: count(injected.len()),
            first: injected.first().map(|line| (*line).to_owned()),
        })
    }
}

/// The most calls that any one thread made, of a run under [`under`]: errors are counted by thread.
pub(super) fn most_of_a_thread(output: &Path) -> io::Result<u32> {
    let text = fs::read_to_string(output)?;
    let mut counts = std::collections::HashMap::<&str, u32>::new();
    for line in text.lines().filter(|line| line.contains('(') && !line.contains(" resumed>")) {
        *counts.entry(line.split_whitespace().next().unwrap_or("")).or_default() += 1;
    }
    Ok(counts.values().copied().max().unwrap_or(0))
}

/// The threads of a process by name.
pub(super) fn threads(process: u32) -> io::Result<Vec<(String, u32)>> {
    let named = |thread: Task| {
        let name = thread.stat().map_err(io::Error::other)?.comm;
        Ok((name, u32::try_from(thread.tid).map_err(io::Error::other)?))
    };
    Process(process).threads()?.into_iter().map(named).collect()
}

fn is_traced(thread: u32) -> io::Result<bool> {
    let status = Process(thread).look()?.status().map_err(io::Error::other)?;
    Ok(status.tracerpid != 0)
}
