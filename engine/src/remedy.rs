//! What to do about a damaged file of a running node.

use crate::id_archive::IdArchive;
use crate::snapshot;

/// What to do about this file, and what comes of it meanwhile.
pub(crate) fn remedy(file: &str) -> &'static str {
    match file {
        // The running node has what it says, and needs no copy of it.
        "MANIFEST" => {
            "stop the node in order, which writes it anew; a node that is killed does not start with it"
        }
        name if snapshot::is_name(name) => {
            "no answer needs it, and a start passes over it; the next snapshot replaces it"
        }
        name if IdArchive::is_name(name) => {
            "the node ends where it looks for an id in what is damaged; stop it when that suits, remove the file, and the \
             start makes it anew from the log"
        }
        _ => "what it concerns is answered `failed`; get the file back from a copy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_has_a_remedy_of_its_own() {
        for (file, words) in [
            ("MANIFEST", "stop the node in order"),
            ("segment-00000003.log", "get the file back from a copy"),
            ("snapshot-0000000000000042", "a start passes over it"),
            ("ids-0000000042", "remove the file, and the start makes it anew"),
        ] {
            assert!(remedy(file).contains(words), "{file}: {}", remedy(file));
        }
    }
}
