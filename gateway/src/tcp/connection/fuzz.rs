//! A conversation without its socket, for the fuzz targets.

use std::sync::Arc;
use std::time::Instant;

use longmen_engine::ledger::Request;
use longmen_engine::{History, Intake, Meters, Replies, Reply};
use tokio::runtime::Runtime;

use super::conversation::Conversation;
use crate::service::{InFlight, Limits, Origin, Ready, Service};

/// What a connection came to.
#[derive(Debug)]
pub struct Conversed {
    /// Whole frames that were taken in.
    pub frames: usize,
    /// All bytes that went back.
    pub sent: Vec<u8>,
    /// Whether it would still be read from.
    pub is_open: bool,
    /// Whether a frame has begun and not ended.
    pub is_mid_frame: bool,
    /// What it holds of the permits when everything is answered and read.
    pub held: InFlight,
    /// The most that it held after any read.
    pub most: InFlight,
}

/// Has a conversation with a client that sends `reads`, one read of its socket each, and reads whatever it is sent.
/// `engine` answers what is asked of the engine; `history` must see what that makes durable. Lookups run on `runtime`.
pub fn converse<'a>(
    limits: Limits,
    history: History,
    runtime: &Runtime,
    reads: impl IntoIterator<Item = &'a [u8]>,
    engine: &mut dyn FnMut(Vec<Request>) -> Vec<Reply>,
) -> Conversed {
    let _context = runtime.enter();
    let (intake, mut submitted) = Intake::piped(Arc::new(Meters::default()));
    let service = Service::new(intake, history, limits, (None, None), None);
    let mut conversation = Conversation::new(&service, Origin::default());
    let mut done = Conversed {
        frames: 0,
        sent: Vec::new(),
        is_open: true,
        is_mid_frame: false,
        held: InFlight::default(),
        most: InFlight::default(),
    };
    for read in reads {
        if !conversation.wants_bytes() {
            break;
        }
        conversation.inbox.extend_from_slice(read);
        done.frames += conversation.take_frames();
        let held = service.held();
        done.most.transactions = done.most.transactions.max(held.transactions);
        done.most.bytes = done.most.bytes.max(held.bytes);
        loop {
            while !conversation.is_answered() {
                if let Ok(requests) = submitted.try_recv() {
                    let replies = Replies { made: Instant::now(), replies: engine(requests) };
                    conversation.deliver(Ready::Replies(replies));
                    done.frames += conversation.take_frames();
                } else {
                    let found = runtime.block_on(conversation.session.ready_from_log());
                    conversation.deliver(found.expect("what is not answered is asked or looked up"));
                }
            }
            done.sent.extend_from_slice(conversation.outbox.unsent());
            conversation.advance(conversation.outbox.len());
            conversation.shrink();
            if !conversation.is_held_back() {
                break;
            }
            done.frames += conversation.take_frames();
        }
    }
    done.is_open = conversation.is_open();
    done.is_mid_frame = conversation.is_mid_frame();
    done.held = service.held();
    done
}
