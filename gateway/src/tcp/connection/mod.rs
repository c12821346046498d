//! One connection: its socket, its deadlines, its end.

mod conversation;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod handshake;
mod outbox;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::service::{Certificate, Deadlines, Due, Origin, Progress};
use crate::tcp::lobby::{Guest, Lobby};
use crate::tcp::shared::Shared;
use crate::tcp::transport::{Transport, write_at_once};
use conversation::Conversation;

pub(crate) use handshake::{serve_encrypted, turn_away_encrypted};

/// The least that one read of a socket has room for.
const LEAST_READ: usize = 16 << 10;
/// The most that one read of a socket has room for.
const MOST_READ: usize = 512 << 10;
/// How long the other side may take to close after us, and how much of what it still sends is thrown away: closing a
/// socket with unread bytes would take back answers that are still on their way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 << 20;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum End {
    /// Nothing was left to read or to write.
    #[error("nothing is left to read or to write")]
    Settled,
    /// The engine is gone.
    #[error("the engine has ended")]
    Engine,
    /// The client let a deadline pass.
    #[error("{0}")]
    Late(Due),
    /// The same; it was told so, behind its answers.
    #[error("{0}, and the client was told")]
    Told(Due),
    /// The client left too many answers unread.
    #[error("too many answers were left unread")]
    Overflow,
    /// It said no hello while others waited to come in.
    #[error("no hello came while others waited")]
    ShownOut,
    /// The socket failed.
    #[error("the socket failed: {0}")]
    Socket(io::Error),
}

/// How a connection has come.
pub(crate) struct Arrival {
    peer: SocketAddr,
    came: Instant,
    guest: Guest,
    /// What it has shown since.
    certificate: Certificate,
}

impl Arrival {
    /// One from `peer` comes now, and waits in the lobby.
    pub(crate) fn now(peer: SocketAddr, lobby: &mut Lobby) -> Arrival {
        let came = Instant::now();
        Arrival { peer, came, guest: lobby.enter(came), certificate: Certificate::None }
    }
}

/// Serves one connection to its end.
pub(crate) async fn serve(
    mut stream: impl Transport,
    shared: &Shared,
    mut stop: watch::Receiver<bool>,
    arrival: Arrival,
) {
    let Arrival { peer, came, guest, certificate } = arrival;
    let origin = Origin { peer: Some(peer.ip()), certificate };
    let mut conversation = Conversation::new(&shared.service, origin);
    let end = converse(&mut stream, &mut conversation, &mut stop, (came, guest)).await;
    if let Some(name) = conversation.session.failed_login() {
        shared.warnings.failed_login(peer, name);
    }
    match &end {
        End::ShownOut => shared.warnings.shown_out(peer),
        End::Settled => tracing::debug!(%peer, "connection ended"),
        end => tracing::info!(%peer, %end, "connection dropped"),
    }
    if matches!(end, End::Settled | End::Told(_)) {
        linger(&mut stream).await;
    }
    drop(stream);
    conversation.close();
    settle(&mut conversation).await;
}

/// Ends a connection that there is no room for, with `farewell`.
pub(crate) async fn turn_away(mut stream: impl Transport, farewell: &[u8]) {
    if let Ok(Ok(())) = timeout(LINGER, stream.write_all(farewell)).await {
        linger(&mut stream).await;
    }
}

async fn converse(
    stream: &mut impl Transport,
    conversation: &mut Conversation<'_>,
    stop: &mut watch::Receiver<bool>,
    (came, guest): (Instant, Guest),
) -> End {
    let limits = conversation.limits();
    let mut guest = Some(guest);
    let mut told = None;
    let (mut read, mut write) = stream.split();
    let mut deadlines = Deadlines::new(came, limits);
    let mut timer = Box::pin(sleep_until(deadlines.next(limits, conversation.connection()).0));
    while conversation.is_open() || !conversation.is_settled() {
        if conversation.outbox.len() > limits.outgoing_bytes {
            return End::Overflow;
        }
        let wants_bytes = conversation.wants_bytes();
        if wants_bytes {
            let room = conversation.missing_bytes().clamp(LEAST_READ, MOST_READ);
            conversation.inbox.reserve(room);
        }
        let mut progress = Progress::default();
        // In this order, all that became durable together leaves in one write, and writing goes before reading.
        tokio::select! {
            biased;
            _ = stop.changed(), if conversation.is_open() && !conversation.is_stopping() => {
                conversation.stop();
                progress.frames = conversation.take_frames();
            }
            ready = conversation.session.ready() => {
                if !conversation.deliver(ready) {
                    return End::Engine;
                }
                guest = guest.filter(|_| !conversation.is_known());
                progress.frames = conversation.take_frames();
            }
            count = write.write(conversation.outbox.unsent()), if !conversation.outbox.is_empty() => match count {
                Ok(count) => {
                    conversation.advance(count);
                    progress.written = count;
                    if conversation.is_held_back() {
                        progress.frames = conversation.take_frames();
                    }
                }
                Err(error) => return End::Socket(error),
            },
            count = read.read_buf(&mut conversation.inbox), if wants_bytes => match count {
                Ok(0) => conversation.close(),
                Ok(_) => {
                    progress.frames = conversation.take_frames();
                    progress.heard = true;
                    guest.iter().for_each(|guest| guest.speaks(conversation.session.is_announced()));
                }
                Err(error) => return End::Socket(error),
            },
            () = async { guest.as_ref().expect("it is one").has_to_go().await }, if guest.is_some() => {
                // What it had sent was read before.
                if guest.as_ref().is_none_or(|guest| !guest.stays(Instant::now())) {
                    conversation.show_out();
                    // Whoever is asked to go is not waited for: what the socket does not take at once is not said.
                    write_at_once(&mut write, conversation.outbox.unsent());
                    return End::ShownOut;
                }
            }
            () = &mut timer => {
                match deadlines.next(limits, conversation.connection()) {
                    (due, _) if due > Instant::now() => {}
                    (_, Due::Tidy) => { conversation.shrink(); deadlines.tidied(); }
                    (_, Due::Goodbye) => {}
                    (_, Due::Unread) if deadlines.wait_on(limits, conversation.session.is_short()) => {}
                    (_, due @ (Due::Hello | Due::Frame | Due::Idle)) if conversation.is_open() => {
                        conversation.dismiss_late(due);
                        told = Some(due);
                    }
                    (_, due) => return End::Late(due),
                }
            }
        }
        let now = Instant::now();
        let mut stands = conversation.connection();
        deadlines.note(now, stands, progress);
        // Not left to the timer: a client that never stops sending keeps it from being looked at.
        if deadlines.is_goodbye_due(now, stands) {
            conversation.say_goodbye();
            stands = conversation.connection();
            deadlines.note(now, stands, Progress::default());
        }
        let (next, _) = deadlines.next(limits, stands);
        if next < timer.deadline() || timer.is_elapsed() {
            timer.as_mut().reset(next);
        }
    }
    told.map_or(End::Settled, End::Told)
}

/// Says that no more comes, and waits a little for the other side to say so, too.
async fn linger(stream: &mut impl Transport) {
    match timeout(LINGER, stream.shutdown()).await {
        Ok(Ok(())) => drain(stream.socket()).await,
        Ok(Err(error)) => tracing::debug!(%error, "the other side is gone"),
        Err(_) => {}
    }
}

/// Throws away what the other side still sends until it closes its socket, too.
async fn drain(stream: &mut TcpStream) {
    let drain = async {
        let mut scratch = [0; 4096];
        let mut left = LINGER_BYTES;
        loop {
            match stream.read(&mut scratch).await? {
                0 => return Ok::<_, io::Error>(()),
                count => left = left.saturating_sub(count),
            }
            if left == 0 {
                return Ok(());
            }
        }
    };
    if let Ok(Err(error)) = timeout(LINGER, drain).await {
        tracing::debug!(%error, "the other side closed its socket with answers unread");
    }
}

/// Waits until the engine has answered all that a lost client asked, so that its permits are held as long as its
/// requests are.
async fn settle(conversation: &mut Conversation<'_>) {
    while !conversation.is_answered() {
        let ready = conversation.session.ready().await;
        if !conversation.deliver(ready) {
            return;
        }
    }
}
