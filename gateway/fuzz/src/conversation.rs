//! A whole connection without its socket, over a real ledger and a real log in memory: every frame gets one answer that
//! the client library reads, or the connection ends with a word; permits come back; the books hold.

use std::collections::BTreeMap;

use longmen_client::{
    ANSWER_BIT, CONNECTION, ClientError, Format, Header, MAX_ANSWER, Operation, PREFIX_BYTES, read_prefix,
    write_frame,
};
use longmen_engine::audit::verify;
use longmen_gateway::fuzz::{Conversed, converse};
use longmen_gateway::{InFlight, Limits};
use tokio::runtime::Runtime;

use crate::answers;
use crate::books::{SentRequest, every_request, with_books};
use crate::ledger::Ledger;

/// So little may be under way that an input reaches the limits.
const SESSION: InFlight = InFlight { transactions: 256, bytes: 4 << 20 };

fn limits() -> Limits {
    Limits { request_bytes: 64 << 10, session: SESSION, node: SESSION, ..Limits::default() }
}

/// Takes an input: what a client sends, piece by piece. A piece is a byte for its kind, two for its length, and bytes:
/// the body of a request of that operation, the operation and body of a request, or bytes as they are. Bit 6 puts it
/// into the same read as the one before.
pub fn run(data: &[u8]) {
    let (script, is_whole) = script(data);
    with_books(|resting, runtime| {
        let mut ledger = resting.wake();
        let conversed = converse_over(&mut ledger, runtime, &script);
        let answers = check(&conversed);
        if is_whole && conversed.is_open {
            let sent: usize = script.iter().map(|read| count_frames(read)).sum();
            assert_eq!(answers.values().sum::<usize>(), sent, "every request has an answer");
            assert!(answers.values().all(|count| *count == 1), "one each: {answers:?}");
        }
        if let Err(error) = verify(ledger.storage(), &mut |_| {}) {
            panic!("the books do not hold: {error}");
        }
    });
}

/// The hello that most inputs begin with.
pub(crate) fn hello() -> Vec<u8> {
    let mut out = Vec::new();
    let header = Header::request(Operation::Hello, Format::MessagePack, u64::MAX);
    write_frame(&mut out, header, |out| out.extend(b"\x91\xA4fuzz"));
    out
}

/// Lets a client of `ledger` send these reads.
pub(crate) fn converse_over(ledger: &mut Ledger, runtime: &Runtime, reads: &[Vec<u8>]) -> Conversed {
    let history = ledger.history();
    let reads = reads.iter().map(Vec::as_slice);
    converse(limits(), history, runtime, reads, &mut |requests| ledger.answer(requests))
}

/// The reads that an input stands for, and whether they are whole frames of this version only.
fn script(data: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let (mut reads, mut is_whole) = (Vec::new(), true);
    let Some((&first, mut rest)) = data.split_first() else { return (reads, true) };
    if first & 1 == 0 {
        reads.push(hello());
    }
    let mut tag = 0;
    while let [kind, low, high, tail @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(tail.len());
        let (piece, tail) = tail.split_at(length);
        rest = tail;
        tag += 1;
        let bytes = match kind & 0x3F {
            index @ 0..0x20 => {
                let operation = Operation::ALL[usize::from(index) % Operation::ALL.len()];
                SentRequest { operation, format: Format::MessagePack, body: piece.to_vec() }.frame(tag)
            }
            0x20..0x30 => {
                SentRequest { operation: Operation::Post, format: Format::Compact, body: piece.to_vec() }
                    .frame(tag)
            }
            0x30..0x38 => match piece {
                [format, low, high, body @ ..] => {
                    let operation = u16::from_le_bytes([*low, *high]);
                    let mut out = Vec::new();
                    let header = Header { format: *format, operation, tag };
                    write_frame(&mut out, header, |out| out.extend_from_slice(body));
                    out
                }
                _ => continue,
            },
            _ => {
                is_whole = false;
                piece.to_vec()
            }
        };
        match reads.last_mut().filter(|_| kind & 0x40 != 0) {
            Some(read) => read.extend(bytes),
            None => reads.push(bytes),
        }
    }
    (reads, is_whole)
}

fn count_frames(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Ok(Some(prefix)) = read_prefix(bytes, MAX_ANSWER) {
        bytes = &bytes[prefix.total..];
        count += 1;
    }
    count
}

/// What holds of every conversation; how many answers each tag has.
fn check(conversed: &Conversed) -> BTreeMap<u64, usize> {
    let mut answers: BTreeMap<u64, usize> = BTreeMap::new();
    let (mut rest, mut dismissed) = (&conversed.sent[..], false);
    while !rest.is_empty() {
        assert!(!dismissed, "nothing comes behind the last word");
        let prefix = read_prefix(rest, MAX_ANSWER).expect("the node sends frames").expect("and whole ones");
        let (frame, behind) = rest.split_at(prefix.total);
        rest = behind;
        match answers::read(prefix.header, &frame[PREFIX_BYTES..]) {
            Ok(()) | Err(ClientError::Refused(_)) => {}
            Err(error) => panic!("an answer to {:?} cannot be read: {error}", prefix.header),
        }
        if prefix.header.operation == CONNECTION | ANSWER_BIT && prefix.header.tag == 0 {
            dismissed = true;
        } else {
            *answers.entry(prefix.header.tag).or_default() += 1;
        }
    }
    assert!(!dismissed || !conversed.is_open, "a connection that was dismissed is closed");
    assert_eq!(answers.values().sum::<usize>(), conversed.frames, "one answer to each frame");
    assert!(conversed.most.transactions <= SESSION.transactions && conversed.most.bytes <= SESSION.bytes);
    assert!(
        conversed.is_mid_frame || conversed.held == InFlight::default(),
        "permits come back: {conversed:?}"
    );
    answers
}

/// Every request alone, and many of them behind one another.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let piece = |asked: &SentRequest, joined: u8| {
        let index =
            Operation::ALL.iter().position(|known| *known == asked.operation).expect("all are listed");
        let index = u8::try_from(index).expect("there are few operations");
        let kind = if asked.format == Format::Compact { 0x20 } else { index };
        let length = u16::try_from(asked.body.len()).expect("a request of the story is short").to_le_bytes();
        [&[kind | joined], &length[..], &asked.body].concat()
    };
    let all = every_request();
    let alone = all.iter().map(|asked| [&[0][..], &piece(asked, 0)].concat());
    let pairs =
        all.windows(2).map(|pair| [&[0][..], &piece(&pair[0], 0x40), &piece(&pair[1], 0x40)].concat());
    let stranger = [&[1][..], &piece(&all[0], 0)].concat();
    let raw = [&[0][..], &[0x38, 20, 0], &hello()].concat();
    alone.chain(pairs).chain([stranger, raw]).collect()
}
