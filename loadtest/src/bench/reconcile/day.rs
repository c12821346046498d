//! A day of a channel as files, made from a seed: the books, the channel's file, and what was hung over, with differences of every class.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::measured::Measured;

/// The date of the day.
pub(super) const DATE: &str = "2024-06-18";

/// Findings by class and fate.
pub(super) type Found = BTreeMap<(String, String), u64>;

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
const BOOK_HEADER: &str = "transaction,kind,merchant_number,amount,fee,currency,state";
const HUNG_HEADER: &str = "side,since,days,reference,kind,merchant_number,amount,fee,currency,state";

/// The files of a day, and what is to be found of them.
pub(super) struct Day {
    pub(super) directory: PathBuf,
    pub(super) book: PathBuf,
    pub(super) file: PathBuf,
    pub(super) hung: PathBuf,
    /// Bytes of the books and the file.
    pub(super) input: u64,
    planted: Found,
}

impl Day {
    /// Makes a day of so many transactions, of which such a part differs, the same for the same seed.
    pub(super) fn make(directory: &Path, rows: u64, differing: f64, seed: u64) -> io::Result<Day> {
        let path = |name: &str| directory.join(name);
        let (book, file, hung) = (path("book.csv"), path("file.csv"), path("hung-before.csv"));
        let mut maker = Maker::create(&book, &file, &hung)?;
        let mut random = StdRng::seed_from_u64(seed);
        for number in 0..rows {
            let differs = random.random_bool(differing);
            let payment = Payment::at_random(number, &mut random);
            maker.plant(&payment, if differs { random.random_range(1..=PLANTED) } else { 0 })?;
        }
        let planted = maker.finish()?;
        let input = book.metadata()?.len() + file.metadata()?.len();
        Ok(Day { directory: directory.to_owned(), book, file, hung, input, planted })
    }

    /// Where what was found is not what was planted.
    pub(super) fn differences(&self, measured: &Measured) -> Vec<String> {
        let mut wrong = Vec::new();
        // What agrees at once is counted, and not written.
        let mut written = self.planted.clone();
        if let Some(matched) = written.get_mut(&key("matched", "closed")) {
            *matched = measured.written.get(&key("matched", "closed")).copied().unwrap_or_default();
        }
        written.retain(|_, rows| *rows > 0);
        for (place, planted, found) in
            [("page", &self.planted, &measured.told), ("table", &written, &measured.written)]
        {
            if planted != found {
                wrong.push(format!("planted {planted:?}, and found on the {place} {found:?}"));
            }
        }
        wrong
    }
}

fn key(class: &str, fate: &str) -> (String, String) {
    (class.to_owned(), fate.to_owned())
}

/// A payment, or a refund; amounts in fen, as the channel prints them.
#[derive(Clone)]
struct Payment {
    number: u64,
    second: u32,
    amount: u64,
    fee: u64,
    is_refund: bool,
}

impl Payment {
    fn at_random(number: u64, random: &mut StdRng) -> Payment {
        let amount = random.random_range(100..1_000_000);
        Payment {
            number,
            second: random.random_range(0..86_400),
            amount,
            fee: (amount * 6 + 500) / 1_000,
            is_refund: random.random_bool(0.05),
        }
    }
}

/// How many ways there are to plant a difference.
const PLANTED: u32 = 11;

/// Writes the files.
struct Maker {
    book: BufWriter<File>,
    file: BufWriter<File>,
    hung: BufWriter<File>,
    planted: Found,
    rows: u64,
    paid: u64,
    refunded: u64,
    fees: i64,
}

impl Maker {
    fn create(book: &Path, file: &Path, hung: &Path) -> io::Result<Maker> {
        let begin = |path: &Path, header: &str| {
            let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
            writeln!(out, "{header}").map(|()| out)
        };
        Ok(Maker {
            book: begin(book, BOOK_HEADER)?,
            file: begin(file, HEADER)?,
            hung: begin(hung, HUNG_HEADER)?,
            planted: Found::new(),
            rows: 0,
            paid: 0,
            refunded: 0,
            fees: 0,
        })
    }

    /// Writes a payment to both sides, or plants a difference.
    fn plant(&mut self, payment: &Payment, what: u32) -> io::Result<()> {
        let twice = [payment.clone(), payment.clone()];
        let same = &twice[..1];
        let other = |amount, fee| Payment { amount, fee, ..payment.clone() };
        let (book, file, found): (&[&str], &[Payment], &[(&str, &str)]) = match what {
            0 => (&["done"], same, &[("matched", "closed")]),
            1 => (&["done"], &[other(payment.amount, payment.fee + 1)], &[("fee_differs", "open")]),
            2 => (&["done"], &[other(payment.amount + 1, payment.fee)], &[("amount_differs", "open")]),
            3 => (&["pending"], same, &[("state_differs", "open")]),
            4 => (&[], same, &[("long", "hung")]),
            5 => (&["done"], &[], &[("short", "hung")]),
            6 => (&["done"], &twice, &[("matched", "closed"), ("duplicate_in_file", "open")]),
            7 => (&["done", "done"], same, &[("matched", "closed"), ("duplicate_in_book", "open")]),
            8 => {
                self.write_hung("book", payment)?;
                (&[], same, &[("matched", "closed")])
            }
            9 => {
                self.write_hung("file", payment)?;
                (&[], &[], &[("long", "suspense")])
            }
            _ => {
                self.write_hung("book", payment)?;
                (&[], &[], &[("short", "suspense")])
            }
        };
        for state in book {
            self.write_book(payment, state)?;
        }
        for (copy, payment) in file.iter().enumerate() {
            self.write_file(payment, copy)?;
        }
        for (class, fate) in found {
            *self.planted.entry(key(class, fate)).or_default() += 1;
        }
        Ok(())
    }

    fn write_book(&mut self, payment: &Payment, state: &str) -> io::Result<()> {
        let Payment { number, .. } = payment;
        writeln!(self.book, "T20240618{number:012},{},CNY,{state}", named(payment))
    }

    fn write_hung(&mut self, side: &str, payment: &Payment) -> io::Result<()> {
        let Payment { number, .. } = payment;
        writeln!(self.hung, "{side},2024-06-17,0,T20240617{number:012},{},CNY,done", named(payment))
    }

    fn write_file(&mut self, payment: &Payment, copy: usize) -> io::Result<()> {
        let Payment { number, second, amount, fee, is_refund } = payment;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let (amount_text, fee_text) = (yuan(*amount), yuan(*fee));
        write!(
            self.file,
            "`{DATE} {hour:02}:{minute:02}:{second:02},`wx00000000000000ff,`1900000100,`0,`,`4200{copy:04}{number:020},`P20240618{number:012},`oTEST{number:024},`JSAPI,"
        )?;
        if *is_refund {
            writeln!(
                self.file,
                "`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000{copy:04}{number:020},`R20240618{number:012},`{amount_text},`0.00,`ORIGINAL,`SUCCESS,`测试商品,`,`-{fee_text}000,`0.60%,`0.00,`{amount_text},`"
            )?;
            self.refunded += amount;
            self.fees -= fee.cast_signed();
        } else {
            writeln!(
                self.file,
                "`SUCCESS,`OTHERS,`CNY,`{amount_text},`0.00,`0,`0,`0.00,`0.00,`,`,`测试商品,`,`{fee_text}000,`0.60%,`{amount_text},`0.00,`"
            )?;
            self.paid += amount;
            self.fees += fee.cast_signed();
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes the summary; what was planted.
    fn finish(mut self) -> io::Result<Found> {
        let (rows, paid, refunded) = (self.rows, yuan(self.paid), yuan(self.refunded));
        let sign = if self.fees < 0 { "-" } else { "" };
        let fees = yuan(self.fees.unsigned_abs());
        writeln!(
            self.file,
            "{SUMMARY}\n`{rows},`{paid},`{refunded},`0.00,`{sign}{fees}000,`{paid},`{refunded}"
        )?;
        [self.book, self.file, self.hung].iter_mut().try_for_each(BufWriter::flush)?;
        Ok(self.planted)
    }
}

/// The cells of a payment in the books: kind, number, amount, fee.
fn named(Payment { number, amount, fee, is_refund, .. }: &Payment) -> String {
    let (amount, fee) = (yuan(*amount), yuan(*fee));
    match is_refund {
        true => format!("refund,R20240618{number:012},-{amount},-{fee}"),
        false => format!("pay,P20240618{number:012},{amount},{fee}"),
    }
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_seed_makes_the_same_files_with_every_class_in_them() {
        let make = |seed| {
            let directory = tempfile::tempdir().unwrap();
            let day = Day::make(directory.path(), 400, 0.5, seed).unwrap();
            let texts = [&day.book, &day.file, &day.hung].map(|path| fs::read_to_string(path).unwrap());
            (texts, day.planted)
        };
        let (texts, planted) = make(7);
        assert_eq!((&texts, &planted), (&make(7).0, &make(7).1));
        assert_ne!(texts, make(8).0);
        assert_eq!(planted.len(), 10, "{planted:?}");
        let columns = HEADER.split(',').count();
        let rows = texts[1].lines().skip(1).filter(|line| line.matches(",`").count() == columns - 1);
        assert_eq!(rows.count() + 3, texts[1].lines().count());
    }
}
