//! Days made at random, in the files of each channel, with every class of break planted in them: what is found is what was planted, and
//! nothing else, and an outside program finds the same in the same files.
//!
//! `LONGMEN_DAYS=200` makes so many days of 5,000 rows a channel, `LONGMEN_SEED=N` begins with another seed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../channel_days/mod.rs"]
mod channel_days;
mod money;
mod oracle;

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use channel_days::{Chain, Channel, GivenBack, Plant, Told};
use longmen_channel_files::RowKind;

/// Days of a chain.
const CHAIN: u32 = 10;

#[test]
fn wechat_in_one_file() {
    check(Channel::Wechat);
}

#[test]
fn wechat_in_two_files() {
    check(Channel::WechatInTwo);
}

#[test]
fn alipay() {
    check(Channel::Alipay);
}

#[test]
fn unionpay() {
    check(Channel::Unionpay);
}

#[test]
fn bank_by_profile() {
    check(Channel::Bank);
}

/// Large days, and many small ones.
#[track_caller]
fn check(channel: Channel) {
    let (seed, days) = (of_environment("LONGMEN_SEED", 0), of_environment("LONGMEN_DAYS", CHAIN.into()));
    let directory = tempfile::tempdir().unwrap();
    let (mut found, mut planted, mut given_back) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let large = (seed..seed + days.div_ceil(CHAIN.into())).map(|seed| (seed, 5_000..=5_000));
    let small = (seed..seed + 20).map(|seed| (1_000_000 + seed, 0..=40));
    for (seed, rows) in large.chain(small) {
        let chain = hold(channel, seed, &rows, directory.path(), &mut found);
        planted.extend(chain.planted);
        given_back.extend(chain.given_back);
    }
    let all: BTreeSet<Plant> = channel.breaks().into_iter().collect();
    assert_eq!(planted, all, "every break was planted");
    let by_order = [RowKind::Refund, RowKind::Revoke].into_iter().any(|kind| channel.may_go_by_order(kind));
    let all = GivenBack::ALL.into_iter().filter(|what| by_order || *what != GivenBack::ByOrder).collect();
    assert_eq!(given_back, all, "every refund was there");
    found.sort();
    let theirs = oracle::found(directory.path());
    hold_equal(&theirs, &found, "the outside program");
}

/// Holds what is found in a chain to what was planted, and leaves its files for the outside program.
fn hold(
    channel: Channel,
    seed: u64,
    rows: &RangeInclusive<usize>,
    directory: &Path,
    found: &mut Vec<String>,
) -> Chain {
    let chain = Chain::random(channel, seed, CHAIN, rows);
    let (told, counts) = chain.compare();
    let without: Vec<Told> = told.iter().map(Told::without_references).collect();
    hold_equal(&chain.told, &without, &format!("what was planted with seed {seed}"));
    let planted_counts: Vec<_> = chain.days.iter().map(|day| (day.matched, day.unmoved)).collect();
    assert_eq!(counts, planted_counts, "seed {seed}");
    let series = format!("{}/{seed}", channel.name());
    chain.save(&directory.join(&series));
    found.extend(told.iter().map(|told| format!("{series},{told}")));
    found.extend(
        (0..).zip(counts).filter(|(_, counts)| *counts != (0, 0)).map(
            |(day, (matched, unmoved)): (usize, _)| format!("{series},{day},counts,{matched},{unmoved}"),
        ),
    );
    chain
}

/// A row of the books that is pending and was not planted so: the outside program sees it.
#[test]
fn the_outside_program_sees_a_row_that_was_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut found, rows) = (Vec::new(), 30..=30);
    hold(Channel::Wechat, 1, &rows, directory.path(), &mut found);
    found.sort();
    assert_eq!(oracle::found(directory.path()), found);
    let book = directory.path().join("wechat/1/00.book");
    let text = fs::read_to_string(&book).unwrap();
    let row = text.lines().find(|line| line.ends_with(",CNY,done")).unwrap();
    fs::write(&book, text.replacen(row, &row.replace("done", "pending"), 1)).unwrap();
    assert_ne!(oracle::found(directory.path()), found);
}

/// That two sorted lists are the same; what only one has is told.
fn hold_equal<T: Ord + std::fmt::Debug>(wanted: &[T], found: &[T], whose: &str) {
    if wanted == found {
        return;
    }
    let only = |these: &[T], those: &[T]| {
        let those: BTreeSet<&T> = those.iter().collect();
        let only: Vec<String> =
            these.iter().filter(|one| !those.contains(one)).map(|one| format!("{one:?}")).take(5).collect();
        only.join("\n  ")
    };
    panic!("only by {whose}:\n  {}\nonly found:\n  {}", only(wanted, found), only(found, wanted));
}

fn of_environment(name: &str, without: u64) -> u64 {
    std::env::var(name).map_or(without, |text| text.parse().unwrap())
}
