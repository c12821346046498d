//! What is booked about each class of difference, a day whose balances are known, and days at random whose balances follow from what waits.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date, Side as LegSide};
use longmen_reconciliation::{
    Accounts, BookState, Chart, ChartError, Class, End, Entries, EntriesError, Fate, Finding, Hung, Leg,
    ReleaseError, Rules, Side, Step, StepKind, StepsError, Transaction, compare, ends_of, first_steps,
    release, settlement,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const CUSTOMERS: &str = "20110102";

fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

fn accounts() -> Accounts {
    Accounts {
        channel: "30010405".into(),
        fee_payable: "22410606".into(),
        fee_expense: "642107".into(),
        long_suspense: "22410901".into(),
        short_suspense: "12210901".into(),
        gain: "630109".into(),
        loss: "671109".into(),
        bank: "10020101".into(),
    }
}

fn chart() -> Chart {
    Chart::new(accounts()).unwrap()
}

fn row(number: &str, gross: i64, fee: i64, state: BookState) -> Transaction {
    Transaction {
        kind: if gross < 0 { RowKind::Refund } else { RowKind::Pay },
        merchant_number: number.into(),
        reference: format!("ref-{number}").into(),
        line: 1,
        gross: Amount(gross),
        fee: Amount(fee),
        currency: cny(),
        state,
    }
}

/// `D 30010405 66.00 / C 22410901 66.00`
fn shown(entries: &Entries) -> String {
    let leg = |leg: &Leg| {
        let side = if leg.side == LegSide::Debit { "D" } else { "C" };
        format!("{side} {} {}", leg.account, entries.currency().print(leg.amount.0.into()))
    };
    entries.legs().iter().map(leg).collect::<Vec<_>>().join(", ")
}

fn shown_step(step: &Step) -> String {
    assert_eq!(step.entries.is_some(), step.kind.has_entries());
    assert_eq!(step.original.is_some(), !step.kind.has_entries());
    let rest = step.entries.as_ref().map(shown).or(step.original.as_deref().map(str::to_owned));
    format!("{}: {}", step.kind.name(), rest.unwrap())
}

type OneSide = Option<(i64, i64, BookState)>;

fn finding(class: Class, fate: Fate, book: OneSide, file: OneSide) -> Finding {
    let side = |side: OneSide| side.map(|(gross, fee, state)| row("A", gross, fee, state));
    Finding { class, fate, book: side(book), file: side(file), days: 0, explains: 0 }
}

#[test]
#[rustfmt::skip]
fn every_class_has_its_entries() {
    use BookState::{Done, Failed, Pending};
    use Class::*;
    use Fate::{Adjusted, Closed, Hung, Open, Suspense};
    let done = |gross, fee| Some((gross, fee, Done));
    for (class, fate, book, file, expected) in [
        (Matched, Closed, done(100, 1), done(100, 1), vec![]),
        (FeeDiffers, Open, done(5000, 30), done(5000, 31), vec!["adjust: D 642107 0.01, C 22410606 0.01"]),
        (FeeDiffers, Open, done(5000, 31), done(5000, 30), vec!["adjust: D 22410606 0.01, C 642107 0.01"]),
        (FeeDiffers, Adjusted, done(5000, 30), done(5000, 31), vec!["adjust: D 642107 0.01, C 22410606 0.01"]),
        (FeeDiffers, Open, done(-5000, -30), done(-5000, -29), vec!["adjust: D 642107 0.01, C 22410606 0.01"]),
        (FeeDiffers, Open, done(-5000, -30), done(-5000, -31), vec!["adjust: D 22410606 0.01, C 642107 0.01"]),
        (AmountDiffers, Open, done(3000, 18), done(3001, 18), vec!["suspense_in: D 30010405 0.01, C 22410901 0.01"]),
        (AmountDiffers, Open, done(3001, 18), done(3000, 18), vec!["suspense_in: D 12210901 0.01, C 30010405 0.01"]),
        (AmountDiffers, Open, done(-3000, -18), done(-2999, -18), vec!["suspense_in: D 30010405 0.01, C 22410901 0.01"]),
        (AmountDiffers, Open, done(-3000, -18), done(-3001, -18), vec!["suspense_in: D 12210901 0.01, C 30010405 0.01"]),
        (AmountDiffers, Open, done(3000, 18), done(4000, 24),
            vec!["suspense_in: D 30010405 10.00, C 22410901 10.00, D 642107 0.06, C 22410606 0.06"]),
        (AmountDiffers, Open, done(4000, 18), done(3000, 24),
            vec!["suspense_in: D 12210901 10.00, C 30010405 10.00, D 642107 0.06, C 22410606 0.06"]),
        (StateDiffers, Open, Some((1500, 9, Pending)), done(1500, 9), vec!["confirm: ref-A"]),
        (StateDiffers, Open, Some((1500, 9, Pending)), done(1500, 0), vec!["confirm: ref-A", "adjust: D 22410606 0.09, C 642107 0.09"]),
        (StateDiffers, Open, Some((1500, 0, Pending)), done(1500, 9), vec!["confirm: ref-A", "adjust: D 642107 0.09, C 22410606 0.09"]),
        (StateDiffers, Open, Some((1500, 9, Pending)), done(1400, 8),
            vec!["confirm: ref-A", "suspense_in: D 12210901 1.00, C 30010405 1.00, D 22410606 0.01, C 642107 0.01"]),
        (StateDiffers, Open, Some((1500, 9, Pending)), Some((1500, 9, Failed)), vec!["cancel: ref-A"]),
        (StateDiffers, Open, Some((1500, 9, Failed)), done(1500, 9),
            vec!["suspense_in: D 30010405 15.00, C 22410901 15.00, D 642107 0.09, C 22410606 0.09"]),
        (StateDiffers, Open, done(1500, 9), Some((1500, 9, Failed)),
            vec!["suspense_in: D 12210901 15.00, C 30010405 15.00, D 22410606 0.09, C 642107 0.09"]),
        (StateDiffers, Open, done(-1500, -9), Some((-1500, -9, Failed)),
            vec!["suspense_in: D 30010405 15.00, C 22410901 15.00, D 642107 0.09, C 22410606 0.09"]),
        (Long, Hung, None, done(6600, 40), vec![]),
        (Long, Suspense, None, done(6600, 40),
            vec!["suspense_in: D 30010405 66.00, C 22410901 66.00, D 642107 0.40, C 22410606 0.40"]),
        (Long, Suspense, None, done(-6600, -40),
            vec!["suspense_in: D 12210901 66.00, C 30010405 66.00, D 22410606 0.40, C 642107 0.40"]),
        (Long, Suspense, None, done(6600, 0), vec!["suspense_in: D 30010405 66.00, C 22410901 66.00"]),
        (Short, Hung, done(2000, 12), None, vec![]),
        (Short, Suspense, done(2000, 12), None,
            vec!["suspense_in: D 12210901 20.00, C 30010405 20.00, D 22410606 0.12, C 642107 0.12"]),
        (Short, Suspense, done(-2000, -12), None,
            vec!["suspense_in: D 30010405 20.00, C 22410901 20.00, D 642107 0.12, C 22410606 0.12"]),
        (Short, Suspense, Some((2000, 12, Pending)), None, vec!["cancel: ref-A"]),
        (Short, Suspense, Some((2000, 12, Failed)), None, vec![]),
        (DuplicateInFile, Open, None, done(500, 3),
            vec!["suspense_in: D 30010405 5.00, C 22410901 5.00, D 642107 0.03, C 22410606 0.03"]),
        (DuplicateInFile, Open, None, Some((500, 3, Failed)), vec![]),
        (DuplicateInBook, Open, done(500, 3), None,
            vec!["suspense_in: D 12210901 5.00, C 30010405 5.00, D 22410606 0.03, C 642107 0.03"]),
        (DuplicateInBook, Open, done(-500, -3), None,
            vec!["suspense_in: D 30010405 5.00, C 22410901 5.00, D 642107 0.03, C 22410606 0.03"]),
        (DuplicateInBook, Open, Some((500, 3, Pending)), None, vec!["cancel: ref-A"]),
    ] {
        let finding = finding(class, fate, book, file);
        let steps = first_steps(&finding, &chart()).unwrap();
        assert_eq!(steps.iter().map(shown_step).collect::<Vec<_>>(), expected, "{finding:?}");
        let went_in = steps.iter().any(|step| step.kind == StepKind::SuspenseIn);
        assert!(!went_in || finding.suspense() != 0, "{finding:?}");
        assert!(!finding.is_unmoved() || steps.is_empty(), "{finding:?}");
    }
}

#[test]
fn what_leaves_suspense_goes_where_its_end_says() {
    for (end, amount, against, expected) in [
        (End::Supplement, 6600, Some("U9"), Ok("D 22410901 66.00, C U9 66.00")),
        (End::Refund, 6600, Some("U9"), Ok("D 22410901 66.00, C U9 66.00")),
        (End::Reversal, 6600, Some("U9"), Ok("D 22410901 66.00, C U9 66.00")),
        (End::Claim, 6600, None, Ok("D 22410901 66.00, C 30010405 66.00")),
        (End::WriteOff, 1, None, Ok("D 22410901 0.01, C 630109 0.01")),
        (End::Supplement, -2000, Some("U4"), Ok("D U4 20.00, C 12210901 20.00")),
        (End::Reversal, -2000, Some("U4"), Ok("D U4 20.00, C 12210901 20.00")),
        (End::Claim, -2000, None, Ok("D 30010405 20.00, C 12210901 20.00")),
        (End::WriteOff, -2000, None, Ok("D 671109 20.00, C 12210901 20.00")),
        (End::Supplement, 6600, None, Err(ReleaseError::NoAccount { end: End::Supplement })),
        (End::Refund, 6600, Some(""), Err(ReleaseError::NoAccount { end: End::Refund })),
        (End::Claim, -2000, Some("U4"), Err(ReleaseError::NeedlessAccount { end: End::Claim })),
        (End::WriteOff, 0, None, Err(ReleaseError::Entries(EntriesError::NoLegs))),
        (End::WriteOff, i128::MAX, None, Err(ReleaseError::Entries(EntriesError::TooLarge))),
        (End::LateMatch, 1, None, Err(ReleaseError::NotFromSuspense { end: End::LateMatch })),
        (End::Adjusted, 1, None, Err(ReleaseError::NotFromSuspense { end: End::Adjusted })),
        (End::Confirmed, 1, None, Err(ReleaseError::NotFromSuspense { end: End::Confirmed })),
        (End::Unmoved, 1, None, Err(ReleaseError::NotFromSuspense { end: End::Unmoved })),
    ] {
        let released = release(end, amount, cny(), &chart(), against);
        assert_eq!(released.as_ref().map(shown).map_err(|error| *error), expected.map(str::to_owned));
    }
    for (net, fee, expected) in [
        (21_967, 134, Some("D 10020101 219.67, D 22410606 1.34, C 30010405 221.01")),
        (-3976, -24, Some("C 10020101 39.76, C 22410606 0.24, D 30010405 40.00")),
        (5000, -30, Some("D 10020101 50.00, C 22410606 0.30, C 30010405 49.70")),
        (5000, 0, Some("D 10020101 50.00, C 30010405 50.00")),
        (-30, 30, Some("C 10020101 0.30, D 22410606 0.30")),
        (0, 0, None),
    ] {
        let settled = settlement(net, fee, cny(), &chart()).unwrap();
        assert_eq!(settled.as_ref().map(shown).as_deref(), expected);
    }
    assert_eq!(settlement(i128::MAX, 1, cny(), &chart()), Err(EntriesError::TooLarge));
}

#[test]
fn charts_and_legs_that_would_be_wrong_are_none() {
    let same = |purpose| Err(ChartError::Shared { purpose, account: "30010405".into() });
    let with = |change: fn(&mut Accounts)| {
        let mut accounts = accounts();
        change(&mut accounts);
        Chart::new(accounts).map(|_| ())
    };
    assert_eq!(with(|accounts| accounts.loss = accounts.gain.clone()), Ok(()));
    assert_eq!(with(|accounts| accounts.bank = "".into()), Err(ChartError::NoAccount { purpose: "bank" }));
    assert_eq!(with(|accounts| accounts.fee_payable = accounts.channel.clone()), same("fee_payable"));
    assert_eq!(with(|accounts| accounts.bank = accounts.channel.clone()), same("bank"));
    assert_eq!(with(|accounts| accounts.loss = accounts.channel.clone()), same("loss"));
    let leg = |side, amount| Leg { account: "1".into(), side, amount: Amount(amount) };
    for (legs, expected) in [
        (vec![], EntriesError::NoLegs),
        (vec![leg(LegSide::Debit, 0)], EntriesError::NotPositive),
        (vec![leg(LegSide::Debit, -1), leg(LegSide::Credit, -1)], EntriesError::NotPositive),
        (
            vec![leg(LegSide::Debit, 2), leg(LegSide::Credit, 1)],
            EntriesError::Unbalanced { debit: 2, credit: 1 },
        ),
    ] {
        assert_eq!(Entries::new(cny(), legs), Err(expected));
    }
    let entries = Entries::new(cny(), vec![leg(LegSide::Debit, 2), leg(LegSide::Credit, 2)]).unwrap();
    assert_eq!(entries.mirrored().mirrored(), entries);
    assert_eq!(shown(&entries.mirrored()), "C 1 0.02, D 1 0.02");
    let mut two = finding(
        Class::AmountDiffers,
        Fate::Open,
        Some((1, 0, BookState::Done)),
        Some((1, 0, BookState::Done)),
    );
    let usd = Currency::from_code("USD").unwrap();
    two.file.as_mut().unwrap().currency = usd;
    assert_eq!(first_steps(&two, &chart()), Err(StepsError::Currencies { book: cny(), file: usd }));
    let extremes = (Some((i64::MIN, 0, BookState::Done)), Some((i64::MAX, 0, BookState::Done)));
    let wide = finding(Class::AmountDiffers, Fate::Open, extremes.0, extremes.1);
    assert_eq!(first_steps(&wide, &chart()), Err(StepsError::Entries(EntriesError::TooLarge)));
}

#[test]
fn every_difference_has_an_end_and_none_ends_late_by_hand() {
    for class in [
        Class::FeeDiffers,
        Class::AmountDiffers,
        Class::StateDiffers,
        Class::Long,
        Class::Short,
        Class::DuplicateInFile,
        Class::DuplicateInBook,
    ] {
        assert!(!ends_of(class).is_empty() && !End::LateMatch.is_open_to(class), "{class:?}");
        assert!(!End::Unmoved.is_open_to(class), "{class:?}");
        assert_eq!(End::Adjusted.is_open_to(class), class == Class::FeeDiffers);
        assert_eq!(End::Confirmed.is_open_to(class), class == Class::StateDiffers);
        assert_eq!(End::WriteOff.is_open_to(class), class != Class::FeeDiffers);
        assert_eq!(
            ends_of(class).iter().map(|end| end.name().parse::<End>().unwrap()).collect::<Vec<_>>(),
            ends_of(class)
        );
    }
    assert!(ends_of(Class::Matched).is_empty());
}

/// Balances, debit-positive, of a ledger that books what it is told.
#[derive(Default)]
struct Model(BTreeMap<String, i128>);

impl Model {
    fn post(&mut self, entries: &Entries) {
        for leg in entries.legs() {
            *self.0.entry(leg.account.to_string()).or_default() += leg.side.signed(leg.amount);
        }
        assert_eq!(self.0.values().sum::<i128>(), 0, "debits are credits");
    }

    fn move_pair(&mut self, debit: &str, credit: &str, amount: i64) {
        *self.0.entry(debit.to_owned()).or_default() += i128::from(amount);
        *self.0.entry(credit.to_owned()).or_default() -= i128::from(amount);
    }

    /// What a ledger books of its own transactions: those that are done.
    fn book(&mut self, rows: &[Transaction]) {
        for row in rows.iter().filter(|row| row.state == BookState::Done) {
            self.move_pair("30010405", CUSTOMERS, row.gross.0);
            self.move_pair("642107", "22410606", row.fee.0);
        }
    }

    fn handle(&mut self, findings: &[Finding]) {
        for finding in findings {
            for step in first_steps(finding, &chart()).unwrap() {
                match (step.kind, step.entries) {
                    (_, Some(entries)) => self.post(&entries),
                    (StepKind::Confirm, None) => {
                        // With the fee that was tried.
                        let tried = finding.book.as_ref().unwrap();
                        self.move_pair("30010405", CUSTOMERS, tried.gross.0);
                        self.move_pair("642107", "22410606", tried.fee.0);
                    }
                    (StepKind::Cancel, None) => {}
                    (kind, None) => panic!("{kind:?} is no first step"),
                }
            }
        }
    }

    fn settle(&mut self, file: &[Transaction]) {
        let done = file.iter().filter(|row| row.state == BookState::Done);
        let (net, fee) = done.fold((0, 0), |(net, fee), row| (net + row.net(), fee + i128::from(row.fee.0)));
        if let Some(entries) = settlement(net, fee, cny(), &chart()).unwrap() {
            self.post(&entries);
        }
    }

    fn balance(&self, account: &str) -> i128 {
        self.0.get(account).copied().unwrap_or_default()
    }
}

fn rules(date: Date, hang_days: u32, fee_tolerance: u64) -> Rules {
    Rules { date, hang_days, fee_tolerance }
}

/// The day that docs/CHANNELS.md shows, and the day after: after the settlement the channel owes what waits, and nothing else.
#[test]
fn a_day_whose_balances_are_known() {
    use BookState::{Done, Pending};
    let book = vec![
        row("P001", 10_000, 60, Done),
        row("P002", 5000, 30, Done),
        row("P003", 3000, 18, Done),
        row("P004", 2000, 12, Done),
        row("P005", 8800, 53, Done),
        row("P006", 1500, 9, Pending),
        row("R001", -4000, -24, Done),
    ];
    let file = vec![
        row("P001", 10_000, 60, Done),
        row("P002", 5000, 31, Done),
        row("P003", 3001, 18, Done),
        row("P006", 1500, 9, Done),
        row("P099", 6600, 40, Done),
        row("R001", -4000, -24, Done),
    ];
    let mut model = Model::default();
    model.book(&book);
    let day = compare(&rules(Date::parse("2024-06-18").unwrap(), 1, 0), book, file.clone(), Vec::new());
    model.handle(&day.findings);
    let next_file = vec![row("P005", 8800, 53, Done)];
    let next = compare(&rules(Date::parse("2024-06-19").unwrap(), 1, 0), vec![], next_file.clone(), day.hung);
    model.handle(&next.findings);
    model.settle(&file);
    let balances = |model: &Model, expected: &[(&str, i128)]| {
        for (account, balance) in expected {
            assert_eq!(model.balance(account), *balance, "{account}");
        }
    };
    balances(
        &model,
        &[
            ("30010405", 8800),
            ("22410606", -53),
            ("22410901", -6601),
            ("12210901", 2000),
            ("10020101", 21_967),
        ],
    );
    for (end, amount, against) in
        [(End::Supplement, 6600, Some("2011010201.U9")), (End::Claim, -2000, None), (End::WriteOff, 1, None)]
    {
        model.post(&release(end, amount, cny(), &chart(), against).unwrap());
    }
    balances(
        &model,
        &[("30010405", 10_800), ("2011010201.U9", -6600), ("630109", -1), ("22410901", 0), ("12210901", 0)],
    );
    // P004 is paid, and so is P005.
    model.settle(&[row("P004", 2000, 0, Done)]);
    model.settle(&next_file);
    balances(&model, &[("30010405", 0), ("22410606", 0)]);
}

/// Rows of a day at random, on both sides or on one, today's or some that wait.
fn plant(random: &mut StdRng, name: &str, book: &mut Vec<Transaction>, file: &mut Vec<Transaction>) {
    let states = [BookState::Done, BookState::Done, BookState::Done, BookState::Pending, BookState::Failed];
    let sign = if random.random_bool(0.3) { -1 } else { 1 };
    let state = states[random.random_range(0..states.len())];
    let one = row(name, sign * random.random_range(1..10_000), random.random_range(-60..60), state);
    let theirs = if random.random_bool(0.9) { BookState::Done } else { BookState::Failed };
    let other = Transaction { state: theirs, ..one.clone() };
    match random.random_range(0..8) {
        0 => book.push(one),
        1 => file.push(other),
        2 => {
            file.push(Transaction { gross: Amount(other.gross.0 + random.random_range(-9_i64..9)), ..other });
            book.push(one);
        }
        3 => {
            file.push(Transaction { fee: Amount(other.fee.0 + random.random_range(-3_i64..4)), ..other });
            book.push(one);
        }
        4 => {
            file.extend([other.clone(), Transaction { line: 2, reference: "again".into(), ..other }]);
            book.push(one);
        }
        5 => {
            book.extend([one.clone(), Transaction { line: 2, ..one }]);
            file.push(other);
        }
        _ => {
            book.push(one);
            file.push(other);
        }
    }
}

/// What waits, as balances: the channel owes what is hung of the books, and is owed what is hung of the file.
fn waiting(hung: &[Hung]) -> (i128, i128) {
    let done = hung.iter().filter(|hung| hung.transaction.state == BookState::Done);
    done.fold((0, 0), |(gross, fee), hung| {
        let sign = if hung.side == Side::Book { 1 } else { -1 };
        let row = &hung.transaction;
        (gross + sign * i128::from(row.gross.0), fee + sign * i128::from(row.fee.0))
    })
}

#[test]
fn after_each_settlement_the_channel_owes_what_waits_and_nothing_else() {
    let mut seen = BTreeMap::new();
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let (hang_days, tolerance) = (random.random_range(1..4), random.random_range(0..2));
        let (mut model, mut hung) = (Model::default(), Vec::new());
        let mut names: Vec<String> = Vec::new();
        for day in 0..6 {
            let (mut book, mut file) = (Vec::new(), Vec::new());
            for number in 0..random.random_range(0..40) {
                // Some names come again, on the side that waited for them or on the other.
                let again = !names.is_empty() && random.random_bool(0.2);
                let name = match again {
                    true => names[random.random_range(0..names.len())].clone(),
                    false => format!("{day}-{number}"),
                };
                plant(&mut random, &name, &mut book, &mut file);
                names.push(name);
            }
            model.book(&book);
            model.settle(&file);
            let rules = rules(Date::from_days(20_000 + day).unwrap(), hang_days, tolerance);
            let compared = compare(&rules, book, file, hung);
            model.handle(&compared.findings);
            for finding in &compared.findings {
                *seen.entry((finding.class, finding.fate)).or_insert(0) += 1;
            }
            hung = compared.hung;
            let balances = (model.balance("30010405"), -model.balance("22410606"));
            assert_eq!(balances, waiting(&hung), "seed {seed}, day {day}");
        }
    }
    assert!(seen.len() >= 11 && seen.values().all(|count| *count > 100), "every class was met: {seen:?}");
}
