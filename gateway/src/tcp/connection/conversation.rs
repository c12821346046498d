//! The protocol of one connection without its socket: bytes in, requests to the service, answers out.

use std::time::Instant;

use bytes::{Buf, BytesMut};
use longmen_client::{
    ANSWER_BIT, CONNECTION, Format, FrameError, Header, MAX_HELLO, Operation, PREFIX_BYTES, read_prefix,
};
use longmen_engine::Meter;
use longmen_engine::ledger::Rejection;

use super::outbox::Outbox;
use crate::service::{
    Answered, Connection, Due, Fault, InFlight, Limits, Origin, Ready, Request, Service, Session, Unanswered,
};
use crate::tcp::decode::{Asking, answer_format, read_request, result_bytes};
use crate::tcp::encode::write_outcome;

/// At most 256 KiB of refusals wait for a client to read them; then nothing more is read from it.
const MOST_UNPAID: usize = 256 << 10;

/// One connection's protocol.
pub(crate) struct Conversation<'a> {
    service: &'a Service,
    pub(super) session: Session<'a, Header>,
    /// Bytes that were read and are no whole frame yet.
    pub(super) inbox: BytesMut,
    /// What the frame at the front of the inbox holds, once its header was seen.
    admitted: Option<InFlight>,
    /// Bytes still to come of a frame that was refused.
    skip: usize,
    pub(super) outbox: Outbox,
    /// The last word of a connection that ends because of what was sent, until all that was asked before is answered.
    farewell: Option<(Rejection, String)>,
    /// Whether whole frames wait in the inbox until more of what is under way was read.
    is_held_back: bool,
    /// Whether frames are still taken in.
    is_open: bool,
    /// Whether they are refused, since the node is about to stop.
    is_stopping: bool,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(service: &'a Service, origin: Origin) -> Conversation<'a> {
        Conversation {
            service,
            session: Session::open(service, origin),
            inbox: BytesMut::new(),
            admitted: None,
            skip: 0,
            outbox: Outbox::default(),
            farewell: None,
            is_held_back: false,
            is_open: true,
            is_stopping: false,
        }
    }

    /// Takes no further frames.
    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The node is about to stop: what was taken in before is finished and answered, every frame that ends after it is
    /// refused as soon as its header is there.
    pub(super) fn stop(&mut self) {
        self.is_stopping = true;
        self.give_up_frame();
    }

    /// What the frame at the front holds is free again.
    fn give_up_frame(&mut self) {
        if let Some(cost) = self.admitted.take() {
            self.session.give_back(cost);
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    /// Takes no further frames, and says why behind all other answers.
    pub(super) fn say_goodbye(&mut self) {
        self.farewell = Some((Rejection::ShuttingDown, "the node is about to stop".to_owned()));
        self.close();
        self.take_leave();
    }

    /// Takes no further frames, since a deadline has passed, and says which behind all other answers.
    pub(super) fn dismiss_late(&mut self, due: Due) {
        let limits = self.limits();
        let why = match due {
            Due::Hello => format!("no hello was answered within {:?}", limits.hello_deadline),
            Due::Frame => format!("a frame was not finished within {:?}", limits.frame_deadline),
            due => format!("{due}: {:?}", limits.idle_timeout),
        };
        self.farewell = Some((Rejection::Busy, why));
        self.close();
        self.give_up_frame();
        self.take_leave();
    }

    /// Tells one without a hello that others need its place.
    pub(super) fn show_out(&mut self) {
        let header = Header { format: 0, operation: CONNECTION, tag: 0 };
        self.refuse(header, InFlight::default(), Rejection::Busy, Some("no hello came, and others wait"));
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.service.limits()
    }

    /// Whether the other side is a client already.
    pub(super) fn is_known(&self) -> bool {
        self.session.caller().is_some()
    }

    /// Whether more bytes are wanted: not while a hello is decided, nor while too much is under way or waits to be read. Refusals for want
    /// of permits hold none, so fewer of them stop it.
    pub(super) fn wants_bytes(&self) -> bool {
        self.is_open
            && !self.is_held_back
            && !self.session.is_announced()
            && self.outbox.len() <= self.limits().unread_bytes
            && self.outbox.unpaid() <= MOST_UNPAID
    }

    /// Whether a frame has begun and not ended.
    pub(super) fn is_mid_frame(&self) -> bool {
        self.skip > 0 || !self.inbox.is_empty()
    }

    /// Whether nothing waits for the engine or the log.
    pub(super) fn is_answered(&self) -> bool {
        self.session.is_answered()
    }

    /// Whether every answer is out.
    pub(super) fn is_settled(&self) -> bool {
        self.is_answered() && self.farewell.is_none() && self.outbox.is_empty()
    }

    /// How it stands, for its deadlines.
    pub(super) fn connection(&self) -> Connection {
        Connection {
            is_known: self.is_known(),
            is_open: self.is_open,
            is_stopping: self.is_stopping,
            wants_bytes: self.wants_bytes(),
            is_mid_frame: self.is_mid_frame(),
            is_answered: self.is_answered(),
            is_settled: self.is_settled(),
            has_unread: !self.outbox.is_empty(),
        }
    }

    /// How many bytes the frame under way still needs at least.
    pub(super) fn missing_bytes(&self) -> usize {
        match read_prefix(&self.inbox, self.frame_cap()) {
            Ok(Some(prefix)) => prefix.total.saturating_sub(self.inbox.len()),
            _ => self.skip,
        }
    }

    /// Takes in all whole frames of the inbox, and submits what they ask for as one; how many there were.
    pub(super) fn take_frames(&mut self) -> usize {
        if self.inbox.is_empty() {
            return 0;
        }
        self.is_held_back = false;
        let begun = Instant::now();
        self.session.is_now(begun);
        let mut inbox = std::mem::take(&mut self.inbox);
        let mut frames = 0;
        while self.is_open && !self.session.is_announced() {
            let skipped = self.skip.min(inbox.len());
            inbox.advance(skipped);
            self.skip -= skipped;
            let Some((header, total)) = self.next_frame(&inbox) else { break };
            frames += 1;
            let Some(cost) = self.admitted.take() else {
                let why = if self.is_stopping { Rejection::ShuttingDown } else { Rejection::Busy };
                self.refuse(header, InFlight::default(), why, None);
                self.skip = total;
                continue;
            };
            self.take_request(header, &inbox[PREFIX_BYTES..total], cost);
            inbox.advance(total);
        }
        self.inbox = inbox;
        let decoded = Instant::now();
        if frames > 0 {
            self.service.meters().note_time(Meter::Decode, decoded - begun);
        }
        self.session.flush(decoded);
        self.give_back_answered();
        self.take_leave();
        frames
    }

    /// Whether frames wait here that are to be taken in when more was read, or given back.
    pub(super) fn is_held_back(&self) -> bool {
        self.is_held_back
    }

    /// The first frame, when it is whole, or, when it will not be taken in, its header: there are no permits for it, or the
    /// node is about to stop.
    fn next_frame(&mut self, bytes: &[u8]) -> Option<(Header, usize)> {
        match read_prefix(bytes, self.frame_cap()) {
            Ok(prefix) => {
                let prefix = prefix?;
                if prefix.header.operation & !ANSWER_BIT == CONNECTION {
                    // Its answer would say that the connection ends.
                    let why = "operation 0 is the node's own, to speak of the connection";
                    self.farewell = Some((Rejection::Malformed, why.to_owned()));
                    self.close();
                    return None;
                }
                if self.is_stopping {
                    return Some((prefix.header, prefix.total));
                }
                if self.admitted.is_none() {
                    if self.session.is_full() {
                        self.is_held_back = true;
                        return None;
                    }
                    let total = u64::try_from(prefix.total).expect("usize has at most 64 bits here");
                    let cost = InFlight { transactions: 0, bytes: total };
                    if !self.session.admit(cost) {
                        return Some((prefix.header, prefix.total));
                    }
                    self.admitted = Some(cost);
                }
                (prefix.total <= bytes.len()).then_some((prefix.header, prefix.total))
            }
            Err(error) => {
                self.dismiss(error);
                None
            }
        }
    }

    fn frame_cap(&self) -> u32 {
        if self.is_known() { self.limits().request_bytes } else { MAX_HELLO }
    }

    /// Ends the connection: where its next frame begins is not known any more.
    fn dismiss(&mut self, error: FrameError) {
        let is_hello_too_long = matches!(error, FrameError::TooLong { .. }) && !self.is_known();
        let code = if is_hello_too_long { Rejection::NotAuthenticated } else { Rejection::Malformed };
        self.farewell = Some((code, error.to_string()));
        self.close();
    }

    /// Says the last word when nothing comes behind it any more.
    pub(super) fn take_leave(&mut self) {
        if self.is_answered()
            && let Some((code, why)) = self.farewell.take()
        {
            let header = Header { format: 0, operation: CONNECTION, tag: 0 };
            self.refuse(header, InFlight::default(), code, Some(&why));
        }
    }

    fn take_request(&mut self, header: Header, body: &[u8], cost: InFlight) {
        let request = match self.read(header, body) {
            Ok(request) => request,
            Err((rejection, why)) => return self.refuse(header, cost, rejection, Some(&why)),
        };
        let result = result_bytes(answer_format(header));
        if let Some(answered) = self.session.take(header, cost, request, result) {
            push(&mut self.outbox, &answered);
            if self.session.failed_login().is_some() {
                self.close();
            }
        }
    }

    fn read(&self, header: Header, body: &[u8]) -> Result<Request, (Rejection, String)> {
        let malformed = |why: &str| (Rejection::Malformed, why.to_owned());
        let operation = Operation::from_number(header.operation);
        let operation = operation.ok_or_else(|| malformed("an operation that is not known"))?;
        let asking = match (operation, self.session.caller()) {
            (Operation::Hello, None) => Asking::default(),
            (Operation::Hello, Some(_)) => return Err(malformed("hello was said already")),
            (_, None) => return Err((Rejection::NotAuthenticated, "say hello first".to_owned())),
            (_, Some(caller)) => Asking { client: caller.client },
        };
        let format = Format::from_number(header.format);
        let format = format.ok_or_else(|| malformed("a format that is not known"))?;
        let refuse = |fault: Fault| (fault.rejection(), fault.to_string());
        read_request(operation, format, body, asking).map_err(refuse)
    }

    fn refuse(&mut self, header: Header, cost: InFlight, rejection: Rejection, why: Option<&str>) {
        let outcome = Err(Unanswered::Rejected(rejection, why.map(Into::into)));
        push(&mut self.outbox, &Answered { ticket: header, cost, outcome });
    }

    /// Takes in what is ready; whether the engine is still there.
    pub(super) fn deliver(&mut self, ready: Ready) -> bool {
        let outbox = &mut self.outbox;
        let is_there = self.session.deliver(ready, |answered| push(outbox, &answered));
        self.give_back_answered();
        self.take_leave();
        is_there
    }

    fn give_back_answered(&mut self) {
        let answered = self.outbox.take_answered();
        self.session.give_back(answered);
    }

    /// Notes that the socket took `count` bytes of the outbox.
    pub(super) fn advance(&mut self, count: usize) {
        let free = self.outbox.advance(count);
        self.session.give_back(free);
        self.session.note_read(u64::try_from(count).expect("usize has at most 64 bits here"));
    }

    /// Gives memory back that only a burst needed.
    pub(super) fn shrink(&mut self) {
        if self.inbox.is_empty() {
            self.inbox = BytesMut::new();
        }
        self.outbox.shrink();
    }
}

/// Puts an answer into the outbox, which holds the permits of its bytes until it is out.
fn push(outbox: &mut Outbox, answered: &Answered<Header>) {
    let Answered { ticket: header, cost, outcome } = answered;
    let format = match outcome {
        // The compact form has no word for it.
        Err(Unanswered::Failed(_)) => Format::MessagePack,
        _ => answer_format(*header),
    };
    outbox.push(*header, format, *cost, |out| write_outcome(out, format, outcome));
}
