//! A connection with many requests under way at once.

use bytes::{Buf, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::{Outcome, Welcome};
use crate::compact::{
    BadCompactAnswer, CompactAnswer, CompactSettings, CompactTransaction, Transfer, write_transactions,
    write_transfers,
};
use crate::error::{ClientError, Refusal};
use crate::frame::{read_prefix, write_frame};
use crate::options::ClientOptions;
use crate::request::HelloRequest;
use crate::socket::{Incoming, Outgoing, encrypted, plain};
use crate::tls::is_of_tls;
use crate::wire::{ANSWER_BIT, CONNECTION, Format, Header, MAX_ANSWER, Operation, PREFIX_BYTES};

/// How much one read of the socket takes at least.
const READ_BYTES: usize = 64 << 10;

/// An authenticated connection. Split it to send requests while answers come in.
///
/// ```no_run
/// use longmen_client::{CompactSettings, Connection, Transfer};
/// # async fn example() -> Result<(), longmen_client::ClientError> {
/// let (connection, _welcome) = Connection::open("127.0.0.1:7440", "load", None).await?;
/// let (mut sender, mut receiver) = connection.split();
/// let transfers = [Transfer { id: 1, debit: 1, credit: 2, amount: 500 }];
/// sender.queue_transfers(7, CompactSettings::default(), 156, &transfers);
/// sender.flush().await?;
/// let answer = receiver.next().await?;
/// assert_eq!(answer.tag(), 7);
/// assert_eq!(answer.compact()?.results().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    receiver: Receiver,
}

impl Connection {
    /// Connects and says hello.
    ///
    /// # Errors
    /// [`ClientError`], when the node cannot be reached, or refuses the name and token.
    pub async fn open(
        address: &str,
        name: &str,
        token: Option<&str>,
    ) -> Result<(Connection, Welcome), ClientError> {
        let halves = plain(reach(address).await?);
        Connection::over(halves, name, token).await
    }

    /// Connects as `options` say, and says hello. Their limit is none of a connection.
    ///
    /// # Errors
    /// As [`Connection::open`]; [`ClientError::Tls`], when one side of TLS does not trust the other.
    pub async fn open_with(options: &ClientOptions) -> Result<(Connection, Welcome), ClientError> {
        let ClientOptions { address, name, token, tls, limit: _ } = options;
        let Some(tls) = tls else { return Connection::open(address, name, token.as_deref()).await };
        let failed = |source| ClientError::Tls { address: address.clone(), source };
        let stream = tls.connect(address, reach(address).await?).await.map_err(failed)?;
        // A node looks at a client's certificate when the client thinks that all is done.
        let opened = Connection::over(encrypted(stream), name, token.as_deref()).await;
        opened.map_err(|error| match error {
            ClientError::Io(source) if is_of_tls(&source) => failed(source),
            other => other,
        })
    }

    async fn over(
        (read, write): (Incoming, Outgoing),
        name: &str,
        token: Option<&str>,
    ) -> Result<(Connection, Welcome), ClientError> {
        let sender = Sender { half: write, out: Vec::new(), written: 0 };
        let receiver = Receiver { half: read, buffer: BytesMut::new(), taken: 0 };
        let mut connection = Connection { sender, receiver };
        connection.sender.queue(0, Operation::Hello, &HelloRequest { name, token })?;
        connection.sender.flush().await?;
        let welcome = connection.receiver.next().await?.payload()?;
        Ok((connection, welcome))
    }

    /// Takes it apart: requests go out by the one half while answers come in by the other.
    #[must_use]
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// Both halves, for one request at a time.
    pub fn halves(&mut self) -> (&mut Sender, &mut Receiver) {
        (&mut self.sender, &mut self.receiver)
    }
}

async fn reach(address: &str) -> Result<TcpStream, ClientError> {
    let reached = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    reached.await.map_err(|source| ClientError::Connect { address: address.to_owned(), source })
}

/// The half that sends. Requests are queued into one buffer, which [`Sender::flush`] writes at once.
#[derive(Debug)]
pub struct Sender {
    half: Outgoing,
    out: Vec<u8>,
    /// Bytes of `out` that the socket has taken: a flush that was given up goes on where it stopped.
    written: usize,
}

impl Sender {
    /// Queues a request in MessagePack. The answer will carry `tag`.
    ///
    /// # Errors
    /// [`ClientError::Encode`], when `body` cannot be written as MessagePack; nothing is queued then.
    pub fn queue(
        &mut self,
        tag: u64,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<(), ClientError> {
        let start = self.out.len();
        let mut written = Ok(());
        write_frame(&mut self.out, Header::request(operation, Format::MessagePack, tag), |out| {
            written = body.serialize(&mut rmp_serde::Serializer::new(out).with_struct_map());
        });
        if written.is_err() {
            self.out.truncate(start);
        }
        Ok(written?)
    }

    /// Queues a post of transfers in the compact form; `currency` is ISO 4217 numeric.
    pub fn queue_transfers(
        &mut self,
        tag: u64,
        settings: CompactSettings,
        currency: u16,
        transfers: &[Transfer],
    ) {
        let header = Header::request(Operation::Post, Format::Compact, tag);
        write_frame(&mut self.out, header, |out| write_transfers(out, settings, currency, transfers));
    }

    /// Queues a post of transactions of any shape in the compact form.
    pub fn queue_transactions(
        &mut self,
        tag: u64,
        settings: CompactSettings,
        transactions: &[CompactTransaction<'_>],
    ) {
        let header = Header::request(Operation::Post, Format::Compact, tag);
        write_frame(&mut self.out, header, |out| write_transactions(out, settings, transactions));
    }

    /// Bytes that wait for [`Sender::flush`].
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.out.len() - self.written
    }

    /// Writes all that is queued. Answers must be read meanwhile: a node stops reading from a client that does not
    /// read.
    ///
    /// # Errors
    /// [`ClientError::Io`]; what part of the requests reached the node is unknown then.
    pub async fn flush(&mut self) -> Result<(), ClientError> {
        while self.written < self.out.len() {
            match self.half.write(&self.out[self.written..]).await? {
                0 => return Err(ClientError::Closed),
                count => self.written += count,
            }
        }
        self.half.flush().await?;
        self.out.clear();
        self.written = 0;
        Ok(())
    }
}

/// The half that receives.
#[derive(Debug)]
pub struct Receiver {
    half: Incoming,
    buffer: BytesMut,
    /// Bytes of the frame that was handed out last.
    taken: usize,
}

impl Receiver {
    /// The next answer, in the order of arrival; answers of several requests come in any order. Touches the socket
    /// only when no whole answer is buffered. Safe to cancel.
    ///
    /// # Errors
    /// [`ClientError`], when the connection broke, ended, or brought what is no frame.
    pub async fn next(&mut self) -> Result<AnswerFrame<'_>, ClientError> {
        self.buffer.advance(std::mem::take(&mut self.taken));
        let prefix = loop {
            match read_prefix(&self.buffer, MAX_ANSWER)? {
                Some(prefix) if prefix.total <= self.buffer.len() => break prefix,
                Some(prefix) => self.buffer.reserve((prefix.total - self.buffer.len()).max(READ_BYTES)),
                None => self.buffer.reserve(READ_BYTES),
            }
            if self.half.read_buf(&mut self.buffer).await? == 0 {
                return Err(ClientError::Closed);
            }
        };
        self.taken = prefix.total;
        let answer = self.last(prefix.header);
        if prefix.header.operation == CONNECTION | ANSWER_BIT {
            return Err(answer.dismissal()?);
        }
        Ok(answer)
    }

    /// The answer with this tag; others are passed over.
    pub(crate) async fn answer_to(&mut self, tag: u64) -> Result<AnswerFrame<'_>, ClientError> {
        let header = loop {
            let header = self.next().await?.header;
            if header.tag == tag {
                break header;
            }
        };
        Ok(self.last(header))
    }

    fn last(&self, header: Header) -> AnswerFrame<'_> {
        AnswerFrame { header, body: &self.buffer[PREFIX_BYTES..self.taken] }
    }
}

/// One answer, still in the buffer that it was read into.
#[derive(Clone, Copy, Debug)]
pub struct AnswerFrame<'a> {
    header: Header,
    body: &'a [u8],
}

impl<'a> AnswerFrame<'a> {
    /// The answer that a header and a body make, of whoever reads frames by [`read_prefix`].
    #[must_use]
    pub fn new(header: Header, body: &'a [u8]) -> AnswerFrame<'a> {
        AnswerFrame { header, body }
    }

    /// The tag of the request that it answers.
    #[must_use]
    pub fn tag(&self) -> u64 {
        self.header.tag
    }

    /// The operation of the request that it answers, if this crate knows it.
    #[must_use]
    pub fn operation(&self) -> Option<Operation> {
        Operation::from_number(self.header.operation & !ANSWER_BIT)
    }

    /// The body, of either format.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body as the answer to a compact request.
    ///
    /// # Errors
    /// [`BadCompactAnswer`], when it is none.
    pub fn compact(&self) -> Result<CompactAnswer<'a>, BadCompactAnswer> {
        if self.header.format != Format::Compact as u8 {
            return Err(BadCompactAnswer);
        }
        CompactAnswer::read(self.body)
    }

    /// The payload of a MessagePack answer.
    ///
    /// # Errors
    /// [`ClientError::Refused`], when the node refused the request; else, when the answer has another shape.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        self.outcome()?.payload()
    }

    /// Whether a request whose answer has no payload went well.
    ///
    /// # Errors
    /// As [`AnswerFrame::payload`].
    pub fn done(&self) -> Result<(), ClientError> {
        self.outcome::<()>()?.optional_payload()?;
        Ok(())
    }

    fn outcome<T: DeserializeOwned>(&self) -> Result<Outcome<T>, ClientError> {
        Ok(rmp_serde::from_slice(self.body)?)
    }

    fn dismissal(&self) -> Result<ClientError, ClientError> {
        let refusal: Result<_, Refusal> = self.outcome::<()>()?.optional_payload();
        Ok(refusal.err().map_or(ClientError::Closed, ClientError::Dismissed))
    }
}
