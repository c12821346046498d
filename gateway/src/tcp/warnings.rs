//! What the gateway warns of, for the reader of the node's log.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;
use tokio::time::interval;

use super::seldom::{EVERY, Often, Seldom};

/// Warnings that clients can bring about as often as they like.
#[derive(Debug)]
pub(crate) struct Warnings {
    failed_logins: Seldom<(SocketAddr, Box<str>)>,
    failed_handshakes: Seldom<(SocketAddr, Box<str>)>,
    shown_out: Seldom<SocketAddr>,
    not_accepted: Seldom<io::Error>,
}

impl Warnings {
    pub(crate) fn new() -> Warnings {
        Warnings {
            failed_logins: Seldom::new(),
            failed_handshakes: Seldom::new(),
            shown_out: Seldom::new(),
            not_accepted: Seldom::new(),
        }
    }

    /// A hello was refused.
    pub(crate) fn failed_login(&self, peer: SocketAddr, name: &str) {
        say_failed_logins(self.failed_logins.note(Instant::now(), (peer, name.into())));
    }

    /// A handshake of TLS failed.
    pub(crate) fn failed_handshake(&self, peer: SocketAddr, why: &str) {
        say_failed_handshakes(self.failed_handshakes.note(Instant::now(), (peer, why.into())));
    }

    /// A connection without a hello had to make room for another.
    pub(crate) fn shown_out(&self, peer: SocketAddr) {
        say_shown_out(self.shown_out.note(Instant::now(), peer).as_ref());
    }

    /// The system gave no connection.
    pub(crate) fn not_accepted(&self, error: io::Error) {
        say_not_accepted(self.not_accepted.note(Instant::now(), error));
    }

    fn say_due(&self) {
        let now = Instant::now();
        say_failed_logins(self.failed_logins.due(now));
        say_failed_handshakes(self.failed_handshakes.due(now));
        say_shown_out(self.shown_out.due(now).as_ref());
        say_not_accepted(self.not_accepted.due(now));
    }

    /// Says what was not said yet, now that there are no more sessions.
    pub(crate) fn say_left(&self) {
        say_failed_logins(self.failed_logins.left());
        say_failed_handshakes(self.failed_handshakes.left());
        say_shown_out(self.shown_out.left().as_ref());
        say_not_accepted(self.not_accepted.left());
    }
}

/// Says what is due though nothing more happens, until the gateway stops.
pub(crate) async fn say_what_is_due(warnings: Arc<Warnings>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(EVERY);
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => break,
            _ = ticks.tick() => warnings.say_due(),
        }
    }
}

fn say_failed_logins(often: Option<Often<(SocketAddr, Box<str>)>>) {
    if let Some(Often { times, latest: (peer, name) }) = often {
        tracing::warn!(%peer, ?name, times, "a login failed: an unknown name, or not its token, or another's certificate");
    }
}

fn say_failed_handshakes(often: Option<Often<(SocketAddr, Box<str>)>>) {
    if let Some(Often { times, latest: (peer, why) }) = often {
        tracing::warn!(%peer, %why, times, "a TLS handshake failed");
    }
}

fn say_shown_out(often: Option<&Often<SocketAddr>>) {
    if let Some(Often { times, latest: peer }) = often {
        tracing::warn!(%peer, times, "so many connections say no hello that they make room for each other");
    }
}

fn say_not_accepted(often: Option<Often<io::Error>>) {
    if let Some(Often { times, latest: error }) = often {
        tracing::warn!(%error, times, "a connection was not accepted");
    }
}
