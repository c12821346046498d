//! The moments by which something must have happened on a connection.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::Limits;

/// How much of what waits for it a client must read within each write deadline.
const LEAST_PROGRESS: usize = 64 << 10;
/// How long buffers keep what a burst made them.
const TIDY_AFTER: Duration = Duration::from_secs(1);
/// A node that stops hears a client out until nothing has come for so long: what was sent before the stop is on its way.
const HEARD_OUT_AFTER: Duration = Duration::from_millis(100);
/// However long a client goes on sending, and whatever it waits for, it is told so long after the stop at the latest.
const LAST_CALL_AFTER: Duration = Duration::from_secs(1);

/// What is due when a moment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum Due {
    /// No hello in time.
    #[error("no hello came in time")]
    Hello,
    /// A frame that began did not end in time.
    #[error("a frame took too long")]
    Frame,
    /// Nothing was asked for too long.
    #[error("nothing was asked for too long")]
    Idle,
    /// The client does not read what waits for it.
    #[error("answers were not read in time")]
    Unread,
    /// The last answers did not get out in time.
    #[error("the last answers did not get out in time")]
    Closing,
    /// Not an end: buffers may be given back.
    #[error("buffers may be given back")]
    Tidy,
    /// Not yet an end: a client of a node that stops was heard out.
    #[error("the client was heard out")]
    Goodbye,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Connection {
    /// Whether the other side is a client already.
    pub(crate) is_known: bool,
    /// Whether requests are still taken in.
    pub(crate) is_open: bool,
    /// Whether they are refused, since the node is about to stop.
    pub(crate) is_stopping: bool,
    /// Whether more bytes are wanted.
    pub(crate) wants_bytes: bool,
    /// Whether a request has begun and not ended.
    pub(crate) is_mid_frame: bool,
    /// Whether nothing waits for the engine or the log.
    pub(crate) is_answered: bool,
    /// Whether every answer is out, besides.
    pub(crate) is_settled: bool,
    /// Whether answers wait for the client to read them.
    pub(crate) has_unread: bool,
}

/// What happened on a connection since it was last looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// Frames that ended.
    pub(crate) frames: usize,
    /// Bytes of answers that got out.
    pub(crate) written: usize,
    /// Whether anything was read.
    pub(crate) heard: bool,
}

/// Since when what has been so.
#[derive(Debug)]
pub(crate) struct Deadlines {
    accepted: Instant,
    /// The last time a frame ended or an answer got out.
    active: Instant,
    mid_frame: Option<Instant>,
    unread: Option<Instant>,
    /// How long after `unread` it is looked at.
    patience: Duration,
    /// How long after `unread` it is looked at first.
    first_look: Duration,
    /// Bytes that the client read since `unread`.
    progress: usize,
    closing: Option<Instant>,
    /// Since when the node is about to stop.
    stopping: Option<Instant>,
    /// When something was last read.
    heard: Instant,
    is_tidy: bool,
}

impl Deadlines {
    pub(crate) fn new(now: Instant, limits: &Limits) -> Deadlines {
        let first_look = limits.pressing_deadline.min(limits.write_deadline);
        Deadlines {
            accepted: now,
            active: now,
            mid_frame: None,
            unread: None,
            patience: first_look,
            first_look,
            progress: 0,
            closing: None,
            stopping: None,
            heard: now,
            is_tidy: true,
        }
    }

    /// Notes what happened, and how the connection stands now.
    pub(crate) fn note(&mut self, now: Instant, connection: Connection, progress: Progress) {
        let Progress { frames, written, heard } = progress;
        if heard {
            self.heard = now;
        }
        if connection.is_stopping {
            self.stopping.get_or_insert(now);
        }
        if frames > 0 || written > 0 {
            self.active = now;
            self.is_tidy = false;
        }
        let waits_for_frame = connection.wants_bytes && connection.is_mid_frame;
        if frames > 0 || !waits_for_frame {
            self.mid_frame = None;
        }
        if waits_for_frame {
            self.mid_frame.get_or_insert(now);
        }
        self.progress += written;
        if !connection.has_unread || self.progress >= LEAST_PROGRESS {
            self.unread = None;
        }
        if connection.has_unread && self.unread.is_none() {
            self.unread = Some(now);
            self.patience = self.first_look;
            self.progress = 0;
        }
        if !connection.is_open {
            self.closing.get_or_insert(now);
        }
    }

    /// A client was looked at that does not read what waits for it: whether it is waited for on. `is_short`: others miss what
    /// it holds.
    pub(crate) fn wait_on(&mut self, limits: &Limits, is_short: bool) -> bool {
        let waits = !is_short && self.patience < limits.write_deadline;
        if waits {
            self.patience = (self.patience + self.first_look).min(limits.write_deadline);
        }
        waits
    }

    /// Notes that buffers were given back.
    pub(crate) fn tidied(&mut self) {
        self.is_tidy = true;
    }

    /// What is due next, and when.
    pub(crate) fn next(&self, limits: &Limits, connection: Connection) -> (Instant, Due) {
        let is_awaited = connection.is_open && !connection.is_known;
        let hello = is_awaited.then(|| (self.accepted + limits.hello_deadline, Due::Hello));
        let frame = self.mid_frame.map(|since| (since + limits.frame_deadline, Due::Frame));
        let unread = self.unread.map(|since| (since + self.patience, Due::Unread));
        let closing = self.closing.map(|since| (since + limits.closing_deadline, Due::Closing));
        let is_quiet = connection.is_settled;
        let idle = is_quiet.then(|| (self.active + limits.idle_timeout, Due::Idle));
        let tidy = (is_quiet && !self.is_tidy).then(|| (self.active + TIDY_AFTER, Due::Tidy));
        let goodbye = self.goodbye(connection).map(|due| (due, Due::Goodbye));
        let all = [hello, frame, unread, closing, idle, tidy, goodbye];
        let far = self.active + limits.idle_timeout;
        all.into_iter().flatten().min().unwrap_or((far, Due::Tidy))
    }

    /// Whether a client of a node that stops is to be told so now.
    pub(crate) fn is_goodbye_due(&self, now: Instant, connection: Connection) -> bool {
        self.stopping.is_some() && self.goodbye(connection).is_some_and(|due| due <= now)
    }

    /// When a client of a node that stops is told so: when it is silent and has all answers to what it sent.
    fn goodbye(&self, connection: Connection) -> Option<Instant> {
        let since = self.stopping.filter(|_| connection.is_open)?;
        let last_call = since + LAST_CALL_AFTER;
        let is_listened_to = connection.is_answered && connection.wants_bytes;
        let heard_out = is_listened_to.then(|| self.heard.max(since) + HEARD_OUT_AFTER);
        Some(heard_out.map_or(last_call, |heard_out| heard_out.min(last_call)))
    }
}
