//! The machine and the build that figures are of.

use std::io;
use std::path::Path;

use procfs::process::MountInfos;
use procfs::{CpuInfo, Current, LoadAverage, Meminfo};
use serde::{Deserialize, Serialize};

/// The priority that the journal's thread asks for.
const JOURNAL_PRIORITY: i32 = -15;

/// A machine, as far as it says what it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor.
    pub processor: String,
    /// Processors that this program may use.
    pub cores: usize,
    /// Memory in bytes.
    pub memory: u64,
    /// The kernel's release.
    pub kernel: String,
    /// File system and device of the data directory.
    pub file_system: String,
    /// Whether a thread may have the priority that the journal's asks for.
    pub journal_priority: bool,
    /// Load average of the last minute when the benchmark began.
    pub load: String,
    /// Version of this program.
    pub version: String,
    /// The commit that it was built from, if that is known.
    pub commit: Option<String>,
    /// Whether it was built with optimisation.
    pub release: bool,
}

impl Machine {
    /// This machine, with nodes that have their data below `data`.
    ///
    /// # Errors
    /// If the path of `data` cannot be resolved.
    pub fn here(data: &Path) -> io::Result<Machine> {
        let data = data.canonicalize()?;
        let processor = CpuInfo::current().ok().and_then(|all| all.model_name(0).map(str::to_owned));
        let mounts = procfs::process::Process::myself().and_then(|own| own.mountinfo());
        Ok(Machine {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism()?.get(),
            memory: Meminfo::current().map_or(0, |memory| memory.mem_total),
            kernel: format!("Linux {}", rustix::system::uname().release().to_string_lossy()),
            file_system: mounts
                .ok()
                .and_then(|mounts| file_system(&mounts, &data))
                .unwrap_or_else(|| "unknown".to_owned()),
            journal_priority: may_raise_priority(),
            load: LoadAverage::current()
                .map_or_else(|_| "unknown".to_owned(), |load| format!("{:.2}", load.one)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("LONGMEN_COMMIT").map(str::to_owned),
            release: !cfg!(debug_assertions),
        })
    }

    /// The description, as names and what stands beside them.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit behind the point")]
        let memory = self.memory as f64 / f64::from(1 << 30);
        let priority = match self.journal_priority {
            true => "raised, as it asks for",
            false => "normal: raising it is not permitted, expect longer latencies under load",
        };
        let build =
            if self.release { "release build" } else { "NOT a release build: no figure is worth anything" };
        let commit = self
            .commit
            .as_ref()
            .map_or_else(|| "commit not known".to_owned(), |commit| format!("commit {commit}"));
        vec![
            ("processor", format!("{} x {}", self.cores, self.processor)),
            ("memory", format!("{memory:.1} GiB")),
            ("kernel", self.kernel.clone()),
            ("file system of the data", self.file_system.clone()),
            ("journal's priority", priority.to_owned()),
            ("load average at the start", self.load.clone()),
            ("program", format!("{} {commit}, {build}", self.version)),
        ]
    }
}

/// The file system that `path` lies on: the mount with the longest path above it, the last of equal ones.
fn file_system(mounts: &MountInfos, path: &Path) -> Option<String> {
    let above = mounts.iter().filter(|mount| path.starts_with(&mount.mount_point));
    let nearest = above.max_by_key(|mount| mount.mount_point.as_os_str().len())?;
    let device = nearest.mount_source.as_deref().unwrap_or("none");
    Some(format!("{} on {device}", nearest.fs_type))
}

/// Tries it, as the journal does, with a thread that ends at once.
fn may_raise_priority() -> bool {
    let tried = std::thread::spawn(|| {
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), JOURNAL_PRIORITY).is_ok()
    });
    tried.join().expect("setting a priority does not panic")
}

#[cfg(test)]
mod tests {
    use procfs::FromRead;

    use super::*;

    #[test]
    fn the_mount_nearest_to_the_data_counts() {
        let mounts = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
                      30 22 0:30 / /tmp rw - tmpfs tmpfs rw\n\
                      31 22 0:31 / /tm rw - xfs /dev/vdb rw\n";
        let mounts = MountInfos::from_read(mounts.as_bytes()).unwrap();
        let found = |path: &str| file_system(&mounts, Path::new(path));
        assert_eq!(found("/tmp/books").as_deref(), Some("tmpfs on tmpfs"));
        assert_eq!(found("/home/books").as_deref(), Some("ext4 on /dev/vda"));
        assert_eq!(file_system(&MountInfos(Vec::new()), Path::new("/")), None);
    }

    #[test]
    fn this_machine_says_what_it_is() {
        let machine = Machine::here(Path::new("/tmp")).unwrap();
        assert!(machine.cores > 0 && machine.memory > 0, "{machine:?}");
        assert!(machine.lines().iter().all(|(name, text)| !name.is_empty() && !text.is_empty()));
    }
}
