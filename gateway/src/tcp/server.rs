//! The listening socket and the life of the gateway.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use longmen_access::Access;
use longmen_access_log::Recorder;
use longmen_client::{CONNECTION, Format, Header, write_frame};
use longmen_engine::ledger::Rejection;
use longmen_engine::{History, Intake};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use super::connection::{Arrival, serve, serve_encrypted, turn_away, turn_away_encrypted};
use super::encode::write_refusal;
use super::lobby::{Lobby, Wait};
use super::shared::{Place, Shared};
use super::warnings::say_what_is_due;
use crate::service::{Limits, Service, Tokens};
use crate::tls::Tls;

/// Connections that wait to be accepted, as far as the system lets so many (`net.core.somaxconn`). One that finds the queue
/// full tries again after a second: a crowd that fills it keeps newcomers away for longer than the whole queue takes.
const BACKLOG: u32 = 4_096;
/// How many connections too many are told so at once; more are closed without a word.
const FAREWELLS: usize = 64;
/// How long no connection is accepted after the system refused one (too many open files, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a gateway is set up.
#[derive(Debug)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// What clients are allowed.
    pub limits: Limits,
    /// The tokens of clients; without them every name is taken at its word.
    pub tokens: Option<Tokens>,
    /// The principals, in place of tokens by name: who is let in, and what each may do. What is sent here later holds from
    /// then on, for those who are here too.
    pub access: Option<watch::Receiver<Arc<Access>>>,
    /// Whether what goes over the network can be read on its way.
    pub encryption: Encryption,
    /// What keeps who read what; `None`: nothing does.
    pub recorder: Option<Recorder>,
}

/// Whether what goes over the network can be read on its way.
#[derive(Clone, Debug, Default)]
pub enum Encryption {
    /// It can, and it does not leave this machine.
    #[default]
    Off,
    /// It can, wherever the node listens: something else guards the way.
    Waived,
    /// It goes by TLS.
    Tls(Arc<Tls>),
}

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody could reach the node and be anybody.
    #[error(
        "refusing to listen on {listen}, beyond this machine, without tokens: name a file of them by --tokens, or have \
         clients show certificates (--tls-client-ca)"
    )]
    TokensRequired {
        /// Where it should have listened.
        listen: SocketAddr,
    },
    /// Anybody on the way could read tokens and books, and change them.
    #[error(
        "refusing to listen on {listen}, beyond this machine, in plain text: give --tls-cert and --tls-key, or \
         --plaintext where a tunnel or a network of its own guards the way"
    )]
    TlsRequired {
        /// Where it should have listened.
        listen: SocketAddr,
    },
    /// The limits cannot work together.
    #[error("the limits cannot work: {why}")]
    Limits {
        /// Which, and why.
        why: &'static str,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// The gateway of a node.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts to serve clients on the current tokio runtime.
    ///
    /// # Errors
    /// [`ServeError`], when it cannot listen, or may not.
    pub async fn start(
        options: ServeOptions,
        intake: Intake,
        history: History,
    ) -> Result<Running, ServeError> {
        check_options(&options)?;
        let ServeOptions { listen, limits, tokens, access, encryption, recorder } = options;
        let failed = |source| ServeError::Listen { listen, source };
        let listener = bind(listen).and_then(|socket| socket.listen(BACKLOG)).map_err(failed)?;
        let local_addr = listener.local_addr().map_err(failed)?;
        let tls = if let Encryption::Tls(tls) = encryption { Some(tls) } else { None };
        let service = Service::new(intake, history, limits, (tokens, access), recorder);
        let shared = Arc::new(Shared::new(service, tls));
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, shared, stopped));
        Ok(Running { local_addr, stop, accepting })
    }

    /// Whether it would start now: asked before other work that would be in vain.
    ///
    /// # Errors
    /// [`ServeError`], as [`Server::start`] would give it.
    pub fn check(options: &ServeOptions) -> Result<(), ServeError> {
        check_options(options)?;
        let listen = options.listen;
        bind(listen).map(drop).map_err(|source| ServeError::Listen { listen, source })
    }
}

/// A gateway that serves clients, until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    local_addr: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Accepts nothing more, finishes and answers what was taken in, refuses what still comes as `shutting_down`, tells
    /// each client so in the end, and closes. Stop the node after it, not before.
    ///
    /// # Panics
    /// If a session panicked.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.accepting.await {
            pass_on_panic(error);
        }
    }
}

fn check_options(options: &ServeOptions) -> Result<(), ServeError> {
    // Whole: an address more is to be looked at here.
    let &ServeOptions { listen, ref limits, ref tokens, ref access, ref encryption, recorder: _ } = options;
    check_limits(limits)?;
    if is_this_machine(listen.ip()) {
        return Ok(());
    }
    let is_proof = |encryption: &Encryption| match encryption {
        Encryption::Tls(tls) => tls.requires_certificates(),
        Encryption::Off | Encryption::Waived => false,
    };
    if tokens.is_none() && access.is_none() && !is_proof(encryption) {
        return Err(ServeError::TokensRequired { listen });
    }
    if matches!(encryption, Encryption::Off) {
        return Err(ServeError::TlsRequired { listen });
    }
    Ok(())
}

fn check_limits(limits: &Limits) -> Result<(), ServeError> {
    let request = u64::from(limits.request_bytes);
    let why = if limits.request_bytes < longmen_client::MAX_HELLO {
        "a request must have room for a hello"
    } else if limits.session.bytes < request || limits.node.bytes < limits.session.bytes {
        "a session must have room for a request, and the node for a session"
    } else if limits.node.transactions < limits.session.transactions || limits.session.transactions == 0 {
        "the node must have room for a session's transactions"
    } else if limits.connections == 0
        || limits.strangers == 0
        || limits.lookups == 0
        || limits.outgoing_bytes == 0
        || limits.unread_bytes == 0
    {
        "nothing may be zero"
    } else {
        return Ok(());
    };
    Err(ServeError::Limits { why })
}

fn is_this_machine(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn bind(listen: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if listen.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    Ok(socket)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut sessions = JoinSet::new();
    let farewells = Arc::new(Semaphore::new(FAREWELLS));
    let farewell = farewell();
    let stopped = stop.clone();
    sessions.spawn(say_what_is_due(Arc::clone(&shared.warnings), stop.clone()));
    let limits = shared.service.limits();
    let strangers = limits.strangers.min(limits.connections);
    let mut lobby = Lobby::new(strangers, Arc::clone(&shared.door));
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => break,
            Some(ended) = sessions.join_next() => if let Err(error) = ended { pass_on_panic(error) },
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let place = tokio::select! {
                        biased;
                        _ = stop.changed() => break,
                        place = make_room(&mut lobby, &shared) => place,
                    };
                    match place {
                        Some(place) => admit(&mut sessions, (stream, peer), place, &mut lobby, &stopped),
                        None => dismiss(&mut sessions, (stream, peer), &farewells, (&farewell, shared.tls.as_deref())),
                    }
                }
                Err(error) => {
                    shared.warnings.not_accepted(error);
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    while let Some(ended) = sessions.join_next().await {
        if let Err(error) = ended {
            pass_on_panic(error);
        }
    }
    shared.warnings.say_left();
}

/// A place for one more connection; `None` where clients have all of them. Where those without a hello are too many, or in
/// the way, one that had its time to say it has to go, and until one had it nobody is let in.
async fn make_room(lobby: &mut Lobby, shared: &Arc<Shared>) -> Option<Place> {
    loop {
        if lobby.has_room()
            && let Some(place) = shared.take_place()
        {
            return Some(place);
        }
        match lobby.make_room(Instant::now()) {
            Wait::Never => return None,
            Wait::Over => {}
            Wait::ForOneToGo => shared.door.notified().await,
            // Whether the time is up or something has changed: it is looked at again.
            Wait::Until(when) => drop(timeout_at(when, shared.door.notified()).await),
        }
    }
}

fn admit(
    sessions: &mut JoinSet<()>,
    (stream, peer): (TcpStream, SocketAddr),
    place: Place,
    lobby: &mut Lobby,
    stop: &watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "a connection ended before it began");
        return;
    }
    let stop = stop.clone();
    let arrival = Arrival::now(peer, lobby);
    match place.shared().tls.as_deref().map(Tls::current) {
        None => sessions.spawn(async move { Box::pin(serve(stream, place.shared(), stop, arrival)).await }),
        Some(configuration) => sessions.spawn(async move {
            Box::pin(serve_encrypted(stream, configuration, place.shared(), stop, arrival)).await;
        }),
    };
}

fn dismiss(
    sessions: &mut JoinSet<()>,
    (stream, peer): (TcpStream, SocketAddr),
    farewells: &Arc<Semaphore>,
    (farewell, tls): (&Arc<[u8]>, Option<&Tls>),
) {
    if let Ok(permit) = Arc::clone(farewells).try_acquire_owned() {
        tracing::info!(%peer, "one connection too many");
        let farewell = Arc::clone(farewell);
        let configuration = tls.map(Tls::current);
        sessions.spawn(async move {
            match configuration {
                None => turn_away(stream, &farewell).await,
                Some(configuration) => turn_away_encrypted(stream, configuration, &farewell).await,
            }
            drop(permit);
        });
    }
}

/// What a connection too many is told.
fn farewell() -> Arc<[u8]> {
    let header = Header { format: Format::MessagePack as u8, operation: CONNECTION, tag: 0 };
    let mut frame = Vec::new();
    write_frame(&mut frame, header.answer(Format::MessagePack), |out| {
        write_refusal(out, Rejection::Busy.code(), Some("too many connections"));
    });
    frame.into()
}

/// A panic in a session is a bug: it goes on to the task that waits.
fn pass_on_panic(error: JoinError) {
    if let Ok(panic) = error.try_into_panic() {
        std::panic::resume_unwind(panic);
    }
}
