//! The beginning of a connection by TLS. Until its handshake is done it is a stranger like any that has said no hello, with the
//! same deadline for both.

use std::io;
use std::sync::Arc;

use longmen_client::{CONNECTION, Format, Header, write_frame};
use longmen_engine::ledger::Rejection;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use super::{Arrival, LINGER, linger, serve, turn_away};
use crate::service::Certificate;
use crate::tcp::encode::write_refusal;
use crate::tcp::lobby::Guest;
use crate::tcp::shared::Shared;
use crate::tls::{SeveralNames, shown};

/// Why there is no connection by TLS.
#[derive(Debug, thiserror::Error)]
enum NoTls {
    /// It came and went.
    #[error("the other side is gone")]
    Gone,
    /// What came is not how TLS begins. The other side was told.
    #[error("what came is no TLS: a client in plain text, or none of ours")]
    PlainText,
    /// The handshake failed. As far as TLS has a word for it, the other side was told.
    #[error("{0}")]
    Failed(io::Error),
    /// Its certificate proves nothing.
    #[error(transparent)]
    SeveralNames(#[from] SeveralNames),
}

/// Shakes hands, and serves the connection to its end.
pub(crate) async fn serve_encrypted(
    stream: TcpStream,
    configuration: Arc<ServerConfig>,
    shared: &Shared,
    mut stop: watch::Receiver<bool>,
    arrival: Arrival,
) {
    let Arrival { peer, came, guest, .. } = &arrival;
    let deadline = *came + shared.service.limits().hello_deadline;
    let shaken = tokio::select! {
        biased;
        _ = stop.changed() => return,
        shaken = shake_hands(stream, configuration, guest) => shaken,
        () = guest.is_shown_out() => return shared.warnings.shown_out(*peer),
        () = sleep_until(deadline) => {
            tracing::info!(%peer, "connection dropped: no TLS handshake in time");
            return;
        }
    };
    match shaken {
        Ok((stream, certificate)) => {
            Box::pin(serve(stream, shared, stop, Arrival { certificate, ..arrival })).await;
        }
        Err(NoTls::Gone) => tracing::debug!(%peer, "connection ended before it began"),
        Err(why) => shared.warnings.failed_handshake(*peer, &why.to_string()),
    }
}

async fn shake_hands(
    stream: TcpStream,
    configuration: Arc<ServerConfig>,
    guest: &Guest,
) -> Result<(TlsStream<TcpStream>, Certificate), NoTls> {
    let mut first = [0; 3];
    let count = stream.peek(&mut first).await.unwrap_or(0);
    if count == 0 {
        return Err(NoTls::Gone);
    }
    if !is_tls(&first[..count]) {
        turn_away(stream, &tls_only()).await;
        return Err(NoTls::PlainText);
    }
    let mut acceptor = LazyConfigAcceptor::new(Acceptor::default(), stream);
    let begun = match (&mut acceptor).await {
        Ok(begun) => begun,
        Err(error) => return Err(tell(error, acceptor.take_io()).await),
    };
    guest.shakes_hands();
    let mut stream = match begun.into_stream(configuration).into_fallible().await {
        Ok(stream) => stream,
        Err((error, stream)) => return Err(tell(error, Some(stream)).await),
    };
    let certificate = match shown(stream.get_ref().1) {
        Ok(certificate) => certificate,
        Err(several) => {
            linger(&mut stream).await;
            return Err(several.into());
        }
    };
    Ok((stream, certificate))
}

/// Lets the other side read the alert that says what is wrong.
async fn tell(error: io::Error, stream: Option<TcpStream>) -> NoTls {
    if let Some(mut stream) = stream {
        linger(&mut stream).await;
    }
    // What else a socket says is that the other side is gone.
    if error.kind() == io::ErrorKind::InvalidData { NoTls::Failed(error) } else { NoTls::Gone }
}

/// Whether these may be the first bytes of TLS: the type of a handshake, and the versions that its first record may carry. A frame
/// of the protocol that begins so would be too long for a hello.
fn is_tls(first: &[u8]) -> bool {
    const HANDSHAKE: u8 = 22;
    const MAJOR: u8 = 3;
    match first {
        [kind, major, minor] => *kind == HANDSHAKE && *major == MAJOR && (1..=4).contains(minor),
        [kind, rest @ ..] => *kind == HANDSHAKE && rest.iter().all(|major| *major == MAJOR),
        [] => true,
    }
}

/// What a client in plain text is told, in plain text.
fn tls_only() -> Vec<u8> {
    let header = Header { format: Format::MessagePack as u8, operation: CONNECTION, tag: 0 };
    let mut frame = Vec::new();
    write_frame(&mut frame, header.answer(Format::MessagePack), |out| {
        write_refusal(out, Rejection::NotAuthenticated.code(), Some("this port speaks TLS only"));
    });
    frame
}

/// Ends a connection by TLS that there is no room for, with `farewell`.
pub(crate) async fn turn_away_encrypted(
    stream: TcpStream,
    configuration: Arc<ServerConfig>,
    farewell: &[u8],
) {
    let deadline = Instant::now() + LINGER;
    let shaken = timeout_at(deadline, TlsAcceptor::from(configuration).accept(stream)).await;
    if let Ok(Ok(stream)) = shaken {
        turn_away(stream, farewell).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_told_from_frames_by_its_first_bytes() {
        for (first, expect) in [
            (&[22, 3, 1][..], true),
            (&[22, 3, 3], true),
            (&[22, 3], true),
            (&[22], true),
            // The hello of the protocol's page: 22 bytes.
            (&[22, 0, 0], false),
            (&[22, 0], false),
            (&[22, 3, 0], false),
            (&[23, 3, 3], false),
            (b"GET", false),
        ] {
            assert_eq!(is_tls(first), expect, "{first:?}");
        }
    }
}
