//! Ends and beginnings: what the disk fails, what it keeps, and how the node comes back.

use std::sync::Arc;

use longmen_engine::ledger::{LedgerSettings, RefundWindows};
use longmen_engine::{SimulatedNode, SimulatedOptions, StartError, StartReport};
use longmen_wal::{LogOptions, OpenError, Operation, WritePath, seeded_nonces};

use super::{End, World};
use crate::damage;
use crate::failure::{Broken, Check};
use crate::naive;
use crate::rounds::random::Random;
use crate::rounds::tariff::LineTariffs;
use crate::rounds::translate;

impl World {
    pub(super) fn fault(&mut self, random: &mut Random) -> bool {
        if self.armed || self.full {
            return false;
        }
        self.arm(random);
        true
    }

    /// The disk will fail something soon.
    pub(super) fn arm(&mut self, random: &mut Random) {
        let nth = random.below(12) as u64 + 1;
        let operation = random.one_of(&[
            Operation::Sync,
            Operation::Sync,
            Operation::Write,
            Operation::Any,
            Operation::SyncDirectory,
            Operation::Rename,
        ]);
        if random.percent(50) {
            self.disk.power_off_at(nth);
            self.trace.note("armed", &[nth], || format!("the power goes at operation {nth} from now"));
        } else {
            self.disk.fail_nth(operation, nth);
            self.trace.note("armed", &[nth], || format!("{operation:?} {nth} from now fails"));
        }
        self.armed = true;
    }

    pub(super) fn fill(&mut self, random: &mut Random) -> Result<bool, Broken> {
        if self.full || self.armed {
            return Ok(false);
        }
        self.drain()?;
        let room = random.below(300_000) as u64;
        self.disk.set_capacity(Some(self.disk.used() + room));
        self.full = true;
        self.counts.filled += 1;
        self.trace.note("full", &[room], || format!("{room} bytes are left"));
        Ok(true)
    }

    pub(super) fn free(&mut self) -> Result<bool, Broken> {
        if !self.full {
            return Ok(false);
        }
        self.disk.set_capacity(None);
        self.full = false;
        self.tend();
        self.trace.note("free", &[], || "there is room again".into());
        self.drain()?;
        Ok(true)
    }

    /// Stops the node in order, and starts it again.
    pub(super) fn stop(&mut self, random: &mut Random) -> Result<bool, Broken> {
        if self.full {
            return Ok(false);
        }
        self.drain()?;
        let node = self.node.take().expect("a node that ends is started again in the same step");
        self.trace.note("stops", &[], || "in order".into());
        self.counts.stops += 1;
        if let Err(error) = node.close()
            && !self.armed
        {
            return Broken::failed(Check::Ended, error.to_string());
        }
        self.restart(End::Kill, random)?;
        Ok(true)
    }

    pub(super) fn some_end(&self, random: &mut Random) -> End {
        match random.below(10) {
            0..=2 => End::Kill,
            3..=4 => End::CutToSynced,
            _ => End::Cut(random.next()),
        }
    }

    /// The node ends here, and is started again on what is left.
    pub(super) fn restart(&mut self, end: End, random: &mut Random) -> Result<(), Broken> {
        self.trace.note("ends", &[], || format!("{end:?}"));
        let marked = self.node.take().map_or(0, |node| damage::marked(&node.reader()));
        self.own = None;
        self.clients.lose_all(random);
        self.tags.clear();
        self.shown.clear();
        self.leave_disk(end);
        if random.percent(15) {
            self.try_damage(marked, random)?;
        }
        if random.percent(10) {
            damage::flip_in_snapshot(&self.disk, random);
        }
        if random.percent(10) && damage::spoil_archive(&self.disk, random) {
            self.counts.spoiled += 1;
            self.trace.note("spoils", &[], || "an archive of known ids".into());
        }
        let report = self.recover(random)?;
        self.trace.note("starts", &[report.log.last.0], || started(&report));
        self.counts.restarts += 1;
        self.counts.from_snapshot += u64::from(report.snapshot.is_some());
        self.counts.archives += report.archives as u64;
        self.counts.cut_tails += u64::from(report.log.cut.is_some());
        self.counts.rewritten += u64::from(report.log.rewritten.is_some());
        self.looking = Check::Books;
        let reader = self.live().reader();
        self.oracle.recovered(&reader, random.percent(50))?;
        self.trace.note("holds", &[self.oracle.digest()], || "the log, and its books".into());
        self.looking = Check::Assertion;
        self.connect();
        self.wait(self.oracle.now().now())?;
        self.compare_shown()
    }

    /// The disk as it is found after an end.
    pub(super) fn leave_disk(&mut self, end: End) {
        self.disk = match end {
            End::Kill => self.disk.branch(),
            End::CutToSynced => self.disk.without_unsynced(),
            End::Cut(seed) => self.disk.power_cut(seed),
        };
        if end != End::Kill {
            self.counts.cuts += 1;
        }
        (self.full, self.armed) = (false, false);
    }

    /// A copy of the log is damaged, and must be refused.
    pub(super) fn try_damage(&mut self, marked: u64, random: &mut Random) -> Result<(), Broken> {
        let Some(damaged) = damage::damage(&self.disk, marked, random) else { return Ok(()) };
        self.counts.damaged += 1;
        self.trace.note("damage", &[], || damaged.what.clone());
        let options = self.options(random);
        self.lives += 1;
        let nonces = seeded_nonces(self.seed ^ self.lives.wrapping_mul(0x9e37_79b9));
        match SimulatedNode::start(Arc::new(damaged.disk.clone()), &options, nonces, self.clock_us) {
            // Below a snapshot and an archive of ids a start need not read: `verify` does.
            Ok((_, report)) => match longmen_engine::audit::verify(&damaged.disk, &mut |_| {}) {
                Err(_) if report.snapshot.is_some_and(|start| start >= damaged.frame) => Ok(()),
                _ => Broken::failed(Check::Damage, format!("{} and nobody noticed", damaged.what)),
            },
            Err(error) => damaged.is_named(&error).or_else(|what| Broken::failed(Check::Damage, what)),
        }
    }

    /// Starts a node, over whatever goes wrong meanwhile.
    pub(super) fn recover(&mut self, random: &mut Random) -> Result<StartReport, Broken> {
        loop {
            if random.percent(15) {
                self.arm(random);
            } else if random.percent(5) {
                self.disk.set_capacity(Some(self.disk.used() + random.below(400_000) as u64));
                self.armed = true;
            }
            match self.start(random) {
                Ok(report) => {
                    // A node that started on a full disk learns of room when it looks for it again.
                    self.disk.set_capacity(None);
                    self.tend();
                    return Ok(report);
                }
                Err(StartError::Log(OpenError::Refused(finding))) => {
                    return Broken::failed(Check::Refused, finding.to_string());
                }
                Err(error) if self.armed => {
                    self.trace.note("no start", &[], || error.to_string());
                    self.counts.failed_starts += 1;
                    let end = self.some_end(random);
                    self.leave_disk(end);
                }
                Err(error) => return Broken::failed(Check::Refused, error.to_string()),
            }
        }
    }

    pub(super) fn start(&mut self, random: &mut Random) -> Result<StartReport, StartError> {
        self.lives += 1;
        let nonces = seeded_nonces(self.seed ^ self.lives.wrapping_mul(0x9e37_79b9));
        let options = self.options(random);
        let disk = Arc::new(self.disk.clone());
        let (node, report) = SimulatedNode::start(disk, &options, nonces, self.clock_us)?;
        self.node = Some(node);
        Ok(report)
    }

    pub(super) fn options(&self, random: &mut Random) -> SimulatedOptions {
        let by_type = [(naive::SHORT_TYPE.into(), naive::SHORT_WINDOW)].into();
        let settings = LedgerSettings {
            shards: random.one_of(&[1, 2, 3, 5, 7]),
            known_ids: random.one_of(&[16, 64]),
            hot_by_rate: false,
            frame_bytes: random.one_of(&[100, 1_000, 4_000, 8_000]),
            refund_windows: RefundWindows { by_type, ..RefundWindows::default() },
            refund_clearing: translate::refund_clearing(),
            tariffs: Some(Arc::new(LineTariffs)),
            seed: random.next(),
            ..LedgerSettings::default()
        };
        let segment_bytes = random.one_of(&[128 << 10, 256 << 10]);
        let log = LogOptions { segment_bytes, segments_ahead: 0, write_path: WritePath::Pwritev };
        let slice = random.one_of(&[1, 2, 5]);
        SimulatedOptions { settings, log, least_space: segment_bytes - (16 << 10), slice }
    }

    pub(super) fn connect(&mut self) {
        self.own = Some(self.live().open_session());
        for client in self.clients.indexes() {
            let (session, replies) = self.live().open_session();
            self.clients.connect(client, session, replies);
        }
    }
}

/// What recovery found, in words.
fn started(report: &StartReport) -> String {
    let log = &report.log;
    let from =
        report.snapshot.map_or_else(|| "the first frame".into(), |frame| format!("a snapshot at {frame}"));
    let cut = log.cut.map_or_else(String::new, |cut| format!(", a tail cut at {}", cut.first));
    let again =
        log.rewritten.map_or_else(String::new, |(first, last)| format!(", {first} to {last} written again"));
    format!("up to frame {}, from {from}{cut}{again}", log.last)
}
