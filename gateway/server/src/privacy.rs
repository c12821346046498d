//! Who else on this machine may read the books and the tokens.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What group and others may do.
const OTHERS: u32 = 0o077;

/// A warning, where others than its owner may read the file or directory; `None` also where it is not there.
///
/// # Errors
/// If it cannot be looked at.
pub fn warning_of(path: &Path) -> io::Result<Option<String>> {
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let shown = path.display();
    Ok((mode & OTHERS != 0).then(|| {
        format!("WARNING: others than its owner may read {shown} (mode {mode:04o}): chmod go= {shown}")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_may_read_is_warned_of() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("tokens");
        assert_eq!(warning_of(&file).expect("it is not there"), None);
        fs::write(&file, "ann 1").expect("it can be written");
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o711, true)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("it is ours");
            let warning = warning_of(&file).expect("it can be looked at");
            assert_eq!(warning.is_some(), warned, "{mode:o}");
            assert!(warning.is_none_or(|words| words.contains("chmod go= ")));
        }
    }
}
