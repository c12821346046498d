//! `longmen access-log`

use std::collections::VecDeque;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use longmen_access_log::{DIRECTORY, Folder, Lines};
use longmen_engine::ledger::Operation;
use longmen_terminal::visible_json;

use crate::access_record::{AccessRecord, Wanted};
use crate::account_name::{AccountName, with_account_names};
use crate::argument::said;
use crate::failure::{Conclusion, Failure};
use crate::moment::Moment;
use crate::output::remark;
use crate::page::Page;

/// Show who read what, and why (查询日志)
///
/// Reads the files of an access log, oldest first: each question with who asked it, from where, about what, how many rows it was
/// told and what came of it. A node may be writing them. That nothing was changed or left out says `longmen verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
A list of accounts, and a transaction, tell of accounts by their ids: give an account by both its names where no record has both.

Examples:
  longmen access-log books
  longmen access-log books --account LM/U1/CNY --account @2
  longmen access-log books --principal ann --from 2026-11-01 --to 2026-11-30
  longmen access-log books --outcome forbidden --last 20
  longmen access-log books --operation statement --json"))]
pub(crate) struct Args {
    /// The data directory, or the directory of the access log
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Only what this principal asked, or what was asked for it
    #[arg(long, value_name = "NAME", value_parser = said)]
    principal: Option<String>,
    /// Only what was asked under the name of this client
    #[arg(long, value_name = "NAME", value_parser = said)]
    client: Option<String>,
    /// Only what tells of this account; may be given more than once
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<AccountName>,
    /// Only this: `hello`, or an operation that `longmen token roles` lists
    #[arg(long, value_name = "OPERATION", value_parser = operations(), hide_possible_values = true)]
    operation: Option<String>,
    /// Only what came to this: `ok`, or the code of a refusal such as `forbidden`
    #[arg(long, value_name = "CODE", value_parser = said)]
    outcome: Option<String>,
    /// From this day (UTC) or moment on
    #[arg(long, value_name = "DATE|TIME")]
    from: Option<Moment>,
    /// To this day or moment, itself included
    #[arg(long, value_name = "DATE|TIME")]
    to: Option<Moment>,
    /// Only the newest of them
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    last: Option<u32>,
    /// Print the records as they are, a line of JSON each
    #[arg(long)]
    json: bool,
}

fn operations() -> PossibleValuesParser {
    let names = Operation::ALL.into_iter().map(Operation::name);
    PossibleValuesParser::new(names.chain(["hello"]))
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let (folder, numbers) = args.folder()?;
    let mut wanted = args.wanted()?;
    let mut reading = Reading { folder, numbers, damaged: 0 };
    if wanted.has_accounts() {
        reading.each(|record, _| {
            wanted.learn(record);
            Ok(true)
        })?;
        reading.damaged = 0;
    }
    let mut out = Out { out: BufWriter::new(io::stdout().lock()), json: args.json };
    let mut newest = VecDeque::new();
    let most = args.last.map(|last| last as usize);
    reading.each(|record, line| {
        if !wanted.has(record) {
            return Ok(true);
        }
        let Some(most) = most else { return out.write(record, line) };
        if newest.len() == most {
            newest.pop_front();
        }
        newest.push_back(line.to_vec());
        Ok(true)
    })?;
    for line in newest {
        let record = AccessRecord::read(&line).expect("it was read before");
        if !out.write(&record, &line)? {
            break;
        }
    }
    out.end()?;
    Ok(Conclusion::of(reading.damaged == 0))
}

impl Args {
    /// The directory of the log, and its files.
    fn folder(&self) -> Result<(Folder, Vec<u64>), Failure> {
        let path = &self.directory;
        let wrong = |words: String| Failure::Usage(format!("{}{words}", path.display()));
        if !path.is_dir() {
            return Err(wrong(" is no directory".to_owned()));
        }
        for folder in [Folder::new(path), Folder::new(path.join(DIRECTORY))] {
            let numbers =
                folder.numbers().map_err(|error| Failure::Usage(crate::failure::with_causes(&error)))?;
            if !numbers.is_empty() {
                return Ok((folder, numbers));
            }
        }
        Err(wrong(format!(
            " has no access log, and neither has {DIRECTORY} in it: `longmen serve` keeps one where clients prove who they \
             are, or where --access-log says"
        )))
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        if let (Some(from), Some(to)) = (&self.from, &self.to)
            && to.ends_before(from)
        {
            return Err(Failure::Usage("--to lies before --from".to_owned()));
        }
        let moment = |moment: &Moment, last| {
            let time_us = match moment {
                Moment::Date(date) => Moment::edge(*date, last),
                Moment::Time(time_us) => *time_us,
            };
            let time = Timestamp::from_microsecond(time_us);
            time.map(|time| format!("{time:.6}")).map_err(|_| Failure::Usage("no such moment".to_owned()))
        };
        Ok(Wanted {
            principal: self.principal.clone(),
            client: self.client.clone(),
            accounts: self.account.clone(),
            operation: self.operation.clone(),
            outcome: self.outcome.clone(),
            from: self.from.as_ref().map(|from| moment(from, false)).transpose()?,
            to: self.to.as_ref().map(|to| moment(to, true)).transpose()?,
        })
    }
}

/// The records of a log, one after the other.
struct Reading {
    folder: Folder,
    numbers: Vec<u64>,
    /// Lines that are no records.
    damaged: u64,
}

impl Reading {
    /// Hands out each record with its line, as long as `take` wants more.
    fn each(
        &mut self,
        mut take: impl FnMut(&AccessRecord, &[u8]) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        for number in &self.numbers {
            let path = self.folder.file(*number);
            let in_words = |error: longmen_access_log::LinesError| Failure::Damaged(Box::new(error));
            let mut lines = Lines::open(&path).map_err(in_words)?;
            while let Some(line) = lines.next_line().map_err(in_words)? {
                let record = AccessRecord::read(line);
                let goes_on = match &record {
                    Some(record) => take(record, line)?,
                    None => true,
                };
                if !goes_on {
                    return Ok(());
                }
                // A last line without an end is being written.
                if record.is_none() && lines.is_whole() {
                    self.damaged += 1;
                    remark(format_args!("{}, line {}: it is no record", path.display(), lines.number()));
                }
            }
        }
        Ok(())
    }
}

/// Where records go.
struct Out<W> {
    out: W,
    json: bool,
}

impl<W: Write> Out<W> {
    /// Whether anybody reads on.
    fn write(&mut self, record: &AccessRecord, line: &[u8]) -> Result<bool, Failure> {
        let mut text = match self.json {
            true => visible_json(&String::from_utf8_lossy(line)).into_owned(),
            false => {
                let mut page = Page::new();
                page.line(record.describe());
                page.to_string()
            }
        };
        text.push('\n');
        goes_on(self.out.write_all(text.as_bytes()))
    }

    fn end(mut self) -> Result<(), Failure> {
        goes_on(self.out.flush()).map(drop)
    }
}

fn goes_on(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}
