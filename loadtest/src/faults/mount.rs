//! Small file systems of their own, in images that are mounted through a loop device.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::NotTried;
use super::ground::{Ground, need_program, need_root};

/// A mounted image. It is unmounted when this is dropped.
pub(super) struct Mounted {
    image: PathBuf,
    at: PathBuf,
}

impl Mounted {
    /// Makes and mounts a file system of `kind`, `ext4` or `xfs`; skips the fault where that does not work.
    pub(super) fn make(ground: &Ground, kind: &str, megabytes: u64) -> Result<Mounted, NotTried> {
        need_root("mounting a file system")?;
        need_program(&format!("mkfs.{kind}"), "-V")?;
        let mounted = Mounted { image: ground.path(&format!("{kind}.image")), at: ground.path(kind) };
        std::fs::File::create(&mounted.image)?.set_len(megabytes << 20)?;
        std::fs::create_dir(&mounted.at)?;
        run(Command::new(format!("mkfs.{kind}")).arg("-q").arg(&mounted.image))?;
        mounted.mount().map_err(|error| NotTried::Skipped(format!("loop mounts do not work: {error}")))?;
        Ok(mounted)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.at
    }

    /// Forces it down: nothing that has not reached the image by now ever does, the journal included.
    pub(super) fn force_down(&self) -> io::Result<()> {
        run(Command::new("xfs_io").args(["-x", "-c", "shutdown"]).arg(&self.at))
    }

    /// Unmounts it and mounts it again, for which its journal is replayed.
    pub(super) fn again(&self) -> io::Result<()> {
        self.unmount()?;
        self.mount()
    }

    fn mount(&self) -> io::Result<()> {
        run(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.at))
    }

    fn unmount(&self) -> io::Result<()> {
        run(Command::new("umount").arg(&self.at))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Whoever still uses it keeps it until it lets go.
        if self.unmount().is_err() {
            drop(run(Command::new("umount").arg("--lazy").arg(&self.at)));
        }
    }
}

/// Runs a command to its end; its words are the error.
pub(super) fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let program = command.get_program().to_string_lossy().into_owned();
    Err(io::Error::other(format!("{program} ended with {}: {words}", output.status)))
}
