//! Clients that say what is not so: each bad thing gets a coded answer, or the connection ends with one.

use std::time::{Duration, Instant};

use longmen_client::{MAX_REQUEST, Operation, REJECTIONS};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use serde_json::json;

use super::attack::PATIENCE;
use super::bodies::{extreme_requests, nesting as nesting_bodies};
use super::field::Field;
use super::raw::{Heard, Raw, frame, hello, packed};
use super::tally::Tally;

/// Extreme requests that are under way at once on a connection.
const EXTREMES_AT_ONCE: usize = 64;
/// A length that is none ends the connection with a word.
pub(super) async fn lengths(field: &Field, turn: usize, tally: &mut Tally) {
    let Some(mut raw) = field.enter(tally).await else { return };
    let lies: [&[u8]; 8] = [
        b"\xFF\xFF\xFF\xFF",
        b"\x01\0\x40\0",
        b"\0\0\0\0",
        b"\x0B\0\0\0",
        b"\0\0\0\x80",
        b"\xFF\xFF\xFF\x7F\x01\0\x20\0",
        b"\x0C\0\0\0\x02\0\x02\0\0\0\0\0\0\0\0\0",
        b"\x0C\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ];
    let lie = lies[turn % lies.len()];
    raw.send(lie, PATIENCE).await;
    ends(&mut raw, "a lying length", &["malformed"], tally).await;
}

/// Whoever does not speak the protocol is told so and goes.
pub(super) async fn garbage(field: &Field, turn: usize, tally: &mut Tally) {
    let Some(mut raw) = field.open(tally).await else { return };
    let mut noise = [0; 2_000];
    SmallRng::seed_from_u64(u64::try_from(turn).unwrap_or(0)).fill_bytes(&mut noise);
    // A length that could be one would only be waited for.
    noise[3] |= 0x80;
    let ping = packed(Operation::Ping, 1, &());
    let post = frame(Operation::Post.number(), 0, 1, &noise[..900]);
    let babble: [&[u8]; 7] = [
        b"GET / HTTP/1.1\r\nHost: books\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        &noise,
        &[0; 1_000],
        &ping,
        &post,
    ];
    let kind = turn % babble.len();
    raw.send(babble[kind], PATIENCE).await;
    let codes = ["malformed", "not_authenticated"];
    if kind < 5 {
        return ends(&mut raw, "garbage", &codes, tally).await;
    }
    let heard = raw.receive(PATIENCE).await;
    tally.hear("a request before the hello", &heard, &["not_authenticated"]);
}

/// A hello that is wrong lets nobody in, and one that comes again changes nothing.
pub(super) async fn hellos(field: &Field, turn: usize, tally: &mut Tally) {
    let Some(mut raw) = field.open(tally).await else { return };
    let token = field.token.as_deref();
    let (long_name, long_token) = ("n".repeat(65), "t".repeat(600));
    let wrong = match turn % 9 {
        0 => hello(&field.name, Some("wrong")),
        1 => hello("nobody", token),
        2 => hello(&field.name, Some("")),
        3 => hello(&long_name, token),
        4 => hello("", token),
        5 => hello(&field.name, Some(&long_token)),
        6 => hello(&field.name, Some(&"t".repeat(5_000))),
        7 => packed(Operation::Hello, 0, &json!({"name": [[[["x"]]]], "token": -1})),
        _ => return replayed(field, raw, tally).await,
    };
    raw.send(&wrong, PATIENCE).await;
    let heard = raw.receive(PATIENCE).await;
    // Without tokens every name is taken at its word.
    let codes: &[&str] = if token.is_some() {
        &["not_authenticated", "malformed"]
    } else {
        &["not_authenticated", "malformed", "ok"]
    };
    if tally.hear("a wrong hello", &heard, codes) && token.is_some() {
        raw.send(&packed(Operation::Status, 1, &()), PATIENCE).await;
        let heard = raw.receive(PATIENCE).await;
        tally.hear("a request behind a wrong hello", &heard, &["not_authenticated"]);
    }
}

/// The same hello again, and again with the requests behind it.
async fn replayed(field: &Field, mut raw: Raw, tally: &mut Tally) {
    let good = hello(&field.name, field.token.as_deref());
    raw.send(&[&good[..], &good, &good, &packed(Operation::Ping, 1, &())].concat(), PATIENCE).await;
    for (what, codes) in [
        ("a hello", ["ok"]),
        ("a hello replayed", ["malformed"]),
        ("a hello replayed", ["malformed"]),
        ("a ping behind replayed hellos", ["ok"]),
    ] {
        let heard = raw.receive(PATIENCE).await;
        let is_busy = matches!(&heard, Heard::Answer(answer) if &*answer.code == "busy");
        // Whoever was not let in is a stranger behind it.
        if !tally.hear(what, &heard, &codes) || is_busy {
            return;
        }
    }
}

/// A frame that stops in the middle is no request. That nothing came of it shows in the account's balance.
pub(super) async fn halves(field: &Field, turn: usize, tally: &mut Tally) {
    let Some(mut raw) = field.enter(tally).await else { return };
    let id = u64::MAX - field.next_serial();
    let legs = json!([[field.wild[0], 0, 1, "CNY"], [field.untouched, 1, 1, "CNY"]]);
    let whole = packed(Operation::Post, 1, &json!({"transactions": [{"id": id, "legs": legs}]}));
    let cut = 1 + turn * 7 % (whole.len() - 1);
    raw.send(&whole[..cut], PATIENCE).await;
    if turn.is_multiple_of(2) {
        return;
    }
    drop(tokio::io::AsyncWriteExt::shutdown(&mut raw.stream).await);
    match raw.receive(PATIENCE).await {
        Heard::Closed => tally.closed += 1,
        other => tally.find(format!("half a frame and then the end: {other:?}")),
    }
}

/// Bodies without bottom are malformed, whatever operation they come for, and the connection lives.
pub(super) async fn nesting(field: &Field, turn: usize, tally: &mut Tally) {
    let Some(mut raw) = field.enter(tally).await else { return };
    let bodies = nesting_bodies();
    let body = &bodies[turn % bodies.len()];
    for operation in Operation::ALL {
        if !raw.send(&frame(operation.number(), 0, 1, body), PATIENCE).await {
            return;
        }
        let heard = raw.receive(PATIENCE).await;
        if !tally.hear(
            &format!("{} with a body of {} bytes", operation.name(), body.len()),
            &heard,
            &["malformed"],
        ) {
            return;
        }
    }
}

/// Each request with each extreme: answered, one answer each, and the connection lives.
pub(super) async fn extremes(field: &Field, number: usize, until: Instant, tally: &mut Tally) {
    let mut random = SmallRng::seed_from_u64(u64::try_from(number).unwrap_or(0));
    let serial = field.next_serial() << 8;
    let mut all = extreme_requests(field.wild[1 + number % 8], field.wild[0], serial);
    // Another order for each connection, so that a short time tries something of everything.
    for index in (1..all.len()).rev() {
        all.swap(index, random.random_range(0..=index));
    }
    let mut rest = all.into_iter();
    loop {
        if let Some(mut raw) = field.enter(tally).await {
            ask_rest(&mut raw, &mut rest, until, tally).await;
        }
        if rest.len() == 0 || Instant::now() > until {
            return;
        }
    }
}

/// Until the time is over, some of them in any case, or the connection ends.
async fn ask_rest(
    raw: &mut Raw,
    rest: &mut impl ExactSizeIterator<Item = (Operation, u8, Vec<u8>)>,
    until: Instant,
    tally: &mut Tally,
) {
    while rest.len() > 0 {
        let batch: Vec<_> = rest.by_ref().take(EXTREMES_AT_ONCE).collect();
        if !ask_all(raw, &batch, tally).await {
            return tally.find("a connection ended under extreme values");
        }
        if Instant::now() > until {
            return;
        }
    }
}

async fn ask_all(raw: &mut Raw, batch: &[(Operation, u8, Vec<u8>)], tally: &mut Tally) -> bool {
    let mut bytes = Vec::new();
    for (tag, (operation, format, body)) in (0..).zip(batch) {
        bytes.extend(frame(operation.number(), *format, tag, body));
    }
    if !raw.send(&bytes, PATIENCE).await {
        return false;
    }
    // What makes no sense, or makes some by accident, may be answered anything that there is.
    let any_answer: Vec<&str> = ["ok", "failed"].into_iter().chain(REJECTIONS).collect();
    let mut answered = vec![false; batch.len()];
    for _ in batch {
        let heard = raw.receive(PATIENCE).await;
        if let Heard::Answer(answer) = &heard {
            let place = usize::try_from(answer.tag).ok().and_then(|tag| answered.get_mut(tag));
            match place {
                Some(place) if !*place => *place = true,
                _ => tally.find(format!("an answer to nothing: {}", answer.tag)),
            }
        }
        if !tally.hear("extreme values", &heard, &any_answer) {
            return false;
        }
    }
    true
}

/// What follows is a word that ends the connection, and its end.
async fn ends(raw: &mut Raw, what: &str, codes: &[&str], tally: &mut Tally) {
    let heard = raw.receive(PATIENCE).await;
    if !tally.hear(what, &heard, codes) && heard == Heard::Closed {
        return;
    }
    match raw.receive(Duration::from_secs(30)).await {
        Heard::Closed => tally.closed += 1,
        other => tally.find(format!("{what}: then {other:?} instead of the end")),
    }
}

const _: () = assert!(MAX_REQUEST == 4 << 20, "one of the lies is a byte more than the cap");
