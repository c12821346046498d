//! The log under a node at work, whose bytes change under the open map: whatever is read from it, by a question or for what
//! is asked of an original, the answer is the right one or `failed`, nothing is done by halves, and nothing panics.

use std::collections::BTreeMap;
use std::io::IoSlice;

use longmen_client::{ClientError, Header, MAX_ANSWER, PREFIX_BYTES, read_prefix};
use longmen_gateway::Limits;
use longmen_gateway::fuzz::converse;
use longmen_wal::{FaultyStorage, Storage};
use tokio::runtime::Runtime;

use crate::answers;
use crate::books::{
    SentRequest, actions_on_originals, at_rest, balances, cold_story, questions_of_the_log, runtime,
};
use crate::conversation::hello;
use crate::edits::{Edit, words};
use crate::ledger::{Ledger, Resting};

/// Answers by tag: header and body.
type Answers = BTreeMap<u64, (Header, Vec<u8>)>;

/// Tags of what changes the books, and of the balances around it; questions have smaller ones.
const BEFORE: u64 = 1_000;
const ACTION: u64 = 1_001;
const AFTER: u64 = 1_002;

/// The books at rest, and what is answered while no byte is changed.
struct Books {
    resting: Resting,
    runtime: Runtime,
    actions: Vec<Action>,
}

/// What is asked of an original, behind all questions.
struct Action {
    frames: Vec<Vec<u8>>,
    clean: Answers,
}

thread_local! {
    static BOOKS: Books = Books::new();
}

impl Books {
    fn new() -> Books {
        let runtime = runtime();
        // Started once: a start cuts off what the last segment has behind its frames, and this disk's maps of a file do not
        // show what changes after it was cut.
        let resting = at_rest(&cold_story(), &runtime).wake().rest();
        let action = |asked: &SentRequest| {
            let frames = frames(asked);
            let clean = ask(&mut resting.wake(), &runtime, &frames);
            for (tag, (header, body)) in &clean {
                let read = answers::read(*header, body);
                assert!(read.is_ok(), "request {tag} finds something in a good log: {read:?}");
            }
            assert_ne!(clean[&BEFORE].1, clean[&AFTER].1, "it is done, and moves something: {asked:?}");
            Action { frames, clean }
        };
        let actions = actions_on_originals().iter().map(action).collect();
        Books { resting, runtime, actions }
    }
}

/// Takes an input: changes of eight bytes each: the kind, the place, a value, the file; the first one's seventh byte says
/// what is asked of an original.
pub fn run(data: &[u8]) {
    BOOKS.with(|books| {
        let mut ledger = books.resting.wake();
        words(data).take(8).for_each(|word| change(ledger.storage(), word));
        let which = usize::from(data.get(6).copied().unwrap_or_default()) % books.actions.len();
        let Action { frames, clean } = &books.actions[which];
        check(clean, &ask(&mut ledger, &books.runtime, frames));
    });
}

/// Changes bytes of a segment in place, among those up to the last that is not zero. A file under a map keeps its length: what
/// would be cut off is zeros.
fn change(disk: &FaultyStorage, [what, low, middle, high, value, file, ..]: [u8; 8]) {
    let mut names = disk.list().expect("a disk in memory lists its files");
    names.retain(|name| name.starts_with("segment-"));
    names.sort_unstable();
    let name = &names[usize::from(file) % names.len()];
    let mut bytes = disk.file(name).expect("it is listed");
    let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(written);
    let (from, to) = Edit::new(what, u32::from_le_bytes([low, middle, high, 0]), value).make(&mut bytes);
    bytes.resize(written, 0);
    let changed = &bytes[from.min(written)..to.min(written)];
    let file = disk.open(name).expect("it is listed");
    file.write_at(&[IoSlice::new(changed)], from as u64).expect("this disk does not fail");
}

/// Everything that reads the log, then `action` between two looks at the balances.
fn frames(action: &SentRequest) -> Vec<Vec<u8>> {
    let questions = questions_of_the_log();
    let questions = questions.iter().zip(1..).map(|(asked, tag)| asked.frame(tag));
    let around = [balances().frame(BEFORE), action.frame(ACTION), balances().frame(AFTER)];
    std::iter::once(hello()).chain(questions).chain(around).collect()
}

fn ask(ledger: &mut Ledger, runtime: &Runtime, frames: &[Vec<u8>]) -> Answers {
    let history = ledger.history();
    let reads = frames.iter().map(Vec::as_slice);
    let done = converse(Limits::default(), history, runtime, reads, &mut |requests| ledger.answer(requests));
    assert!(done.is_open && done.frames == frames.len(), "every question is taken");
    let (mut answers, mut rest) = (Answers::new(), &done.sent[..]);
    while !rest.is_empty() {
        let prefix = read_prefix(rest, MAX_ANSWER).expect("the node sends frames").expect("and whole ones");
        let (frame, behind) = rest.split_at(prefix.total);
        rest = behind;
        answers.insert(prefix.header.tag, (prefix.header, frame[PREFIX_BYTES..].to_vec()));
    }
    assert_eq!(answers.len(), frames.len(), "every question has an answer");
    answers
}

fn has_failed((header, body): &(Header, Vec<u8>)) -> bool {
    matches!(answers::read(*header, body), Err(ClientError::Refused(refusal)) if &*refusal.code == "failed")
}

fn check(clean: &Answers, found: &Answers) {
    for (tag, right) in clean.iter().filter(|(tag, _)| **tag != AFTER) {
        let answer = &found[tag];
        let is_right = answer == right || has_failed(answer);
        assert!(is_right, "request {tag}: {} for {}", answer.1.escape_ascii(), right.1.escape_ascii());
    }
    let is_done = found[&ACTION] == clean[&ACTION];
    let expected = if is_done { &clean[&AFTER] } else { &clean[&BEFORE] };
    assert_eq!(found[&AFTER].1, expected.1, "done (it says {is_done}), or not at all");
}

/// Changes all over the log, one at a time and two at once, before each of what is asked of an original.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    // Frames begin at pages, and what they say stands at their beginning.
    let one = |step: u16| {
        let at = (u32::from(step % 32) + 1) * 4_096 + u32::from(step) * 61 % 700;
        let [low, middle, high, _] = at.to_le_bytes();
        let [what, bit, file, action] =
            [step % 8, step % 7, step / 32 % 2, step % 5].map(|small| u8::try_from(small).expect("below 8"));
        vec![what, low, middle, high, 1 << bit, file, action, 0]
    };
    let alone = (0..160).map(one);
    let pairs = (0..60).map(|step| [one(step), one(step * 7 % 120)].concat());
    std::iter::once(Vec::new()).chain(alone).chain(pairs).collect()
}
