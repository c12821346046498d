//! Opening a desk to write, and to read.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::digest::{Digest, Digester};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::files;
use crate::schema;
use crate::sidecar;

/// How long a reader waits for the short moments in which SQLite lets nobody read.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Reads what a desk remembers. There may be many at once, while one [`Store`] writes.
#[derive(Debug)]
pub struct Reader {
    pub(crate) directory: Directory,
    pub(crate) connection: Connection,
}

/// What a desk remembers. One program has it at a time.
#[derive(Debug)]
pub struct Store {
    pub(crate) reader: Reader,
    _lock: fs::File,
}

impl Reader {
    /// Opens a desk that is there, to read only.
    ///
    /// # Errors
    /// [`StoreError`], where it is not there, not this program's, of another version, or damaged.
    pub fn open(directory: &Path) -> Result<Reader, StoreError> {
        let directory = Directory::at(directory);
        let database = directory.database();
        if !database.exists() {
            return Err(StoreError::NoDatabase { path: database });
        }
        let connection = Connection::open_with_flags(&database, flags())?;
        schema::prepare(&connection, BUSY)?;
        connection.pragma_update(None, "query_only", true)?;
        schema::require(&connection, &database)?;
        Ok(Reader { directory, connection })
    }

    /// Where the bytes of some content lie. They are read to the end first: bytes that are not what their name says are nobody's file.
    pub(crate) fn open_raw(&self, digest: Digest) -> Result<fs::File, StoreError> {
        let path = self.directory.raw(digest);
        if digest_of(&path)? != digest {
            return Err(StoreError::DamagedFile { path });
        }
        fs::File::open(&path).map_err(StoreError::io(&path))
    }
}

impl Store {
    /// Opens the desk of a directory, and makes it where there is none. What a program that was killed left half done is put in order.
    ///
    /// # Errors
    /// [`StoreError`]: `in_use`, where another program writes and did not end in the time that is waited; what is newer, foreign, older than
    /// its files, or damaged.
    pub fn open(directory: &Path, wait: Duration) -> Result<Store, StoreError> {
        let directory = Directory::at(directory);
        directory.create()?;
        let lock = directory.lock(wait)?;
        let database = directory.database();
        if !database.exists() && !directory.listed()?.sidecars.is_empty() {
            return Err(StoreError::NoDatabase { path: database });
        }
        let store = Store::create(directory, lock)?;
        store.put_in_order()?;
        Ok(store)
    }

    /// Opens the database of a directory whose lock is had, or makes a new one.
    pub(crate) fn create(directory: Directory, lock: fs::File) -> Result<Store, StoreError> {
        let database = directory.database();
        let mut connection = Connection::open_with_flags(&database, flags() | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::prepare(&connection, BUSY)?;
        schema::migrate(&mut connection, &database)?;
        Ok(Store { reader: Reader { directory, connection }, _lock: lock })
    }

    /// Everything that can be asked.
    #[must_use]
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// What was never whole goes, and so do bytes that no row names: the program ended between both. Bytes of which it stands what they are
    /// were imported for certain.
    fn put_in_order(&self) -> Result<(), StoreError> {
        let Reader { directory, connection } = &self.reader;
        let (listed, known) = (directory.listed()?, files::contents(connection)?);
        let is_unknown = |digest: &&Digest| known.binary_search(digest).is_err();
        if let Some(first) = listed.sidecars.iter().find(is_unknown) {
            let path = directory.database();
            return Err(StoreError::OlderThanFiles { path, first: first.to_string() });
        }
        let orphans = listed.raw.iter().filter(is_unknown).map(|digest| directory.raw(*digest));
        for path in orphans.chain(listed.incoming) {
            fs::remove_file(&path).map_err(StoreError::io(&path))?;
        }
        self.write_sidecars()
    }

    /// Writes beside each file what it is, where that has changed.
    pub(crate) fn write_sidecars(&self) -> Result<(), StoreError> {
        let Reader { directory, connection } = &self.reader;
        for digest in files::without_sidecar(connection)? {
            sidecar::write(directory, digest, &files::of_content(connection, digest)?)?;
            files::has_sidecar(connection, digest)?;
        }
        Ok(())
    }
}

/// The digest of a file's bytes.
pub(crate) fn digest_of(path: &Path) -> Result<Digest, StoreError> {
    let mut file = fs::File::open(path).map_err(StoreError::io(path))?;
    let (mut digester, mut buffer) = (Digester::default(), vec![0; 1 << 16]);
    loop {
        match std::io::Read::read(&mut file, &mut buffer).map_err(StoreError::io(path))? {
            0 => return Ok(digester.end()),
            read => digester.bytes(&buffer[..read]),
        }
    }
}

/// A database that is there, for one thread.
pub(crate) fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}
