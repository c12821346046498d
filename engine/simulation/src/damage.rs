//! Damage to a log that is durable and says so: a bit flipped, a file cut short, a file gone.

use longmen_engine::StartError;
use longmen_wal::{FaultyStorage, FrameNumber, LogReader, OpenError, Storage};

use crate::rounds::random::Random;

/// A damaged copy of a disk.
pub(crate) struct Damaged {
    pub(crate) disk: FaultyStorage,
    /// The file that was damaged, and the frame.
    file: String,
    pub(crate) frame: u64,
    pub(crate) what: String,
}

/// The highest frame that a durable frame calls durable: damage up to there is told from a torn tail.
pub(crate) fn marked(reader: &LogReader) -> u64 {
    let newest = reader.frame(reader.durable());
    newest.map_or(0, |view| view.durable_when_written().0)
}

/// Damages a copy of a disk in something that holds, or tells of, frames up to `marked`.
pub(crate) fn damage(disk: &FaultyStorage, marked: u64, random: &mut Random) -> Option<Damaged> {
    if marked == 0 {
        return None;
    }
    let disk = disk.branch();
    let frame = FrameNumber(1 + random.next() % marked);
    let (file, offset, bytes) = place_of(&disk, frame)?;
    let (what, flips) = match random.below(10) {
        0 => {
            disk.truncate(&file, offset + random.next() % bytes);
            ("cut short", false)
        }
        1 => {
            disk.delete_file(&file);
            ("gone", false)
        }
        _ => ("flipped", true),
    };
    if flips {
        let at = offset + random.next() % bytes;
        disk.flip_bit(&file, at, a_bit(random));
        let what = format!("a bit of byte {at} of {file} is flipped, in frame {frame}");
        return Some(Damaged { disk, file, frame: frame.0, what });
    }
    let what = format!("{file} is {what}, with frame {frame} in it");
    Some(Damaged { disk, file, frame: frame.0, what })
}

/// The file that holds a frame, the frame's offset in it, and its length.
fn place_of(disk: &FaultyStorage, frame: FrameNumber) -> Option<(String, u64, u64)> {
    let mut found = None;
    // Only looks; what lies on the disk is not changed by it.
    let looked = longmen_wal::audit(&disk.branch(), &mut |view| {
        if view.number() == frame {
            found = Some((view.segment().file_name(), view.offset(), view.frame_bytes()));
        }
    });
    looked.ok()?;
    found
}

impl Damaged {
    /// Whether an error at the start names the place.
    pub(crate) fn is_named(&self, error: &StartError) -> Result<(), String> {
        let named = match error {
            StartError::Log(OpenError::Refused(finding)) => finding.file == self.file,
            StartError::Ids { .. } | StartError::Read(_) => true,
            _ => false,
        };
        if named { Ok(()) } else { Err(format!("{}, and the start says {error}", self.what)) }
    }
}

/// Flips a bit in a snapshot, if there is one: it is passed over, and nothing else changes.
pub(crate) fn flip_in_snapshot(disk: &FaultyStorage, random: &mut Random) {
    let names = disk.list().expect("a simulated disk can be listed");
    let Some(name) = names.into_iter().rfind(|name| name.starts_with("snapshot-")) else { return };
    let size = disk.file(&name).map_or(0, |bytes| bytes.len() as u64);
    if size > 0 {
        disk.flip_bit(&name, random.next() % size, a_bit(random));
    }
}

/// Spoils an archive of known ids, if there is one: it and those behind it are made anew from the log.
pub(crate) fn spoil_archive(disk: &FaultyStorage, random: &mut Random) -> bool {
    let names = disk.list().expect("a simulated disk can be listed");
    let names: Vec<String> = names.into_iter().filter(|name| name.starts_with("ids-")).collect();
    if names.is_empty() {
        return false;
    }
    let name = &names[random.below(names.len())];
    let size = disk.file(name).map_or(0, |bytes| bytes.len() as u64);
    match random.below(3) {
        0 => disk.delete_file(name),
        1 => disk.truncate(name, random.next() % size.max(1)),
        // A page behind the header is looked at when it is read, and then the node ends.
        _ if size > 0 => disk.flip_bit(name, random.next() % size.min(4_096), a_bit(random)),
        _ => {}
    }
    true
}

fn a_bit(random: &mut Random) -> u32 {
    u32::try_from(random.below(8)).expect("a byte has eight bits")
}
