//! The protocol of one connection without its socket: bytes in, requests to the engine, answers out.

mod reading;

use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use longmen_client::{
    CONNECTION, Format, FrameError, Header, MAX_HELLO, Operation, PREFIX_BYTES, read_prefix,
};
use longmen_engine::ledger::{Answer, ClientId, Command, Rejection, TransactionKey};
use longmen_engine::{Meter, Replies, Reply, Session};
use tokio::task::JoinSet;

use super::inquiry::{Inquiry, Next};
use super::lookup::{Found, Wanted};
use super::outbox::Outbox;
use super::pending::{Pending, Purpose, Waiting};
use super::price::price;
use crate::decode::{Asked, Asking, Hello, Which, answer_format, read_request};
use crate::encode::{
    write_answer, write_compact_posted, write_compact_refusal, write_done, write_refusal, write_welcome,
};
use crate::in_flight::InFlight;
use crate::limits::Limits;
use crate::permits::SessionPermits;
use crate::shared::Shared;

/// So many bytes of refusals may wait for a client to read them before nothing more is read from it.
const MOST_UNPAID: usize = 256 << 10;

/// Who the other side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Nobody yet.
    Stranger,
    /// It proved its name; the engine is asked for its number.
    Announced,
    /// A client.
    Known(ClientId),
}

/// One connection's protocol.
pub(crate) struct Conversation<'a> {
    shared: &'a Shared,
    session: Session,
    standing: Standing,
    pub(super) permits: SessionPermits<'a>,
    /// Bytes that were read and are no whole frame yet.
    pub(super) inbox: BytesMut,
    /// What the frame at the front of the inbox holds, once its header was seen.
    admitted: Option<InFlight>,
    /// Bytes still to come of a frame that was refused.
    skip: usize,
    pub(super) outbox: Outbox,
    pending: Pending,
    pub(super) lookups: JoinSet<(u64, Found)>,
    /// How long the requests took that are being answered.
    ages: Vec<Duration>,
    /// The name that was given with a wrong token, or that nobody has.
    failed_login: Option<Box<str>>,
    /// The last word of a connection that ends because of what was sent, until all that was asked before is answered.
    farewell: Option<(Rejection, String)>,
    /// Whether frames are still taken in.
    is_open: bool,
    /// Whether they are refused, since the node is about to stop.
    is_stopping: bool,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(shared: &'a Shared, session: Session) -> Conversation<'a> {
        Conversation {
            shared,
            session,
            standing: Standing::Stranger,
            permits: SessionPermits::new(&shared.permits, shared.limits.session),
            inbox: BytesMut::new(),
            admitted: None,
            skip: 0,
            outbox: Outbox::default(),
            pending: Pending::default(),
            lookups: JoinSet::new(),
            ages: Vec::new(),
            failed_login: None,
            farewell: None,
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
        if let Some(cost) = self.admitted.take() {
            self.permits.give_back(cost);
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

    /// Tells one without a hello that others need its place.
    pub(super) fn show_out(&mut self) {
        let header = Header { format: 0, operation: CONNECTION, tag: 0 };
        self.refuse(header, InFlight::default(), Rejection::Busy, Some("no hello came, and others wait"));
    }

    /// The name of a hello that was refused.
    pub(super) fn failed_login(&self) -> Option<&str> {
        self.failed_login.as_deref()
    }

    pub(super) fn limits(&self) -> &'a Limits {
        &self.shared.limits
    }

    /// Whether the other side is a client already.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.standing, Standing::Known(_))
    }

    /// Whether its hello is being decided.
    pub(super) fn is_announced(&self) -> bool {
        self.standing == Standing::Announced
    }

    /// Whether more bytes are wanted: not while a hello is decided, nor while too much waits to be read. Refusals for want
    /// of permits hold none, so fewer of them stop it.
    pub(super) fn wants_bytes(&self) -> bool {
        self.is_open
            && !self.is_announced()
            && self.outbox.len() <= self.shared.limits.outgoing_bytes / 2
            && self.outbox.unpaid() <= MOST_UNPAID
    }

    /// Whether a frame has begun and not ended.
    pub(super) fn is_mid_frame(&self) -> bool {
        self.skip > 0 || !self.inbox.is_empty()
    }

    /// Whether nothing waits for the engine or the log.
    pub(super) fn is_answered(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether every answer is out.
    pub(super) fn is_settled(&self) -> bool {
        self.is_answered() && self.farewell.is_none() && self.outbox.is_empty()
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
        let begun = Instant::now();
        self.pending.is_now(begun);
        let mut inbox = std::mem::take(&mut self.inbox);
        let mut requests = Vec::new();
        let mut frames = 0;
        while self.is_open && self.standing != Standing::Announced {
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
            self.take_request(header, &inbox[PREFIX_BYTES..total], cost, &mut requests);
            inbox.advance(total);
        }
        self.inbox = inbox;
        let decoded = Instant::now();
        if frames > 0 {
            self.shared.intake.meters().note_time(Meter::Decode, decoded - begun);
        }
        if !requests.is_empty() {
            self.session.submit_at(self.client(), requests, decoded);
        }
        self.take_leave();
        frames
    }

    /// Who asks; nobody, as long as it says hello.
    pub(super) fn client(&self) -> ClientId {
        if let Standing::Known(client) = self.standing { client } else { ClientId::default() }
    }

    /// The first frame, when it is whole, or, when it will not be taken in, its header: there are no permits for it, or the
    /// node is about to stop.
    fn next_frame(&mut self, bytes: &[u8]) -> Option<(Header, usize)> {
        match read_prefix(bytes, self.frame_cap()) {
            Ok(prefix) => {
                let prefix = prefix?;
                if self.is_stopping {
                    return Some((prefix.header, prefix.total));
                }
                if self.admitted.is_none() {
                    let total = u64::try_from(prefix.total).expect("usize has at most 64 bits here");
                    let cost = InFlight { transactions: 0, bytes: total };
                    if !self.permits.try_take(cost) {
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
        if self.is_known() { self.shared.limits.request_bytes } else { MAX_HELLO }
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

    fn take_request(
        &mut self,
        header: Header,
        body: &[u8],
        mut cost: InFlight,
        requests: &mut Vec<(u64, Command)>,
    ) {
        let asked = match self.read(header, body) {
            Ok(asked) => asked,
            Err((rejection, why)) => return self.refuse(header, cost, rejection, Some(&why)),
        };
        let extra = price(&asked, answer_format(header));
        if !self.permits.try_take(extra) {
            return self.refuse(header, cost, Rejection::Busy, None);
        }
        cost.transactions += extra.transactions;
        cost.bytes += extra.bytes;
        if let Some((command, purpose)) = self.act(header, cost, asked) {
            requests.push((self.pending.add(Waiting { header, cost, purpose }), command));
        }
    }

    fn read(&self, header: Header, body: &[u8]) -> Result<Asked, (Rejection, String)> {
        let malformed = |why: String| (Rejection::Malformed, why);
        let operation = Operation::from_number(header.operation);
        let operation = operation.ok_or_else(|| malformed("an operation that is not known".to_owned()))?;
        if operation != Operation::Hello && !self.is_known() {
            return Err((Rejection::NotAuthenticated, "say hello first".to_owned()));
        }
        if operation == Operation::Hello && self.is_known() {
            return Err(malformed("hello was said already".to_owned()));
        }
        let format = Format::from_number(header.format);
        let format = format.ok_or_else(|| malformed("a format that is not known".to_owned()))?;
        let asking = Asking { client: self.client() };
        read_request(operation, format, body, asking).map_err(|fault| (fault.rejection(), fault.to_string()))
    }

    /// What to ask the engine, and what for; `None` where the answer is known at once.
    fn act(&mut self, header: Header, cost: InFlight, asked: Asked) -> Option<(Command, Purpose)> {
        Some(match asked {
            Asked::Hello(hello) => {
                if !self.is_who_it_says(&hello) {
                    self.refuse(header, cost, Rejection::NotAuthenticated, None);
                    self.failed_login = Some(hello.name);
                    self.close();
                    return None;
                }
                self.standing = Standing::Announced;
                (Command::Hello { name: hello.name }, Purpose::Hello)
            }
            Asked::Ping => {
                self.outbox.push(header, Format::MessagePack, cost, write_done);
                return None;
            }
            Asked::Command(command) => {
                let purpose = match &command {
                    Command::Cancel { id, time, text_id } => {
                        Purpose::Cancel { id: *id, time: *time, text_id: text_id.clone() }
                    }
                    Command::Holds { limit, .. } => Purpose::Holds(*limit),
                    _ => Purpose::Answer,
                };
                (command, purpose)
            }
            Asked::Post(mut post) if post.batch.names_others() => {
                let keys = post.batch.namings().map(|naming| naming.key).collect();
                (Command::Locate(keys), Purpose::Originals(Box::new(post)))
            }
            Asked::Post(post) => (Command::Post(post.batch), Purpose::Post(post.faults)),
            Asked::Question(question) => return self.step(header, cost, Inquiry::begin(question)),
            Asked::Transaction(Which::Id(id)) => {
                (Command::Locate(vec![TransactionKey { client: self.client(), id }]), Purpose::Locate)
            }
            Asked::Transaction(Which::Place(place)) => {
                return self.step(header, cost, Next::LookUp(Wanted::Transaction(place)));
            }
        })
    }

    fn is_who_it_says(&self, hello: &Hello) -> bool {
        match &self.shared.tokens {
            Some(tokens) => tokens.admits(&hello.name, hello.token.as_deref().unwrap_or_default()),
            None => true,
        }
    }

    pub(super) fn refuse(&mut self, header: Header, cost: InFlight, rejection: Rejection, why: Option<&str>) {
        let format = answer_format(header);
        self.outbox.push(header, format, cost, |out| match format {
            Format::Compact => write_compact_refusal(out, rejection),
            Format::MessagePack => write_refusal(out, rejection.code(), why),
        });
    }

    /// Takes in what the engine answers.
    pub(super) fn take_replies(&mut self, Replies { made, replies }: Replies) {
        let begun = Instant::now();
        let meters = self.shared.intake.meters();
        meters.note_time(Meter::ToSession, begun - made);
        for Reply { tag, answer } in replies {
            self.ages.push(begun - self.pending.since(tag));
            self.take_reply(tag, answer);
        }
        meters.note_since(Meter::Encode, begun);
        meters.note_times(Meter::Request, self.ages.drain(..));
        self.take_leave();
    }

    fn take_reply(&mut self, tag: u64, answer: Answer) {
        let Waiting { header, cost, purpose } = self.pending.take(tag);
        match (purpose, answer) {
            (Purpose::Hello, Answer::Welcome { client }) => {
                self.standing = Standing::Known(client);
                let (limits, window) = (&self.shared.limits, self.shared.intake.window());
                self.outbox.push(header, Format::MessagePack, cost, |out| {
                    write_welcome(out, client.0, limits, window);
                });
            }
            (Purpose::Hello, Answer::Rejected(rejection)) => {
                self.standing = Standing::Stranger;
                self.refuse(header, cost, rejection, None);
            }
            (Purpose::Inquiry(inquiry), answer) => {
                let next = self.step(header, cost, inquiry.answered(answer));
                self.submit(header, cost, next);
            }
            (Purpose::Locate, Answer::Located(places)) => match places.first() {
                Some(Some(place)) => self.start_lookup(header, cost, Wanted::Transaction(*place)),
                _ => self.refuse(header, cost, Rejection::UnknownTransaction, None),
            },
            (Purpose::Originals(post), Answer::Located(places)) => {
                self.read_originals(header, cost, post, &places);
            }
            (Purpose::Cancel { id, time, text_id }, Answer::Located(places)) => {
                self.cancel_try(header, cost, (id, time), &text_id, &places);
            }
            (Purpose::Holds(limit), Answer::Holds(holds)) => {
                let next = self.step(header, cost, Inquiry::of_holds(holds, limit));
                self.submit(header, cost, next);
            }
            (_, Answer::Rejected(rejection)) => self.refuse(header, cost, rejection, None),
            (Purpose::Post(_), Answer::Posted(posted)) if answer_format(header) == Format::Compact => {
                self.outbox.push(header, Format::Compact, cost, |out| write_compact_posted(out, &posted));
            }
            (purpose, answer) => self.push_answer(header, cost, &purpose, &answer),
        }
    }

    fn push_answer(&mut self, header: Header, cost: InFlight, purpose: &Purpose, answer: &Answer) {
        let (good, faults) = match purpose {
            Purpose::Cancel { .. } | Purpose::CancelTry => ("cancelled", &[][..]),
            Purpose::Post(faults) => ("posted", faults.as_slice()),
            _ => ("posted", &[][..]),
        };
        let disk = matches!(answer, Answer::Status(_)).then(|| self.shared.disk());
        let status = self.shared.status(cost, disk.as_ref());
        let write = |out: &mut Vec<u8>| write_answer(out, answer, good, faults, status);
        self.outbox.push(header, Format::MessagePack, cost, write);
    }

    /// Notes that the socket took `count` bytes of the outbox.
    pub(super) fn advance(&mut self, count: usize) {
        let free = self.outbox.advance(count);
        self.permits.give_back(free);
    }

    /// Gives memory back that only a burst needed.
    pub(super) fn shrink(&mut self) {
        if self.inbox.is_empty() {
            self.inbox = BytesMut::new();
        }
        self.outbox.shrink();
    }
}
