//! The names of the log's files.

const FRONT: &str = "access-";
const END: &str = ".jsonl";
/// Digits of a file's number, at least.
const DIGITS: usize = 8;

/// The name of the file of this number.
pub(crate) fn file_name(number: u64) -> String {
    format!("{FRONT}{number:0DIGITS$}{END}")
}

/// The number of a file, where its name is one of the log's.
pub(crate) fn number_of(name: &str) -> Option<u64> {
    let number = name.strip_prefix(FRONT)?.strip_suffix(END)?.parse().ok()?;
    (number > 0 && file_name(number) == name).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name() {
        for (name, number) in [
            ("access-00000001.jsonl", Some(1)),
            ("access-123456789.jsonl", Some(123_456_789)),
            ("access-00000000.jsonl", None),
            ("access-1.jsonl", None),
            ("access-+0000001.jsonl", None),
            ("access-00000001.jsonl.gz", None),
            ("segment-00000001.log", None),
        ] {
            assert_eq!(number_of(name), number, "{name}");
        }
    }
}
