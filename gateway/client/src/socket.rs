//! Both directions of a connection, in plain text or by TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_rustls::client::TlsStream;

/// What comes.
#[derive(Debug)]
pub(crate) enum Incoming {
    Plain(OwnedReadHalf),
    Tls(ReadHalf<TlsStream<TcpStream>>),
}

/// What goes. What was written has left when it was flushed.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Plain(OwnedWriteHalf),
    Tls(WriteHalf<TlsStream<TcpStream>>),
}

pub(crate) fn plain(stream: TcpStream) -> (Incoming, Outgoing) {
    let (read, write) = stream.into_split();
    (Incoming::Plain(read), Outgoing::Plain(write))
}

pub(crate) fn encrypted(stream: TlsStream<TcpStream>) -> (Incoming, Outgoing) {
    let (read, write) = tokio::io::split(stream);
    (Incoming::Tls(read), Outgoing::Tls(write))
}

impl AsyncRead for Incoming {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Incoming::Plain(half) => Pin::new(half).poll_read(context, buffer),
            // An end without TLS's own word for it, of a node that was killed, is an end: frames have their lengths.
            Incoming::Tls(half) => match ready!(Pin::new(half).poll_read(context, buffer)) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                other => Poll::Ready(other),
            },
        }
    }
}

impl AsyncWrite for Outgoing {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Outgoing::Plain(half) => Pin::new(half).poll_write(context, bytes),
            Outgoing::Tls(half) => Pin::new(half).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Outgoing::Plain(half) => Pin::new(half).poll_flush(context),
            Outgoing::Tls(half) => Pin::new(half).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Outgoing::Plain(half) => Pin::new(half).poll_shutdown(context),
            Outgoing::Tls(half) => Pin::new(half).poll_shutdown(context),
        }
    }
}
