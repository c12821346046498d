//! What a conversation goes over: a socket, in plain text or by TLS. Whichever it is, the conversation is compiled for it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::{TcpStream, tcp};
use tokio_rustls::server::TlsStream;

/// The most that is encrypted before the socket has taken all that was encrypted before it.
const MOST_ENCRYPTED: usize = 64 << 10;

/// A connection's way for bytes, in both directions.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    /// What comes.
    type Read<'a>: AsyncRead + Send + Unpin
    where
        Self: 'a;
    /// What goes. A write that is pending is to be tried again with the same bytes in front.
    type Write<'a>: AsyncWrite + Send + Unpin
    where
        Self: 'a;

    /// Both directions, each for itself.
    fn split(&mut self) -> (Self::Read<'_>, Self::Write<'_>);

    /// The socket beneath.
    fn socket(&mut self) -> &mut TcpStream;
}

impl Transport for TcpStream {
    type Read<'a> = tcp::ReadHalf<'a>;
    type Write<'a> = tcp::WriteHalf<'a>;

    fn split(&mut self) -> (tcp::ReadHalf<'_>, tcp::WriteHalf<'_>) {
        TcpStream::split(self)
    }

    fn socket(&mut self) -> &mut TcpStream {
        self
    }
}

impl Transport for TlsStream<TcpStream> {
    type Read<'a> = Decrypting<'a>;
    type Write<'a> = Encrypting<'a>;

    fn split(&mut self) -> (Decrypting<'_>, Encrypting<'_>) {
        let (read, write) = tokio::io::split(self);
        (Decrypting(read), Encrypting { half: write, taken: 0 })
    }

    fn socket(&mut self) -> &mut TcpStream {
        self.get_mut().0
    }
}

/// What comes by TLS. An end without TLS's own word for it is one all the same: the frames of the protocol have their lengths, so
/// none is ever cut unseen.
pub(crate) struct Decrypting<'a>(ReadHalf<&'a mut TlsStream<TcpStream>>);

impl AsyncRead for Decrypting<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.0).poll_read(context, buffer)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            other => Poll::Ready(other),
        }
    }
}

/// What goes by TLS. Bytes count as written once the socket has taken all of what they became: until then a client may leave
/// them unread.
pub(crate) struct Encrypting<'a, S = TcpStream> {
    half: WriteHalf<&'a mut TlsStream<S>>,
    /// Bytes that were encrypted and are not all in the socket yet.
    taken: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypting<'_, S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Encrypting { half, taken } = &mut *self;
        if *taken == 0 {
            let some = &bytes[..bytes.len().min(MOST_ENCRYPTED)];
            *taken = ready!(Pin::new(&mut *half).poll_write(context, some))?;
        }
        ready!(Pin::new(half).poll_flush(context))?;
        Poll::Ready(Ok(std::mem::take(taken)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.half).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.half).poll_shutdown(context)
    }
}

/// Writes what the socket takes at once, and says no more.
pub(crate) fn write_at_once(mut write: impl AsyncWrite + Unpin, bytes: &[u8]) {
    // Whether it was written matters to nobody.
    let _ = Pin::new(&mut write).poll_write(&mut Context::from_waker(Waker::noop()), bytes);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::pki_types::{PrivateKeyDer, ServerName};
    use rustls::{ClientConfig, RootCertStore, ServerConfig};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_rustls::{TlsAcceptor, TlsConnector, client};

    use super::*;

    /// Both ends of TLS over something that takes 1 KiB.
    async fn narrow() -> (client::TlsStream<DuplexStream>, TlsStream<DuplexStream>) {
        let made = rcgen::generate_simple_self_signed(["node".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let key = PrivateKeyDer::Pkcs8(key.into());
        let server =
            ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let (near, far) = duplex(1 << 10);
        let connecting =
            TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("node").unwrap(), near);
        let (client, server) = tokio::join!(connecting, TlsAcceptor::from(Arc::new(server)).accept(far));
        (client.unwrap(), server.unwrap())
    }

    #[tokio::test]
    async fn bytes_count_as_written_when_all_that_they_became_is_out() {
        let (mut client, mut server) = narrow().await;
        let mut write = Encrypting { half: tokio::io::split(&mut server).1, taken: 0 };
        let bytes = vec![7; MOST_ENCRYPTED + 1];
        for _ in 0..2 {
            let polled = Pin::new(&mut write).poll_write(&mut Context::from_waker(Waker::noop()), &bytes);
            assert!(polled.is_pending(), "TLS has taken them, and nobody has read them: {polled:?}");
        }
        let mut read = vec![0; MOST_ENCRYPTED];
        let (count, whole) = tokio::join!(write.write(&bytes), client.read_exact(&mut read));
        assert_eq!((count.unwrap(), whole.unwrap()), (MOST_ENCRYPTED, MOST_ENCRYPTED));
        assert!(read.iter().all(|byte| *byte == 7));
        // What is left is a write of its own.
        let mut last = [0];
        let (count, _) = tokio::join!(write.write(&bytes[MOST_ENCRYPTED..]), client.read_exact(&mut last));
        assert_eq!((count.unwrap(), last), (1, [7]));
    }
}
