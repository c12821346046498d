//! Clients that do harm by their number, their haste or their patience.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use longmen_client::{AccountRef, BalanceRequest, MAX_ANSWER, Operation, PREFIX_BYTES, read_prefix};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::attack::PATIENCE;
use super::field::Field;
use super::raw::{Heard, Raw, frame, packed};
use super::tally::Tally;

/// The node's deadlines for a hello and a frame are 10 s; later than this a slow client is still there by mistake.
const LONGEST_LIFE: Duration = Duration::from_secs(25);
/// What a hello begins with: its length, the first bytes of its header.
const HALF_HELLO: [u8; 6] = [0x16, 0, 0, 0, 1, 0];
/// Pings of one write of a flood.
const PINGS: u64 = 1_000;

/// Sends a byte now and then: of a hello, of a long frame, or of one that lies about its length.
pub(super) async fn slowloris(field: &Field, turn: usize, until: Instant, tally: &mut Tally) {
    let is_stranger = turn.is_multiple_of(2);
    let raw = if is_stranger { field.open(tally).await } else { field.enter(tally).await };
    let Some(mut raw) = raw else { return };
    let slow = frame(Operation::Post.number(), 0, 1, &vec![0x91; if is_stranger { 900 } else { 4_000_000 }]);
    let began = Instant::now();
    for byte in slow.chunks(1) {
        if Instant::now() > until {
            return;
        }
        if !raw.send(byte, PATIENCE).await {
            tally.closed += 1;
            return;
        }
        // What a node says before it closes is read, or the end would not be seen.
        match raw.receive(Duration::from_millis(50)).await {
            Heard::Closed => {
                tally.closed += 1;
                return;
            }
            Heard::Answer(answer) => tally.note(&answer),
            Heard::Silence => {}
            Heard::Nonsense(words) => return tally.find(format!("slowloris: {words}")),
        }
        if began.elapsed() > LONGEST_LIFE {
            return tally.find("a client that sends a byte now and then is still connected");
        }
    }
}

/// Asks and never reads: large answers, small ones, or refusals.
pub(super) async fn deaf(field: &Field, turn: usize, until: Instant, tally: &mut Tally) {
    let Some(mut raw) = field.enter(tally).await else { return };
    let accounts = vec![AccountRef::Id(field.wild[0]); 1_000];
    let asked = match turn % 3 {
        0 => packed(Operation::Balance, 1, &BalanceRequest { accounts: &accounts }),
        1 => pings(0),
        _ => frame(0x777, 0, 1, &[]).repeat(1_000),
    };
    let began = Instant::now();
    loop {
        if Instant::now() > until {
            return;
        }
        match timeout(Duration::from_millis(500), raw.stream.write_all(&asked)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                tally.closed += 1;
                return;
            }
            // Part of it may be out: what follows is another frame to the node, and that is fine here.
            Err(_) => {}
        }
        if began.elapsed() > LONGEST_LIFE * 2 {
            return tally.find("a client that never reads is still connected");
        }
    }
}

fn pings(first: u64) -> Vec<u8> {
    (first..first + PINGS).flat_map(|tag| frame(Operation::Ping.number(), 0, tag, &[])).collect()
}

/// Tiny requests as fast as they go; every one is answered.
pub(super) async fn flood(field: &Field, until: Instant, tally: &mut Tally) {
    let Some(Raw { mut stream, .. }) = field.enter(tally).await else { return };
    let (mut read, mut write) = stream.split();
    let asked = pings(0);
    let mut counted = Counted::default();
    loop {
        let both = async { tokio::try_join!(write.write_all(&asked), counted.count(&mut read, PINGS)) };
        match timeout(PATIENCE, both).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return tally.find(format!("a flood that is read broke: {error}")),
            Err(_) => return tally.find(format!("of {PINGS} pings some have no answer")),
        }
        if Instant::now() > until {
            break;
        }
    }
    *tally.codes.entry("ok".into()).or_default() += counted.done;
    *tally.codes.entry("busy".into()).or_default() += counted.busy;
}

/// Answers to pings, by their length.
#[derive(Default)]
struct Counted {
    buffer: BytesMut,
    done: u64,
    busy: u64,
}

impl Counted {
    /// Bytes of the answer to a ping that was taken: the prefix, and `["ok", nil]`.
    const DONE: usize = PREFIX_BYTES + 5;

    async fn count(&mut self, read: &mut (impl AsyncRead + Unpin), mut due: u64) -> io::Result<()> {
        while due > 0 {
            match read_prefix(&self.buffer, MAX_ANSWER).map_err(io::Error::other)? {
                Some(prefix) if prefix.total <= self.buffer.len() => {
                    self.buffer.advance(prefix.total);
                    due -= 1;
                    *(if prefix.total == Self::DONE { &mut self.done } else { &mut self.busy }) += 1;
                }
                _ => {
                    self.buffer.reserve(64 << 10);
                    if read.read_buf(&mut self.buffer).await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Comes, says hello or not, and goes; now and then without a word to the socket.
pub(super) async fn reconnect(field: &Field, turn: usize, tally: &mut Tally) {
    if turn.is_multiple_of(4) {
        drop(field.open(tally).await);
    } else {
        drop(field.enter(tally).await);
    }
}

/// More sockets than the node takes, which say nothing: the node takes so many and tells or closes the rest, and those it
/// took go when no hello comes.
pub(super) async fn idle(field: &Field, until: Instant, tally: &mut Tally) {
    let mut sockets = Vec::new();
    for _ in 0..field.sockets {
        match Raw::open(&field.address).await {
            Ok(raw) => sockets.push(raw),
            Err(_) => tally.turned_away += 1,
        }
        if Instant::now() > until {
            break;
        }
    }
    tally.connections += u64::try_from(sockets.len()).unwrap_or(0);
    sleep(until.saturating_duration_since(Instant::now()).min(Duration::from_secs(2))).await;
    for raw in &mut sockets {
        hear_of_end(raw, "an idle socket", tally).await;
    }
}

/// Comes, begins a hello and says no more, as fast as it goes, with at most `share` of such connections at once.
pub(super) async fn half_hellos(field: &Field, share: usize, until: Instant, tally: &mut Tally) {
    let mut there = VecDeque::new();
    loop {
        if let Some(mut raw) = field.open(tally).await
            && raw.send(&HALF_HELLO, PATIENCE).await
        {
            there.push_back(raw);
        }
        if there.len() > share
            && let Some(mut first) = there.pop_front()
        {
            hear_of_end(&mut first, "half a hello", tally).await;
        }
        if Instant::now() > until {
            return;
        }
    }
}

/// One who said nothing whole may be there still, or has been closed, or told that it is in the way.
async fn hear_of_end(raw: &mut Raw, what: &str, tally: &mut Tally) {
    match raw.receive(Duration::from_micros(1)).await {
        Heard::Silence => {}
        Heard::Closed => tally.closed += 1,
        Heard::Answer(answer) => {
            tally.note(&answer);
            if &*answer.code == "busy" {
                tally.turned_away += 1;
            } else {
                tally.find(format!("{what} was told {}", answer.code));
            }
        }
        Heard::Nonsense(words) => tally.find(format!("{what}: {words}")),
    }
}
