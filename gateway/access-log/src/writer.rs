//! The thread that writes the log.

mod ration;
mod recovery;

use std::fs::File;
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::chain::Chain;
use crate::event::Event;
use crate::folder::{Folder, FolderError};
use crate::line::{write_event, write_record};
use crate::opening::Opening;
use crate::record::Record;
use crate::recorder::{Come, Head, NotNow, Records};
use crate::sink::{FileSink, Sink};
use ration::Ration;
use recovery::{Found, Next};

/// How long records gather before they are written together. Whoever hands one in meanwhile wakes nobody.
const GATHER: Duration = Duration::from_millis(10);
/// How often what was written is made to last, if anything was.
const SYNC: Duration = Duration::from_millis(500);
/// How often a log that cannot be written is tried again.
const RETRY: Duration = Duration::from_millis(250);
/// How long nothing happens where nobody asks anything.
const IDLE: Duration = Duration::from_secs(30);
/// So many bytes are written at once.
const CHUNK: usize = 1 << 20;
const DAY_US: i64 = 86_400_000_000;

/// How a log is written.
#[derive(Clone, Debug)]
pub struct WriteSettings {
    pub folder: Folder,
    /// The ledger whose it is, in hexadecimal digits.
    pub ledger: String,
    /// A file is not much longer.
    pub file_bytes: u64,
    /// So many bytes are left free on its disk: the books may lie on it.
    pub room: u64,
}

/// Makes a sink of a file; tests make one that fails.
pub(crate) type Wrap = fn(FileSink) -> Box<dyn Sink>;

/// Writes the log, and nobody else does.
pub struct Writer {
    settings: WriteSettings,
    wrap: Wrap,
    _lock: File,
    /// `None` until it was found where the log ends.
    open: Option<OpenFile>,
    chain: Chain,
    /// Lines that are in no file yet.
    buffer: Vec<u8>,
    /// The weight of the records among them.
    weight: u64,
    /// When it was synced last; later lines may be lost with the machine.
    synced: Instant,
    is_dirty: bool,
    trouble: Option<Trouble>,
    ration: Ration,
}

/// The file that is written.
struct OpenFile {
    number: u64,
    sink: Box<dyn Sink>,
    /// Bytes of whole lines.
    length: u64,
    /// The day on which it was begun, counted from 1970.
    day: i64,
}

/// Why the log cannot be written, and since when.
struct Trouble {
    why: String,
    since_us: i64,
}

impl Writer {
    /// Takes the directory. Where the log ends is found when it [runs](Writer::run).
    ///
    /// # Errors
    /// [`FolderError`], where it is not this ledger's, or not to be had. That its disk is full is no error.
    pub fn open(settings: WriteSettings) -> Result<Writer, FolderError> {
        Writer::open_with(settings, |file| Box::new(file))
    }

    pub(crate) fn open_with(settings: WriteSettings, wrap: Wrap) -> Result<Writer, FolderError> {
        let lock = settings.folder.lock()?;
        if let Some(last) = settings.folder.numbers()?.last() {
            let file = settings.folder.file(*last);
            let opening = Opening::of(&file).filter(|opening| opening.ledger != settings.ledger);
            if let Some(Opening { ledger: found, .. }) = opening {
                return Err(FolderError::Foreign { file, found, expected: settings.ledger });
            }
        }
        Ok(Writer {
            settings,
            wrap,
            _lock: lock,
            open: None,
            chain: Chain::default(),
            buffer: Vec::new(),
            weight: 0,
            synced: Instant::now(),
            is_dirty: false,
            trouble: None,
            ration: Ration::default(),
        })
    }

    /// Writes what comes until nothing more does. Whatever fails is tried again; meanwhile no question is let through.
    pub fn run(mut self, records: &Records) {
        let mut first = Come::Nothing;
        loop {
            match self.turn(records, std::mem::replace(&mut first, Come::Nothing)) {
                Ok(true) => return,
                Ok(false) => first = records.wait(self.due()),
                Err(_) if records.is_over() => return self.give_up(records),
                Err(_) => sleep(RETRY),
            }
            if matches!(first, Come::Records(_)) {
                sleep(GATHER);
            }
        }
    }

    /// When there is something to do, though nothing comes.
    fn due(&self) -> Instant {
        match (self.is_dirty, self.ration.uncounted()) {
            (true, _) => self.synced + SYNC,
            (false, 0) => Instant::now() + IDLE,
            (false, _) => Instant::now() + SYNC,
        }
    }

    /// Writes what has come; whether nothing more comes. Where that fails, no question is let through from then on.
    pub(crate) fn turn(&mut self, records: &Records, first: Come) -> io::Result<bool> {
        let done = self.go_on(records, first);
        if let Err(error) = &done {
            self.suffer(records, error);
        }
        done
    }

    fn go_on(&mut self, records: &Records, first: Come) -> io::Result<bool> {
        self.begin()?;
        if self.buffer.is_empty() {
            self.look()?;
        }
        let mut is_over = matches!(first, Come::Over);
        if let Come::Records(taken) = first {
            self.take(taken);
        }
        self.flush(records)?;
        self.end_trouble(records)?;
        while !is_over {
            match records.next() {
                Come::Records(taken) => self.take(taken),
                Come::Nothing => break,
                Come::Over => is_over = true,
            }
            if self.buffer.len() >= CHUNK {
                self.flush(records)?;
                self.change_file(records)?;
            }
        }
        self.count_uncounted(records);
        if is_over {
            self.event(&Event::Stopped);
        }
        self.flush(records)?;
        self.change_file(records)?;
        if is_over || (self.is_dirty && self.synced.elapsed() >= SYNC) {
            self.look()?;
            self.flush(records)?;
            self.sync(records)?;
        }
        Ok(is_over)
    }

    /// Makes lines of records.
    fn take(&mut self, records: Vec<Record>) {
        for record in records {
            self.weight += record.weight;
            if self.ration.takes(&record) {
                write_record(&mut self.buffer, &mut self.chain, &record);
            }
        }
    }

    /// Says how much left no record of its own, once a second is over.
    fn count_uncounted(&mut self, records: &Records) {
        self.ration.count(records.take_uncounted());
        if let Some(records) = self.ration.take_uncounted(now_us(), records.is_over()) {
            self.event(&Event::Uncounted { records });
        }
    }

    fn event(&mut self, event: &Event) {
        write_event(&mut self.buffer, &mut self.chain, now_us(), event);
    }

    /// Puts lines into the file.
    fn flush(&mut self, records: &Records) -> io::Result<()> {
        let open = self.open.as_mut().expect("it was begun");
        if self.buffer.is_empty() {
            records.written(std::mem::take(&mut self.weight));
            return Ok(());
        }
        if open.sink.free()? < self.settings.room {
            let why = format!("fewer than {} bytes are free on its disk", self.settings.room);
            return Err(io::Error::new(io::ErrorKind::StorageFull, why));
        }
        if let Err(error) = open.sink.write(open.length, &self.buffer) {
            // A part of it may be there. What cannot be cut off is written over.
            drop(open.sink.cut(open.length));
            return Err(error);
        }
        open.length += u64::try_from(self.buffer.len()).expect("usize has at most 64 bits here");
        self.buffer.clear();
        self.buffer.shrink_to(2 * CHUNK);
        self.is_dirty = true;
        records.written(std::mem::take(&mut self.weight));
        Ok(())
    }

    /// Makes what was written last.
    fn sync(&mut self, records: &Records) -> io::Result<()> {
        self.open.as_mut().expect("it was begun").sink.sync()?;
        (self.synced, self.is_dirty) = (Instant::now(), false);
        records.set_head(Head { seq: self.chain.seq, hash: self.chain.head.clone() });
        Ok(())
    }

    /// Looks whether the file is still what was written. Whoever takes it away, or cuts it, is told of by the next one.
    fn look(&mut self) -> io::Result<()> {
        let open = self.open.as_ref().expect("it was begun");
        if open.sink.stands(open.length)? {
            return Ok(());
        }
        let path = self.settings.folder.file(open.number);
        if self.trouble.is_none() {
            tracing::error!(path = %path.display(), "ACCESS LOG: the file was taken away, or changed, while it was written");
        }
        let next = open.number + 1;
        self.begin_file(next, "gone")
    }

    /// Finds where the log ends, the first time.
    fn begin(&mut self) -> io::Result<()> {
        if self.open.is_some() {
            return Ok(());
        }
        let Found { chain, next, event } = recovery::find_end(&self.settings.folder)?;
        self.chain = chain;
        match next {
            Next::GoOn { number, length, day } => {
                let sink =
                    FileSink::new(self.settings.folder.reopen(number)?, self.settings.folder.file(number));
                self.open = Some(OpenFile { number, sink: (self.wrap)(sink), length, day });
            }
            Next::Begin { number, why } => self.begin_file(number, why)?,
        }
        if let Some(event) = event {
            self.event(&event);
        }
        self.event(&Event::Started);
        Ok(())
    }

    /// Goes on in another file, where this one is long enough or of another day.
    fn change_file(&mut self, records: &Records) -> io::Result<()> {
        if self.is_done_with_file().is_none() {
            return Ok(());
        }
        self.look()?;
        self.flush(records)?;
        if let Some(why) = self.is_done_with_file() {
            self.sync(records)?;
            let next = self.open.as_ref().expect("it was begun").number + 1;
            self.begin_file(next, why)?;
        }
        self.flush(records)
    }

    /// Why another file is to be begun.
    fn is_done_with_file(&self) -> Option<&'static str> {
        let open = self.open.as_ref().expect("it was begun");
        if open.length >= self.settings.file_bytes {
            return Some("size");
        }
        (open.day != now_us().div_euclid(DAY_US)).then_some("day")
    }

    fn begin_file(&mut self, number: u64, why: &'static str) -> io::Result<()> {
        let file = self.settings.folder.create(number)?;
        let sink = (self.wrap)(FileSink::new(file, self.settings.folder.file(number)));
        let day = now_us().div_euclid(DAY_US);
        self.open = Some(OpenFile { number, sink, length: 0, day });
        let (ledger, after) = (self.settings.ledger.clone(), self.chain.head.clone());
        self.event(&Event::Opened { file: number, ledger, after, why });
        Ok(())
    }

    /// What stopped it is over: says so.
    fn end_trouble(&mut self, records: &Records) -> io::Result<()> {
        let Some(Trouble { why, since_us }) = self.trouble.take() else { return Ok(()) };
        let interrupted = Event::Interrupted { why: why.clone(), since_us };
        self.event(&interrupted);
        let written = self.flush(records).and_then(|()| self.sync(records));
        if let Err(error) = written {
            self.trouble = Some(Trouble { why, since_us });
            return Err(error);
        }
        tracing::warn!("the access log is written again, and questions are answered");
        records.set_trouble(None);
        Ok(())
    }

    /// Cannot go on: questions are refused from now on.
    fn suffer(&mut self, records: &Records, error: &io::Error) {
        let is_full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        );
        records.set_trouble(Some(if is_full { NotNow::Full } else { NotNow::Failed }));
        if self.trouble.is_none() {
            tracing::error!(%error, "ACCESS LOG: it cannot be written, so no question is answered; payments go on");
            self.trouble = Some(Trouble { why: error.to_string(), since_us: now_us() });
        }
    }

    /// The node ends before it could be written again.
    fn give_up(&self, records: &Records) {
        if !self.buffer.is_empty() || !records.take_all().is_empty() {
            tracing::error!("ACCESS LOG: the node ends, and some of what was answered last has no record");
        }
    }
}

fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}
