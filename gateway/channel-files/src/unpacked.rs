//! What is packed in a file: as it is, by gzip, or a member of a zip.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use sha1::{Digest, Sha1};
use zip::ZipArchive;

use crate::refusal::{Refusal, RefusalCode};

/// A file, or bytes that came another way.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Which member of a zip is wanted. It is told by its first bytes: channels put members in any order, under names in any encoding.
pub(crate) struct Member {
    /// What it is, in words.
    pub(crate) what: &'static str,
    pub(crate) begins: fn(&[u8]) -> bool,
}

/// Bytes of the beginning of a member that tell which it is.
const TELLING: u64 = 256;

/// Reads what is packed in a file. Where a digest came with it, that of the unpacked bytes must be the same, whatever else is wrong
/// with them.
pub(crate) fn read_unpacked<T>(
    source: &mut dyn Source,
    member: Option<&Member>,
    sha1: Option<&str>,
    read: impl FnOnce(&mut dyn BufRead) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut magic = [0; 4];
    let begins = io::copy(&mut source.take(4), &mut magic.as_mut_slice()).map_err(|error| broken(&error))?;
    source.seek(SeekFrom::Start(0)).map_err(|error| broken(&error))?;
    match (&magic[..usize::try_from(begins).unwrap_or_default()], member) {
        ([0x1F, 0x8B, ..], _) => read_hashed(&mut MultiGzDecoder::new(BufReader::new(source)), sha1, read),
        (b"PK\x03\x04", Some(member)) => {
            let mut archive = ZipArchive::new(source).map_err(|error| broken(&error.into()))?;
            let index = find(&mut archive, member)?;
            let mut found = archive.by_index(index).map_err(|error| broken(&error.into()))?;
            read_hashed(&mut found, sha1, read)
        }
        _ => read_hashed(source, sha1, read),
    }
}

/// The one member that is wanted.
fn find(archive: &mut ZipArchive<&mut dyn Source>, member: &Member) -> Result<usize, Refusal> {
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut beginning = Vec::new();
        let one = archive.by_index(index).map_err(|error| broken(&error.into()))?;
        one.take(TELLING).read_to_end(&mut beginning).map_err(|error| broken(&error))?;
        found.extend((member.begins)(&beginning).then_some(index));
    }
    match found[..] {
        [index] => Ok(index),
        _ => {
            let (found, all) = (found.len(), archive.len());
            let reason =
                format!("{found} of the {all} members of the zip are {}, and one should be", member.what);
            Err(Refusal::whole(RefusalCode::UnknownHeader, reason))
        }
    }
}

fn read_hashed<T>(
    input: &mut dyn Read,
    sha1: Option<&str>,
    read: impl FnOnce(&mut dyn BufRead) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let Some(wanted) = sha1 else { return read(&mut BufReader::with_capacity(1 << 16, input)) };
    let mut hashed = Hashed { input, digest: Sha1::new() };
    let mut buffered = BufReader::with_capacity(1 << 16, &mut hashed);
    let what = read(&mut buffered);
    // What was broken on the way is told as that, and not as whatever row it hit.
    if io::copy(&mut buffered, &mut io::sink()).is_err() {
        return what;
    }
    let digest = hashed.digest.finalize();
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if !wanted.eq_ignore_ascii_case(&found) {
        let reason = format!("its SHA-1 is {found}, and not {wanted}: have it sent again");
        return Err(Refusal::whole(RefusalCode::BadDigest, reason));
    }
    what
}

fn broken(error: &io::Error) -> Refusal {
    Refusal::whole(RefusalCode::Truncated, format!("it cannot be unpacked: {error}"))
}

/// Takes the digest of what is read through it.
struct Hashed<'a> {
    input: &'a mut dyn Read,
    digest: Sha1,
}

impl Read for Hashed<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.digest.update(&out[..read]);
        Ok(read)
    }
}
