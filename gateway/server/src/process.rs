//! A node as a process of its own, so that it can be killed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::meters::{METERS_LINE, MeterLine};
use crate::watch::Watch;

/// What a node prints on its standard output, followed by its address, once it serves.
pub const READY_LINE: &str = "listening on ";

/// How to start a node: the running executable, with the arguments that make it one.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Another executable than the running one.
    pub executable: Option<PathBuf>,
    /// The subcommand that serves.
    pub subcommand: &'static str,
    /// The data directory.
    pub data: PathBuf,
    /// Shards; `None` for what is usual on this machine.
    pub shards: Option<u16>,
    /// Bytes of a log segment; `None` for what is usual.
    pub segment_bytes: Option<u64>,
    /// Bytes of log from snapshot to snapshot; `None` for what is usual.
    pub snapshot_bytes: Option<u64>,
    /// Ids of a generation of known ids; `None` for what is usual.
    pub known_ids: Option<u32>,
    /// How everything on disk is read again; `None` for what is usual.
    pub scrub: Option<ScrubPace>,
    /// A file with the clients' tokens; `None` for a node that takes every name at its word.
    pub tokens: Option<PathBuf>,
    /// A file with principals and roles, beside one of tokens; `None` for a node without.
    pub access: Option<PathBuf>,
    /// Its certificate and its key; `None` for a node in plain text.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How frames reach their file; `None` for what is usual.
    pub write_path: Option<&'static str>,
    /// A program that starts the node and leaves it to its caller as its own process, with its arguments.
    pub under: Vec<OsString>,
    /// Variables of its environment.
    pub variables: Vec<(OsString, OsString)>,
    /// Where its standard error goes, if not to this process's: then it also tells what recovery found.
    pub tells: Option<PathBuf>,
    /// Who ends it when this process is interrupted. A terminal's Ctrl-C does not reach it then.
    pub watch: Option<Watch>,
}

/// How a node reads everything on disk again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubPace {
    /// Bytes a second; 0: not at all.
    pub bytes_per_second: u64,
    /// Seconds from the beginning of a pass to that of the next.
    pub every_seconds: u64,
}

/// Why a node did not start, or did not stop.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The process could not be made or watched.
    #[error("the node's process: {0}")]
    Process(#[from] io::Error),
    /// It ended, or said something else, before it said where it listens.
    #[error("the node did not start: {said}")]
    NotReady {
        /// What it said instead, or how it ended.
        said: String,
        /// How it ended, if it did.
        status: Option<ExitStatus>,
    },
    /// It did not end in time after it was asked to.
    #[error("the node did not stop within {0:?} of being asked to")]
    NotStopped(Duration),
    /// It did not say where its time went.
    #[error("the node did not tell its meters: {said}")]
    NoMeters {
        /// What it said instead.
        said: String,
    },
    /// It ended with an error after it was asked to stop.
    #[error("the node ended with {0} when it was asked to stop")]
    Failed(ExitStatus),
}

impl Launch {
    /// A node on `data` with what is usual; `subcommand` is the one of the running executable that serves.
    #[must_use]
    pub fn new(subcommand: &'static str, data: &Path) -> Launch {
        let data = data.to_owned();
        Launch {
            executable: None,
            subcommand,
            data,
            shards: None,
            segment_bytes: None,
            snapshot_bytes: None,
            known_ids: None,
            scrub: None,
            tokens: None,
            access: None,
            tls: None,
            write_path: None,
            under: Vec::new(),
            variables: Vec::new(),
            tells: None,
            watch: None,
        }
    }

    /// Starts the node and waits until it serves.
    ///
    /// # Errors
    /// [`NodeError`], when the process cannot be made or ends before it serves.
    pub fn start(&self) -> Result<NodeProcess, NodeError> {
        let mut command = self.command()?;
        command.stdout(Stdio::piped());
        let mut child = match &self.watch {
            Some(watch) => watch.over(|| command.process_group(0).spawn())?,
            None => command.spawn()?,
        };
        let stdout = child.stdout.take().expect("its standard output is a pipe");
        let watch = self.watch.clone();
        let mut node = NodeProcess { child, stdout: BufReader::new(stdout), address: None, watch };
        node.await_address()?;
        Ok(node)
    }

    /// Starts the node and kills it `after` so long, whatever it is doing then.
    ///
    /// # Errors
    /// If the process cannot be made or killed.
    pub fn start_and_kill(&self, after: Duration) -> io::Result<()> {
        let mut child = self.command()?.stdout(Stdio::null()).spawn()?;
        std::thread::sleep(after);
        child.kill()?;
        child.wait().map(drop)
    }

    fn command(&self) -> io::Result<Command> {
        let executable = self.executable.clone().map_or_else(std::env::current_exe, Ok)?;
        let mut words = self.under.iter().cloned().chain([executable.into_os_string()]);
        let mut command = Command::new(words.next().expect("the executable is the last of them"));
        command.args(words).args(self.arguments()).stdin(Stdio::null());
        command.envs(self.variables.iter().cloned());
        if let Some(path) = &self.tells {
            command.stderr(File::create(path)?);
        }
        Ok(command)
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            vec![self.subcommand.into(), "--data".into(), self.data.clone().into()];
        arguments.extend(["--listen", "127.0.0.1:0"].map(OsString::from));
        if self.tells.is_none() {
            arguments.push("--quiet".into());
        }
        if let Some(shards) = self.shards {
            arguments.extend(["--shards".into(), shards.to_string().into()]);
        }
        if let Some(bytes) = self.segment_bytes {
            arguments.extend(["--segment-size".into(), bytes.to_string().into()]);
        }
        if let Some(bytes) = self.snapshot_bytes {
            arguments.extend(["--snapshot-bytes".into(), bytes.to_string().into()]);
        }
        if let Some(path) = self.write_path {
            arguments.extend(["--write-path", path].map(OsString::from));
        }
        if let Some(ids) = self.known_ids {
            arguments.extend(["--known-ids".into(), ids.to_string().into()]);
        }
        if let Some(ScrubPace { bytes_per_second, every_seconds }) = self.scrub {
            arguments.extend(["--scrub-rate".into(), bytes_per_second.to_string().into()]);
            arguments.extend(["--scrub-every".into(), every_seconds.to_string().into()]);
        }
        if let Some(tokens) = &self.tokens {
            arguments.extend(["--tokens".into(), tokens.into()]);
        }
        if let Some(access) = &self.access {
            arguments.extend(["--access".into(), access.into()]);
        }
        if let Some((certificate, key)) = &self.tls {
            arguments.extend(["--tls-cert".into(), certificate.into(), "--tls-key".into(), key.into()]);
        }
        arguments
    }
}

/// A node that runs as a child of this process. It is killed when this is dropped.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: Option<SocketAddr>,
    watch: Option<Watch>,
}

impl NodeProcess {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address.expect("a node is only handed out once it has said where it listens")
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: it has no say in it.
    ///
    /// # Errors
    /// If it cannot be killed or waited for.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.forget();
        Ok(())
    }

    /// Nobody need end what has ended: its number may be another's next.
    fn forget(&self) {
        self.watch.iter().for_each(|watch| watch.forget(&self.child));
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// If it cannot be watched.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// SIGTERM, and waits for a clean end.
    ///
    /// # Errors
    /// [`NodeError`], when it does not end within `limit`, or ends with an error.
    pub fn stop(&mut self, limit: Duration) -> Result<(), NodeError> {
        self.signal(Signal::TERM)?;
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(NodeError::Failed(status)),
                None if Instant::now() > deadline => return Err(NodeError::NotStopped(limit)),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Where its time went since this was last asked, or since it started.
    ///
    /// # Errors
    /// [`NodeError`], when it does not say.
    pub fn meters(&mut self) -> Result<Vec<MeterLine>, NodeError> {
        self.signal(Signal::USR1)?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let lines = line.strip_prefix(METERS_LINE).and_then(|json| serde_json::from_str(json).ok());
        lines.ok_or_else(|| NodeError::NoMeters { said: line.trim_end().to_owned() })
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let process = Pid::from_child(&self.child);
        kill_process(process, signal).map_err(io::Error::from)
    }

    fn await_address(&mut self) -> Result<(), NodeError> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.stdout.read_line(&mut line)? == 0 {
                let status = self.child.wait()?;
                let said = format!("it ended with {status}");
                return Err(NodeError::NotReady { said, status: Some(status) });
            }
            if let Some(address) = line.trim_end().strip_prefix(READY_LINE) {
                let unread = |_| NodeError::NotReady { said: line.clone(), status: None };
                let address = address.parse().map_err(unread)?;
                self.address = Some(address);
                return Ok(());
            }
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Killing what has ended already is no error that anyone could act on.
        drop(self.child.kill());
        drop(self.child.wait());
        self.forget();
    }
}
