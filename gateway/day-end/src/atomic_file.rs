//! A file that is at its path whole, or not at all.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Is written beside its path, and put there once it is whole.
///
/// Beside its path it has a name that is made of its own, so what a program that was killed has left there is written over by the next one.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    part: PathBuf,
    /// Locked for as long as it is written.
    file: File,
    is_put: bool,
}

impl AtomicFile {
    /// Begins a file.
    ///
    /// # Errors
    /// Whatever fails; another program writes the same file.
    pub fn create(path: &Path) -> io::Result<AtomicFile> {
        let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
        let part = path.with_file_name(format!(".{}.part", name.to_string_lossy()));
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&part)?;
            file.try_lock().map_err(|error| match error {
                TryLockError::WouldBlock => {
                    io::Error::new(io::ErrorKind::ResourceBusy, "another program writes it")
                }
                TryLockError::Error(error) => error,
            })?;
            // Another one may have put it at its path between both.
            if fs::metadata(&part)
                .is_ok_and(|found| file.metadata().is_ok_and(|own| own.ino() == found.ino()))
            {
                file.set_len(0)?;
                return Ok(AtomicFile { path: path.to_owned(), part, file, is_put: false });
            }
        }
    }

    /// Another handle to write through.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Puts it at its path, in place of what was there.
    ///
    /// # Errors
    /// Whatever fails; what was there is there still.
    pub fn put(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.is_put = true;
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.is_put {
            // What stays there is written over by the next one.
            drop(fs::remove_file(&self.part));
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daily.csv");
        // What a program that was killed has left, longer than what comes.
        fs::write(directory.path().join(".daily.csv.part"), "left by a kill").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert!(!path.exists());
        let busy = AtomicFile::create(&path).err().unwrap();
        assert_eq!(busy.kind(), io::ErrorKind::ResourceBusy);
        file.put().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), names(directory.path())),
            ("new".into(), vec!["daily.csv".to_owned()])
        );
    }
}
