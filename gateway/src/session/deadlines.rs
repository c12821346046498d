//! The moments by which something must have happened on a connection.

use std::time::Duration;

use tokio::time::Instant;

use super::conversation::Conversation;
use crate::limits::Limits;

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
pub(super) enum Due {
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

/// What happened on a connection since it was last looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Frames that ended.
    pub(super) frames: usize,
    /// Bytes of answers that got out.
    pub(super) written: usize,
    /// Whether anything was read.
    pub(super) heard: bool,
}

/// Since when what has been so.
#[derive(Debug)]
pub(super) struct Deadlines {
    accepted: Instant,
    /// The last time a frame ended or an answer got out.
    active: Instant,
    mid_frame: Option<Instant>,
    unread: Option<Instant>,
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
    pub(super) fn new(now: Instant) -> Deadlines {
        Deadlines {
            accepted: now,
            active: now,
            mid_frame: None,
            unread: None,
            progress: 0,
            closing: None,
            stopping: None,
            heard: now,
            is_tidy: true,
        }
    }

    /// Notes what happened, and how the conversation stands now.
    pub(super) fn note(&mut self, now: Instant, conversation: &Conversation<'_>, progress: Progress) {
        let Progress { frames, written, heard } = progress;
        if heard {
            self.heard = now;
        }
        if conversation.is_stopping() {
            self.stopping.get_or_insert(now);
        }
        if frames > 0 || written > 0 {
            self.active = now;
            self.is_tidy = false;
        }
        let waits_for_frame = conversation.wants_bytes() && conversation.is_mid_frame();
        if frames > 0 || !waits_for_frame {
            self.mid_frame = None;
        }
        if waits_for_frame {
            self.mid_frame.get_or_insert(now);
        }
        self.progress += written;
        if conversation.outbox.is_empty() || self.progress >= LEAST_PROGRESS {
            self.unread = None;
        }
        if !conversation.outbox.is_empty() && self.unread.is_none() {
            self.unread = Some(now);
            self.progress = 0;
        }
        if !conversation.is_open() {
            self.closing.get_or_insert(now);
        }
    }

    /// Notes that buffers were given back.
    pub(super) fn tidied(&mut self) {
        self.is_tidy = true;
    }

    /// What is due next, and when.
    pub(super) fn next(&self, limits: &Limits, conversation: &Conversation<'_>) -> (Instant, Due) {
        let hello = (!conversation.is_known()).then(|| (self.accepted + limits.hello_deadline, Due::Hello));
        let frame = self.mid_frame.map(|since| (since + limits.frame_deadline, Due::Frame));
        let unread = self.unread.map(|since| (since + limits.write_deadline, Due::Unread));
        let closing = self.closing.map(|since| (since + limits.closing_deadline, Due::Closing));
        let is_quiet = conversation.is_settled();
        let idle = is_quiet.then(|| (self.active + limits.idle_timeout, Due::Idle));
        let tidy = (is_quiet && !self.is_tidy).then(|| (self.active + TIDY_AFTER, Due::Tidy));
        let goodbye = self.goodbye(conversation).map(|due| (due, Due::Goodbye));
        let all = [hello, frame, unread, closing, idle, tidy, goodbye];
        let far = self.active + limits.idle_timeout;
        all.into_iter().flatten().min().unwrap_or((far, Due::Tidy))
    }

    /// Whether a client of a node that stops is to be told so now.
    pub(super) fn is_goodbye_due(&self, now: Instant, conversation: &Conversation<'_>) -> bool {
        self.stopping.is_some() && self.goodbye(conversation).is_some_and(|due| due <= now)
    }

    /// When a client of a node that stops is told so: when it is silent and has all answers to what it sent.
    fn goodbye(&self, conversation: &Conversation<'_>) -> Option<Instant> {
        let since = self.stopping.filter(|_| conversation.is_open())?;
        let last_call = since + LAST_CALL_AFTER;
        let is_listened_to = conversation.is_answered() && conversation.wants_bytes();
        let heard_out = is_listened_to.then(|| self.heard.max(since) + HEARD_OUT_AFTER);
        Some(heard_out.map_or(last_call, |heard_out| heard_out.min(last_call)))
    }
}
