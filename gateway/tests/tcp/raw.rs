//! A connection that sends whatever bytes a test wants.

use rmp_serde::from_slice;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// A frame that came, its body still as bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) format: u8,
    pub(crate) operation: u16,
    pub(crate) tag: u64,
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// The body as MessagePack.
    pub(crate) fn value(&self) -> Value {
        assert_eq!(self.format, 0, "a MessagePack body");
        from_slice(&self.body).unwrap()
    }

    /// The status, and the message behind it.
    pub(crate) fn status(&self) -> (String, String) {
        let value = self.value();
        let text = |index: usize| value[index].as_str().unwrap_or_default().to_owned();
        (text(0), text(2))
    }
}

/// A connection of bytes.
pub(crate) struct Raw<S = TcpStream>(pub(crate) S);

impl Raw {
    pub(crate) async fn open(address: &str) -> Raw {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Raw(stream)
    }

    /// A connection that said hello as `raw`.
    pub(crate) async fn hello(address: &str) -> Raw {
        let mut raw = Raw::open(address).await;
        raw.send(&frame(1, 0, 0, &[0x91, 0xA3, b'r', b'a', b'w'])).await;
        assert_eq!(raw.receive().await.status().0, "ok");
        raw
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn receive(&mut self) -> Frame {
        let mut prefix = [0; 16];
        self.0.read_exact(&mut prefix).await.unwrap();
        let length = u32::from_le_bytes(prefix[..4].try_into().unwrap());
        assert_eq!(prefix[4], 1, "the protocol's version");
        let mut body = vec![0; usize::try_from(length).unwrap() - 12];
        self.0.read_exact(&mut body).await.unwrap();
        Frame {
            format: prefix[5],
            operation: u16::from_le_bytes(prefix[6..8].try_into().unwrap()),
            tag: u64::from_le_bytes(prefix[8..].try_into().unwrap()),
            body,
        }
    }

    /// Asks in MessagePack and gives the answer's body.
    pub(crate) async fn ask(&mut self, operation: u16, body: &Value) -> Value {
        let body = rmp_serde::to_vec(body).unwrap();
        self.send(&frame(operation, 0, 99, &body)).await;
        let answer = self.receive().await;
        assert_eq!((answer.operation, answer.tag), (operation | 0x8000, 99));
        answer.value()
    }

    /// Reads to the end, which the other side makes.
    pub(crate) async fn is_closed(&mut self) {
        let mut rest = Vec::new();
        // A reset is an end, too.
        if self.0.read_to_end(&mut rest).await.is_ok() {
            assert!(rest.is_empty(), "nothing comes before the end: {rest:02x?}");
        }
    }
}

/// A frame of any kind.
pub(crate) fn frame(operation: u16, format: u8, tag: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(12 + body.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend([1, format]);
    bytes.extend(operation.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend(body);
    bytes
}
