//! The end of a command that runs nodes of its own, when it is interrupted or panics: nothing of it is left behind.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use longmen_server::Watch;
use tokio::signal::unix::{SignalKind, signal};

use crate::output::remark;

/// What a shell gives as the exit code of a command that SIGINT ended, and SIGTERM.
const INTERRUPTED: i32 = 130;
const TERMINATED: i32 = 143;

/// Whether a signal came: from then on the thread that waits for signals ends the process.
static INTERRUPTION: AtomicBool = AtomicBool::new(false);

/// Returns at once, and never where a signal came: a command whose node was ended under it meets a broken connection, and that
/// must be neither told nor become the exit code.
pub(crate) fn leave_the_last_word() {
    while INTERRUPTION.load(Ordering::Acquire) {
        thread::park();
    }
}

/// What has to go.
#[derive(Clone)]
struct Leftovers {
    node: Watch,
    directory: PathBuf,
}

/// From now on SIGINT, SIGTERM and a panic kill the node that is watched and remove `directory`, before the command ends.
/// Both are there only for it. A thread waits for the signals: the command itself may be busy.
pub(crate) fn leave_nothing_behind(node: &Watch, directory: &Path) -> io::Result<()> {
    let leftovers = Leftovers { node: node.clone(), directory: directory.to_owned() };
    let of_a_panic = leftovers.clone();
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        say(panic);
        of_a_panic.remove();
    }));
    let (armed, arming) = channel();
    thread::Builder::new().name("interruption".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let waited = runtime.and_then(|runtime| {
            runtime.block_on(async {
                let mut interrupt = signal(SignalKind::interrupt())?;
                let mut terminate = signal(SignalKind::terminate())?;
                drop(armed.send(Ok(())));
                Ok(tokio::select! {
                    _ = interrupt.recv() => INTERRUPTED,
                    _ = terminate.recv() => TERMINATED,
                })
            })
        });
        match waited {
            Ok(code) => {
                INTERRUPTION.store(true, Ordering::Release);
                leftovers.remove();
                std::process::exit(code);
            }
            Err(error) => drop(armed.send(Err(error))),
        }
    })?;
    arming.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
}

impl Leftovers {
    fn remove(&self) {
        if let Err(error) = self.node.end() {
            remark(format_args!("its node could not be ended: {error}"));
        }
        // Another may be removing it, or the killed node still writes to it: once more.
        let removed = std::fs::remove_dir_all(&self.directory).or_else(|_| match self.directory.exists() {
            true => std::fs::remove_dir_all(&self.directory),
            false => Ok(()),
        });
        let path = self.directory.display();
        match removed {
            Ok(()) => remark(format_args!("interrupted; its node is ended, and {path} is removed")),
            Err(error) => remark(format_args!("interrupted; {path} could not be removed: {error}")),
        }
    }
}
