//! Files read again are the vouchers that were written; files that were changed are refused.

use longmen_vouchers::*;

use crate::day::{RandomDay, currency, day, random_day, settings, topup, vouchers_of, written};

const TABLES: &str = "[memo]\nM01 = \"112201\"\n[people]\nmaker = \"龙门\"";
const TOP: &str = "line_limit = 9\nclearing = \"199\"\noff_balance_word = \"表\"\nattachments = \"transactions\"\nword_scheme = \"three\"\nbank = [\"1002*\"]";

/// What a file should have, line by line.
fn expected(vouchers: &[Voucher], has_key: bool) -> Vec<ReadLine> {
    let of = |voucher: &Voucher| {
        let (draft, key) = (&voucher.content, voucher.source_key());
        let line = |line: &Line| ReadLine {
            date: draft.posting_date,
            word: draft.word.clone(),
            number: voucher.number,
            attachments: draft.attachments,
            subject: if &*line.subject == "M01" { "112201".into() } else { line.subject.clone() },
            summary: line.summary.clone(),
            side: line.side,
            local: line.local,
            source_key: has_key.then(|| key.clone().into()),
        };
        draft.lines.iter().map(line).collect::<Vec<_>>()
    };
    vouchers.iter().flat_map(of).collect()
}

type Reader = fn(&[u8]) -> Result<Vec<ReadLine>, ReadError>;

const READERS: [(&str, Reader, bool); 4] = [
    ("u8_text", |bytes| read_u8_text(bytes, currency("CNY")), false),
    ("k3_dbf", |bytes| read_dbf(bytes, currency("CNY")), true),
    ("kis_dbf", |bytes| read_dbf(bytes, currency("CNY")), true),
    ("galaxy_json", |bytes| read_galaxy(std::str::from_utf8(bytes).unwrap(), currency("CNY")), true),
];

#[test]
fn files_read_again_are_what_was_written() {
    for seed in 0..60 {
        let RandomDay { day, conditions, .. } = random_day(seed);
        for (format, read, has_key) in READERS {
            let settings = settings(format, TOP, TABLES);
            let vouchers = vouchers_of(&day, &settings, &conditions);
            let lines =
                read(&written(&settings, &vouchers)).unwrap_or_else(|error| panic!("{format}: {error}"));
            // A line whose local amount is nothing has no side that could be told.
            let told = |lines: Vec<ReadLine>| -> Vec<ReadLine> {
                lines.into_iter().filter(|line| line.local.0 != 0).collect()
            };
            assert_eq!(told(lines), told(expected(&vouchers, has_key)), "seed {seed}, {format}");
        }
    }
}

/// Every byte of a file changed, and every file cut: an error or other lines, never a panic.
#[test]
fn files_that_were_cut_or_changed_are_refused_or_read_as_they_are() {
    for (format, read, _) in READERS {
        let settings = settings(format, "", TABLES);
        let vouchers = vouchers_of(&day(topup("t1")), &settings, &Conditions::default());
        let bytes = written(&settings, &vouchers);
        let whole = read(&bytes).unwrap();
        let changed = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok() || format != "galaxy_json";
        for at in 0..bytes.len() {
            let cut = &bytes[..at];
            if changed(cut) {
                assert!(
                    read(cut).map_or(true, |lines| lines.len() < whole.len() || at + 1 == bytes.len()),
                    "{format} cut at {at}"
                );
            }
            for other in [0, b' ', b',', b'-', b'9', 0xff] {
                let mut spoilt = bytes.clone();
                spoilt[at] = other;
                if changed(&spoilt) {
                    // What is still a voucher has as many lines.
                    assert!(
                        read(&spoilt).map_or(true, |lines| lines.len() <= whole.len()),
                        "{format} at {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_place() {
    #[track_caller]
    fn check(line: &str, expect: &str) {
        let text = format!("填制凭证,V800\r\n{line}\r\n");
        let bytes = encoding_rs::GBK.encode(&text).0.into_owned();
        let error = read_u8_text(&bytes, currency("CNY")).unwrap_err();
        assert_eq!(error.to_string(), expect);
    }
    check("2024-06-31,记,1,1,x,1001,1.00,0.00", "line 2, 制单日期: \"2024-06-31\" is no date");
    check("2024-06-18,记,x,1,x,1001,1.00,0.00", "line 2, 业务号: \"x\" is no number that fits");
    check("2024-06-18,记,1,-1,x,1001,1.00,0.00", "line 2, 附单据数: \"-1\" is no number that fits");
    check("2024-06-18,记,1,1,x,1001,1.00,1.00", "line 2, credit: debit and credit both have an amount");
    check(
        "2024-06-18,记,1,1,x,1001,1.001,0",
        "line 2, debit: \"1.001\" is more decimal places than the currency has",
    );
    check("2024-06-18,记,1,1,x,1001,1.00", "line 2, line: has 7 columns, and 8 are needed");
    let error = |bytes: &[u8]| read_u8_text(bytes, currency("CNY")).unwrap_err().to_string();
    assert_eq!(error(b"\xff\xff"), "line 0, file: is no text in GBK");
    assert_eq!(error(b"V800"), "line 0, file: does not end with the end of a line");
    assert_eq!(error(b"V800\r\n"), "line 1, first line: is not 填制凭证,V800");
}
