//! Runs: the same once, each day behind the one before, and a day again where something was corrected.

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Class, Fate, Finding, Rules, Sums, compare};
use longmen_reconciliation_store::{
    Begun, BookSide, BreakFilter, Channel, FileId, Import, RunFilter, RunId, RunInputs, RunTotals,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, NOON, active, book, channel, cny, day, inputs, person};

/// What the books and the channel have on a day of which everything is known.
const BOOKS: &[(&str, i64, i64)] =
    &[("P001", 10_000, 60), ("P002", 5000, 30), ("P003", 3000, 18), ("P004", 2000, 12), ("P005", 8800, 53)];
const FILE: &[(&str, i64, i64)] =
    &[("P001", 10_000, 60), ("P002", 5000, 31), ("P003", 3001, 18), ("P099", 6600, 40)];

#[test]
fn what_waits_goes_from_one_day_to_the_next() {
    let mut desk = Desk::new();
    let first = desk.day(day(18), BOOKS, FILE);
    assert!(first.is_current && !first.is_stale);
    assert_eq!(
        desk.said(),
        [
            "P002 fee_differs open since 2024-06-18",
            "P003 amount_differs open since 2024-06-18",
            "P004 short hung since 2024-06-18",
            "P005 short hung since 2024-06-18",
            "P099 long hung since 2024-06-18",
        ]
    );
    let [totals] = &first.totals[..] else { panic!("{first:?}") };
    assert_eq!((totals.book.rows, totals.book.net, totals.file.net), (5, 28_627, 24_452));
    assert_eq!(totals.classes[&(Class::Matched, Fate::Closed)], Sums { rows: 1, net: 0 });
    let names: Vec<_> = ["P004", "P005", "P099"].map(|number| desk.found(number).id).into();
    assert!(names[0].as_str().starts_with('B') && names[2].as_str().starts_with('F'));
    desk.day(day(19), &[("Q001", 100, 1)], &[("Q001", 100, 1), ("P005", 8800, 53)]);
    assert_eq!(
        desk.said(),
        [
            "P002 fee_differs open since 2024-06-18",
            "P003 amount_differs open since 2024-06-18",
            "P004 short suspense since 2024-06-18",
            "P005 matched resolved since 2024-06-18",
            "P099 long suspense since 2024-06-18",
        ]
    );
    let again: Vec<_> = ["P004", "P005", "P099"].map(|number| desk.found(number).id).into();
    assert_eq!(again, names, "what waited keeps its name");
    // A day on which nothing happened is a day.
    desk.day(day(20), &[], &[]);
    assert_eq!(desk.store.read().runs(&RunFilter::default()).unwrap().len(), 3);
}

#[test]
fn the_same_inputs_are_compared_once() {
    let mut desk = Desk::new();
    let first = desk.day(day(18), BOOKS, FILE);
    let before = desk.store.read().dump().unwrap();
    let (again, stale) = desk.run(day(18), BOOKS).unwrap();
    assert_eq!((again, stale), (first.clone(), vec![]));
    assert_eq!(desk.store.read().dump().unwrap(), before);
    let mut other = Desk::new();
    assert_eq!(other.day(day(18), BOOKS, FILE).result, first.result, "another desk finds the same");
    assert_eq!(other.store.read().dump().unwrap(), before);
    // Another frame of the books is another run, with the same result.
    let mut moved = inputs(FileId(1), day(18), &book(BOOKS));
    moved.book.frame += 1;
    let (id, stale) = {
        let Begun::Open(mut open) = desk.store.begin_run(&moved, &[], &person("wang"), NOON).unwrap() else {
            panic!("it is not known")
        };
        let file = book(FILE).into_iter().map(|mut row| {
            row.reference = format!("42{}", row.merchant_number).into();
            row
        });
        let compared = compare(&moved.rules, book(BOOKS), file.collect(), open.hung());
        compared.findings.iter().for_each(|finding| open.add(finding).unwrap());
        open.finish(&[RunTotals::of(cny(), &compared)]).unwrap()
    };
    assert_eq!((desk.store.read().run(id).unwrap().result, stale), (first.result, vec![]));
    let all = RunFilter { with_replaced: true, ..RunFilter::default() };
    let runs = desk.store.read().runs(&all).unwrap();
    assert_eq!(runs.iter().map(|run| run.is_current).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_run_rests_on_what_is_there() {
    let mut desk = Desk::new();
    desk.import(day(18), FILE).unwrap();
    desk.import(day(20), &[]).unwrap();
    desk.import(day(18), &[]).unwrap();
    let good = inputs(FileId(1), day(18), &book(BOOKS));
    let with = |change: &dyn Fn(&mut RunInputs)| {
        let mut inputs = good.clone();
        change(&mut inputs);
        inputs
    };
    for (inputs, code) in [
        (with(&|inputs| inputs.file = FileId(9)), "no_such_file"),
        (with(&|inputs| inputs.file = FileId(2)), "wrong_file"),
        (with(&|inputs| inputs.channel = Channel::new("alipay").unwrap()), "wrong_file"),
        (with(&|inputs| inputs.file = FileId(3)), "file_not_active"),
        (with(&|inputs| inputs.book.closed = day(17)), "books_open"),
    ] {
        let refused = desk.store.begin_run(&inputs, &[], &person("wang"), NOON).unwrap_err();
        assert_eq!(refused.code(), Some(code), "{refused}");
    }
    desk.run(day(18), BOOKS).unwrap();
    let gap = desk.run(day(20), &[]).unwrap_err();
    assert_eq!(gap.code(), Some("missing_run"));
    assert_eq!(
        gap.to_string(),
        "wechat/1900000100 was not compared on 2024-06-19, and what waits comes from there"
    );
    desk.import(day(17), &[]).unwrap();
    assert_eq!(desk.run(day(17), &[]).unwrap_err().code(), Some("before_first_run"));
    assert!(desk.store.read().run(RunId(9)).is_err_and(|error| error.code() == Some("no_such_run")));
}

#[test]
fn a_day_that_was_corrected_makes_later_days_stale() {
    let mut desk = Desk::new();
    desk.day(day(18), BOOKS, FILE);
    desk.day(day(19), &[], &[("P005", 8800, 53)]);
    desk.day(day(20), &[], &[]);
    let stale = |desk: &Desk| -> Vec<String> {
        let runs = desk.store.read().runs(&RunFilter::default()).unwrap();
        runs.iter().filter(|run| run.is_stale).map(|run| run.inputs.rules.date.to_string()).collect()
    };
    assert!(stale(&desk).is_empty());
    // The channel had P004 after all, and never had P099.
    let corrected = [("P001", 10_000, 60), ("P002", 5000, 31), ("P003", 3001, 18), ("P004", 2000, 12)];
    desk.correct(day(18), &corrected);
    assert_eq!(stale(&desk), ["2024-06-18", "2024-06-19", "2024-06-20"]);
    assert_eq!(desk.run(day(19), &[]).unwrap_err().code(), Some("stale_run"));
    let (again, later) = desk.run(day(18), BOOKS).unwrap();
    assert!(!again.is_stale && again.inputs.file == active(&desk.store, day(18)));
    assert_eq!(later, [day(19), day(20)], "later days are told by name");
    assert_eq!(stale(&desk), ["2024-06-19", "2024-06-20"]);
    let (_, later) = desk.run(day(19), &[]).unwrap();
    assert_eq!(later, [], "what waits for the 20th is what waited before: nothing");
    assert!(stale(&desk).is_empty());
    assert_eq!(
        desk.said(),
        [
            "P002 fee_differs open since 2024-06-18",
            "P003 amount_differs open since 2024-06-18",
            "P005 matched resolved since 2024-06-18",
        ]
    );
}

/// Number, amount and fee.
type Rows = Vec<(String, i64, i64)>;

/// Rows of a day: some on both sides, some on one, late, or with another fee or amount.
fn random_day(random: &mut StdRng, number: u32) -> (Rows, Rows) {
    let (mut book, mut file) = (Vec::new(), Vec::new());
    for place in 0..random.random_range(0..8) {
        let day = number.saturating_sub(random.random_range(0..3));
        let one = (format!("{day}-{place}"), random.random_range(1..4), random.random_range(0..2));
        if random.random_bool(0.8) {
            book.push(one.clone());
        }
        if random.random_bool(0.8) {
            file.push(one);
        }
    }
    (book, file)
}

/// Days that were corrected and compared again, in whatever order, come to what they would have come to at once.
#[test]
fn corrected_days_come_to_what_they_would_have_come_to_at_once() {
    let mut stale_runs = 0;
    for seed in 0..25 {
        let mut random = StdRng::seed_from_u64(seed);
        let days: Vec<_> = (0..5).map(|number| random_day(&mut random, number)).collect();
        let mut last: Vec<_> = days.iter().map(|(_, file)| file.clone()).collect();
        let mut corrected = Desk::new();
        for (number, (book, file)) in (18..).zip(&days) {
            corrected.day(day(number), &borrowed(book), &borrowed(file));
        }
        for _ in 0..random.random_range(1..4) {
            let number = random.random_range(0..5);
            let file = random_day(&mut random, number).1;
            if file == last[number as usize] {
                continue;
            }
            corrected.correct(day(18 + number), &borrowed(&file));
            last[number as usize] = file;
            if random.random_bool(0.3) {
                continue;
            }
            while let Some(date) = first_stale(&corrected) {
                let book = &days[(date.days() - day(18).days()) as usize].0;
                corrected.run(date, &borrowed(book)).unwrap();
                stale_runs += 1;
            }
        }
        while let Some(date) = first_stale(&corrected) {
            let book = &days[(date.days() - day(18).days()) as usize].0;
            corrected.run(date, &borrowed(book)).unwrap();
        }
        let mut at_once = Desk::new();
        for (number, ((book, _), file)) in (18..).zip(days.iter().zip(&last)) {
            at_once.day(day(number), &borrowed(book), &borrowed(file));
        }
        let results = |desk: &Desk| -> Vec<_> {
            let runs = desk.store.read().runs(&RunFilter::default()).unwrap();
            runs.into_iter().map(|run| (run.inputs.rules.date, run.result, run.totals)).collect()
        };
        assert_eq!(results(&corrected), results(&at_once), "seed {seed}");
        let breaks = |desk: &Desk| -> Vec<_> {
            let filter = BreakFilter { with_resolved: true, ..BreakFilter::default() };
            let found = desk.store.read().breaks(&filter).unwrap();
            found.into_iter().map(|one| (one.id, one.date, one.since, one.finding, one.state)).collect()
        };
        assert_eq!(breaks(&corrected), breaks(&at_once), "seed {seed}");
    }
    assert!(stale_runs > 25, "days were compared again: {stale_runs}");
}

fn borrowed(rows: &[(String, i64, i64)]) -> Vec<(&str, i64, i64)> {
    rows.iter().map(|(number, gross, fee)| (&**number, *gross, *fee)).collect()
}

/// The first day that is to be compared again.
fn first_stale(desk: &Desk) -> Option<Date> {
    let runs = desk.store.read().runs(&RunFilter::default()).unwrap();
    runs.iter().find(|run| run.is_stale).map(|run| run.inputs.rules.date)
}

#[test]
fn breaks_that_are_alike_in_everything_have_names_of_their_own() {
    let mut desk = Desk::new();
    let twice = [("A", 500, 3), ("A", 500, 3), ("A", 500, 3)];
    desk.import(day(18), &[("A", 500, 3)]).unwrap();
    desk.run(day(18), &twice).unwrap();
    let said = desk.said();
    assert_eq!(said, ["A duplicate_in_book open since 2024-06-18"; 2]);
    assert_eq!(desk.run(day(18), &twice).unwrap().0.id, RunId(1));
}

/// Findings that do not make the totals, and totals that do not prove themselves, are a fault of the program: nothing of the run stays.
#[test]
fn a_comparison_that_does_not_prove_itself_stays_out() {
    for wrong in 0..4 {
        let mut desk = Desk::new();
        desk.day(day(18), BOOKS, FILE);
        let Import::New(file) = desk.import(day(19), &[]).unwrap() else { panic!("it is new") };
        let before = desk.store.read().dump().unwrap();
        let inputs = RunInputs {
            channel: channel(),
            rules: Rules { date: day(19), hang_days: 1, fee_tolerance: 0 },
            file,
            book: BookSide { closed: day(19), ..inputs(file, day(19), &[]).book },
        };
        let store = &mut desk.store;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let Begun::Open(mut open) = store.begin_run(&inputs, &[], &person("wang"), NOON).unwrap() else {
                panic!("it is not known")
            };
            let waits = if wrong == 0 { Vec::new() } else { open.hung() };
            let compared = compare(&inputs.rules, Vec::new(), Vec::new(), waits);
            let mut totals = RunTotals::of(cny(), &compared);
            match wrong {
                1 => totals.file.net += 1,
                2 => drop(totals.classes.pop_first()),
                3 => totals.currency = Currency::from_code("USD").unwrap(),
                _ => {}
            }
            compared.findings.iter().for_each(|finding: &Finding| open.add(finding).unwrap());
            drop(open.finish(&[totals]));
        }));
        assert!(result.is_err(), "{wrong}");
        assert_eq!(desk.store.read().dump().unwrap(), before, "{wrong}");
        desk.run(day(19), &[]).unwrap();
    }
}
