//! A private PostgreSQL server on a temporary directory, reached over a Unix socket in it.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::error::PeerError;

/// Where Debian's packages put the programs, below the number of the version.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// The user that Debian's package makes, and the one that the cluster belongs to inside.
const USER: &str = "postgres";
const READY_LIMIT: Duration = Duration::from_secs(30);
/// What is not as it comes: memory that suits the machine, room for the log, and nobody from outside. Commits are
/// synced before they are answered, as is usual; it is said again here because everything hangs on it.
const OPTIONS: [&str; 9] = [
    "listen_addresses=",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=1GB",
    "max_wal_size=8GB",
    "checkpoint_timeout=15min",
    "max_connections=200",
    "logging_collector=off",
];

/// A running server; it is ended when this is dropped, and its directory goes.
pub(super) struct Cluster {
    server: Child,
    directory: TempDir,
    version: String,
}

/// Whom the programs run as, where that is not who runs this.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Cluster {
    /// Makes a cluster below `data`, or where temporary files go, and starts its server.
    pub(super) async fn start(data: Option<&Path>) -> Result<Cluster, PeerError> {
        let programs = programs().ok_or(PeerError::NotInstalled)?;
        let owner = if getuid().is_root() { Some(Owner::of(USER)?) } else { None };
        let mut builder = tempfile::Builder::new();
        builder.prefix("longmen-peer-");
        let directory = match data {
            Some(data) => builder.tempdir_in(data)?,
            None => builder.tempdir()?,
        };
        if let Some(owner) = owner {
            chown(directory.path(), Some(owner.user), Some(owner.group))?;
        }
        let run = |name: &str| command(&programs.join(name), directory.path(), owner);
        let options =
            ["--auth=trust", "--encoding=UTF8", "--no-locale", "--username", USER, "--pgdata=cluster"];
        said("initdb", run("initdb").args(options))?;
        let version = said("postgres", run("postgres").arg("--version"))?;
        let mut server = run("postgres");
        server.args(["-D", "cluster", "-k"]).arg(directory.path());
        OPTIONS.iter().for_each(|option| _ = server.args(["-c", option]));
        // Its log is kept where the cluster is: it is only of use while somebody looks for a fault.
        let log = fs::File::create(directory.path().join("server.log"))?;
        let server = server.stdout(log.try_clone()?).stderr(log).spawn()?;
        let cluster = Cluster { server, directory, version };
        cluster.await_ready().await?;
        Ok(cluster)
    }

    /// Its version, as it says.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.directory.path()).user(USER).dbname("postgres");
        let (client, connection) = config.connect(NoTls).await?;
        // Its end is seen by whoever waits for an answer.
        tokio::spawn(async { drop(connection.await) });
        Ok(client)
    }

    /// Ends the server, in order.
    pub(super) fn stop(mut self) -> Result<(), PeerError> {
        kill_process(Pid::from_child(&self.server), Signal::INT).map_err(io::Error::from)?;
        let status = self.server.wait()?;
        let program = "postgres".to_owned();
        if status.success() { Ok(()) } else { Err(PeerError::Failed { program, said: status.to_string() }) }
    }

    async fn await_ready(&self) -> Result<(), PeerError> {
        let deadline = Instant::now() + READY_LIMIT;
        loop {
            match self.connect().await {
                Ok(_) => return Ok(()),
                Err(last) if Instant::now() > deadline => {
                    return Err(PeerError::NotReady { seconds: READY_LIMIT.as_secs(), last: Box::new(last) });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A server that was stopped has been waited for, and its id may be another's by now.
        if matches!(self.server.try_wait(), Ok(None)) {
            kill_process(Pid::from_child(&self.server), Signal::QUIT).ok();
            drop(self.server.wait());
        }
    }
}

impl Owner {
    fn of(user: &str) -> Result<Owner, PeerError> {
        let id = |which: &str| -> Option<u32> {
            let output = Command::new("id").args([which, user]).stderr(Stdio::null()).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        let (Some(user), Some(group)) = (id("-u"), id("-g")) else { return Err(PeerError::NoUser) };
        Ok(Owner { user, group })
    }
}

/// Whether its programs are where Debian's package puts them.
#[must_use]
pub fn is_installed() -> bool {
    programs().is_some()
}

/// The directory of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(PROGRAMS).ok()?.filter_map(Result::ok);
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((number(&entry.path())?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").exists() && programs.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

fn command(program: &Path, directory: &Path, owner: Option<Owner>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).stdin(Stdio::null());
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

/// What a program prints.
fn said(program: &str, command: &mut Command) -> Result<String, PeerError> {
    let output = command.output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(PeerError::Failed { program: program.to_owned(), said: text(&output.stderr) }),
    }
}
