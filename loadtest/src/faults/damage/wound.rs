//! What is done to a directory.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rand::Rng;
use rand::rngs::SmallRng;

/// Frames begin at multiples of it.
const PAGE: u64 = 4096;

/// One damage.
#[derive(Clone, Debug)]
pub(super) enum Wound {
    /// The bits of a byte turned over.
    Flipped {
        file: String,
        at: u64,
        bits: u8,
    },
    /// The file ends earlier.
    Cut {
        file: String,
        at: u64,
    },
    /// A page of zeros.
    Blank {
        file: String,
        at: u64,
    },
    Removed {
        file: String,
    },
    /// Two files change names.
    Swapped {
        one: String,
        other: String,
    },
    /// A copy under another name.
    Doubled {
        file: String,
        name: String,
    },
    /// The bytes of another node's file.
    Foreign {
        file: String,
        bytes: Vec<u8>,
    },
}

impl Wound {
    /// Its kind and that of its file.
    pub(super) fn kind(&self) -> String {
        let (done, file) = match self {
            Wound::Flipped { file, .. } => ("a byte changed in", file),
            Wound::Cut { file, .. } => ("cut short", file),
            Wound::Blank { file, .. } => ("a page of zeros in", file),
            Wound::Removed { file } => ("removed", file),
            Wound::Swapped { one, .. } => ("swapped", one),
            Wound::Doubled { file, .. } => ("doubled", file),
            Wound::Foreign { file, .. } => ("another node's", file),
        };
        let kind = file.split(['-', '.']).next().unwrap_or(file);
        format!("{done} {kind}")
    }

    /// Does it to the files in `data`.
    pub(super) fn inflict(&self, data: &Path) -> io::Result<()> {
        match self {
            Wound::Flipped { file, at, bits } => {
                let file = OpenOptions::new().read(true).write(true).open(data.join(file))?;
                let mut byte = [0];
                file.read_exact_at(&mut byte, *at)?;
                file.write_all_at(&[byte[0] ^ bits], *at)
            }
            Wound::Cut { file, at } => OpenOptions::new().write(true).open(data.join(file))?.set_len(*at),
            Wound::Blank { file, at } => {
                let file = OpenOptions::new().write(true).open(data.join(file))?;
                file.write_all_at(&vec![0; usize::try_from(PAGE).expect("a page fits")], *at)
            }
            Wound::Removed { file } => fs::remove_file(data.join(file)),
            Wound::Swapped { one, other } => {
                let aside = data.join("aside");
                fs::rename(data.join(one), &aside)?;
                fs::rename(data.join(other), data.join(one))?;
                fs::rename(aside, data.join(other))
            }
            Wound::Doubled { file, name } => fs::copy(data.join(file), data.join(name)).map(drop),
            Wound::Foreign { file, bytes } => fs::write(data.join(file), bytes),
        }
    }
}

impl fmt::Display for Wound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wound::Flipped { file, at, bits } => write!(f, "{file}, byte {at} xor {bits:#04x}"),
            Wound::Cut { file, at } => write!(f, "{file} cut to {at} bytes"),
            Wound::Blank { file, at } => write!(f, "{file}, zeros from {at}"),
            Wound::Removed { file } => write!(f, "{file} removed"),
            Wound::Swapped { one, other } => write!(f, "{one} and {other} swapped"),
            Wound::Doubled { file, name } => write!(f, "{file} copied to {name}"),
            Wound::Foreign { file, .. } => write!(f, "{file} replaced by another node's"),
        }
    }
}

/// Damage of every kind to the files of `data`; of changed bytes and cuts, about `rounds` each over all files.
pub(super) fn list(data: &Path, foreign: &Path, rounds: u32, rng: &mut SmallRng) -> io::Result<Vec<Wound>> {
    let names = names(data)?;
    let mut wounds = Vec::new();
    let share = rounds.div_ceil(u32::try_from(names.len()).unwrap_or(u32::MAX)).max(2);
    for file in &names {
        let bytes = fs::read(data.join(file))?;
        let used = used(&bytes);
        wounds.push(Wound::Removed { file: file.clone() });
        // A manifest is short: each of its bytes, if so many are asked for.
        let step = if used <= u64::from(rounds) { 1 } else { used.div_ceil(u64::from(share)) };
        for from in (0..used).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let at = rng.random_range(from..(from + step).min(used));
            wounds.push(Wound::Flipped { file: file.clone(), at, bits: 1 << rng.random_range(0..8) });
        }
        for end in cuts(used, u64::from(share)) {
            wounds.push(Wound::Cut { file: file.clone(), at: end.min(bytes.len() as u64 - 1) });
        }
        if used >= 2 * PAGE {
            let pages =
                (0..used / PAGE).step_by(usize::try_from(used / PAGE / u64::from(share) + 1).unwrap_or(1));
            wounds.extend(pages.map(|page| Wound::Blank { file: file.clone(), at: page * PAGE }));
        }
        if let Ok(bytes) = fs::read(foreign.join(file)) {
            wounds.push(Wound::Foreign { file: file.clone(), bytes });
        }
    }
    for pair in names.windows(2) {
        if pair[0].split('-').next() == pair[1].split('-').next() {
            wounds.push(Wound::Swapped { one: pair[0].clone(), other: pair[1].clone() });
        }
    }
    for prefix in ["segment-", "ids-", "snapshot-"] {
        let Some(file) = names.iter().rev().find(|name| name.starts_with(prefix)) else { continue };
        wounds.push(Wound::Doubled { file: file.clone(), name: next_name(file) });
    }
    Ok(wounds)
}

fn names(data: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "LOCK" && File::open(entry.path())?.metadata()?.len() > 0 {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Bytes up to the last that is not zero, in whole pages where the file has them.
fn used(bytes: &[u8]) -> u64 {
    let last = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1) as u64;
    if (bytes.len() as u64).is_multiple_of(PAGE) { last.next_multiple_of(PAGE) } else { last }
}

/// Around the beginnings of pages, and the ends.
fn cuts(used: u64, most: u64) -> Vec<u64> {
    let step = (used / PAGE / most.max(1) + 1) * PAGE;
    let around = (0..used).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    let mut cuts: Vec<u64> = around.flat_map(|at| [at.saturating_sub(1), at, at + 1]).collect();
    cuts.extend([used / 3, used - 1, used]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// The name that the next file of the same kind would have.
fn next_name(file: &str) -> String {
    let digits: String = file.chars().filter(char::is_ascii_digit).collect();
    let next = digits.parse::<u64>().unwrap_or(0) + 1;
    file.replace(&digits, &format!("{next:0width$}", width = digits.len()))
}
