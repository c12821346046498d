//! A connection that sends whatever bytes it is given.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use longmen_client::{
    ANSWER_BIT, AnswerFrame, CONNECTION, ClientError, Header, HelloRequest, MAX_ANSWER, Operation,
    PREFIX_BYTES, REJECTIONS, read_prefix, write_frame,
};
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A connection of bytes.
pub(super) struct Raw {
    pub(super) stream: TcpStream,
    buffer: BytesMut,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Answer(Answer),
    /// The other side closed, or the connection broke.
    Closed,
    /// Nothing in time.
    Silence,
    /// Bytes that are no answer.
    Nonsense(String),
}

/// An answer, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) tag: u64,
    /// `ok`, or the code of the refusal.
    pub(super) code: Box<str>,
    /// Whether it speaks of the connection.
    pub(super) is_farewell: bool,
    pub(super) body: Vec<u8>,
}

impl Raw {
    pub(super) async fn open(address: &str) -> io::Result<Raw> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Raw { stream, buffer: BytesMut::new() })
    }

    /// Writes all of it; false when the other side has closed or takes nothing within `patience`.
    pub(super) async fn send(&mut self, bytes: &[u8], patience: Duration) -> bool {
        matches!(timeout(patience, self.stream.write_all(bytes)).await, Ok(Ok(())))
    }

    /// The next answer.
    pub(super) async fn receive(&mut self, patience: Duration) -> Heard {
        timeout(patience, self.next()).await.unwrap_or(Heard::Silence)
    }

    async fn next(&mut self) -> Heard {
        loop {
            match read_prefix(&self.buffer, MAX_ANSWER) {
                Ok(Some(prefix)) if prefix.total <= self.buffer.len() => {
                    let body = self.buffer[PREFIX_BYTES..prefix.total].to_vec();
                    self.buffer.advance(prefix.total);
                    return read(prefix.header, body);
                }
                Ok(_) => {}
                Err(error) => return Heard::Nonsense(error.to_string()),
            }
            self.buffer.reserve(4_096);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) if self.buffer.is_empty() => return Heard::Closed,
                Ok(0) => return Heard::Nonsense("half an answer".to_owned()),
                // A reset may overtake what was sent before it.
                Err(_) => return Heard::Closed,
                Ok(_) => {}
            }
        }
    }
}

fn read(header: Header, body: Vec<u8>) -> Heard {
    let answer = AnswerFrame::new(header, &body);
    let code = if header.format == 0 { packed_code(answer) } else { compact_code(answer) };
    match code {
        Ok(code) => {
            let is_farewell = header.operation == CONNECTION | ANSWER_BIT && header.tag == 0;
            Heard::Answer(Answer { tag: header.tag, code, is_farewell, body })
        }
        Err(words) => Heard::Nonsense(words),
    }
}

fn packed_code(answer: AnswerFrame<'_>) -> Result<Box<str>, String> {
    match answer.payload::<IgnoredAny>() {
        Ok(_) | Err(ClientError::Lacks { .. }) => Ok("ok".into()),
        Err(ClientError::Refused(refusal)) => Ok(refusal.code),
        Err(error) => Err(error.to_string()),
    }
}

fn compact_code(answer: AnswerFrame<'_>) -> Result<Box<str>, String> {
    let compact = answer.compact().map_err(|error| error.to_string())?;
    match usize::from(compact.status()) {
        0 => Ok("ok".into()),
        number => {
            REJECTIONS.get(number - 1).map(|code| (*code).into()).ok_or_else(|| format!("status {number}"))
        }
    }
}

/// A frame of any kind.
pub(super) fn frame(operation: u16, format: u8, tag: u64, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(PREFIX_BYTES + body.len());
    write_frame(&mut out, Header { format, operation, tag }, |out| out.extend_from_slice(body));
    out
}

/// A frame with this body in MessagePack.
pub(super) fn packed(operation: Operation, tag: u64, body: &impl Serialize) -> Vec<u8> {
    let body = rmp_serde::to_vec_named(body).expect("bodies are plain data");
    frame(operation.number(), 0, tag, &body)
}

/// A hello.
pub(super) fn hello(name: &str, token: Option<&str>) -> Vec<u8> {
    packed(Operation::Hello, 0, &HelloRequest { name, token })
}
