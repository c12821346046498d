//! Runs the program.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs the program with these arguments to its end, where tables have room for all.
pub(crate) fn longmen(arguments: &[&str]) -> Ran {
    longmen_in("400", arguments)
}

/// Runs the program with these arguments, on a terminal of so many columns.
pub(crate) fn longmen_in(columns: &str, arguments: &[&str]) -> Ran {
    let output = command(arguments).env("COLUMNS", columns).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program with these arguments, with nobody to read what it prints; its exit code.
pub(crate) fn unread(arguments: &[&str]) -> Option<i32> {
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    };
    command(arguments).stdout(closed()).stderr(closed()).status().unwrap().code()
}

/// Serves `data` where nothing that a node says can be written, tells it to stop as soon as it obeys, and gives the exit
/// code.
pub(crate) fn ended_unheard(data: &Path) -> Option<i32> {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let mut child = command(&serving(data, &[])).stdout(full()).stderr(full()).spawn().unwrap();
    let id = child.id().to_string();
    loop {
        if let Some(ended) = child.try_wait().unwrap() {
            return ended.code();
        }
        // The signals that it catches, one bit each.
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        if u64::from_str_radix(caught.trim(), 16).unwrap() & 1 << (15 - 1) != 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    child.wait().unwrap().code()
}

/// Begins to run the program with these arguments, with nobody to read what it prints.
pub(crate) fn begun(arguments: &[&str]) -> Child {
    command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longmen"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// How a node serves `data` on a free port.
fn serving<'a>(data: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let small = ["--segment-size", "8388608", "--listen", "127.0.0.1:0"];
    [&["serve", "--data", data.to_str().unwrap()][..], &small, more].concat()
}

/// A node that `longmen serve` runs; killed when dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) addr: String,
}

impl Served {
    /// Serves `data` on a free port.
    pub(crate) fn start(data: &Path, shards: &str) -> Served {
        Served::start_with(data, &["--shards", shards])
    }

    /// The same, with these options.
    pub(crate) fn start_with(data: &Path, options: &[&str]) -> Served {
        Served::spawn(command(&serving(data, options)).stderr(Stdio::null()))
    }

    /// The same under a limit of open files, as `ulimit` takes it.
    pub(crate) fn with_open_files(data: &Path, limit: &str) -> Served {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_longmen")]);
        command.args(serving(data, &[])).stdin(Stdio::null()).stderr(Stdio::null());
        Served::spawn(&mut command)
    }

    /// Serves `data` and has what it says of itself written to a file.
    pub(crate) fn told(data: &Path, more: &[&str], said: &Path) -> Served {
        let said = File::create(said).unwrap();
        Served::spawn(command(&serving(data, more)).stderr(said))
    }

    /// Serves by this command line for a shell, on a free port.
    pub(crate) fn by(line: &str) -> Served {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {line} --listen 127.0.0.1:0")]).stdin(Stdio::null());
        Served::spawn(command.stderr(Stdio::null()))
    }

    fn spawn(command: &mut Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr =
            line.trim_end().strip_prefix("listening on ").expect("the line that says where").to_owned();
        Served { child, addr }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Sends a signal by its name and gives the exit code.
    pub(crate) fn end_by(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
