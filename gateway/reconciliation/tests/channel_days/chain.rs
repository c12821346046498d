//! Days of a channel one after the other, since what waits is found in the next.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use longmen_ledger::Date;
use longmen_reconciliation::{Rules, compare};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

use super::channel::{Channel, Written};
use super::deals::{Deals, GivenBack};
use super::plant::{Plant, Scene};
use super::row::{Row, yuan};
use super::told::Told;

/// How many of a hundred transactions are a break.
const BREAKS: f64 = 0.04;

/// A day as both sides have it.
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) book: Vec<Row>,
    pub(crate) file: Vec<Row>,
    pub(crate) files: Vec<Written>,
    /// How many agree at once.
    pub(crate) matched: u64,
    /// How many failed on one side alone.
    pub(crate) unmoved: u64,
}

/// Days one after the other, and what is to be found in them.
pub(crate) struct Chain {
    pub(crate) channel: Channel,
    pub(crate) fee_tolerance: u64,
    pub(crate) days: Vec<Day>,
    pub(crate) told: Vec<Told>,
    pub(crate) planted: BTreeSet<Plant>,
    pub(crate) given_back: BTreeSet<GivenBack>,
}

impl Chain {
    /// So many days, whose files have so many rows each, or one more.
    pub(crate) fn random(channel: Channel, seed: u64, days: u32, rows: &RangeInclusive<usize>) -> Chain {
        let mut random = StdRng::seed_from_u64(seed);
        // From 2024-01-01 on: leap days, and ends of years.
        let first = Date::parse("2024-01-01").unwrap().days() + random.random_range(0..800);
        let day = |date| Day { date, book: vec![], file: vec![], files: vec![], matched: 0, unmoved: 0 };
        let mut chain = Chain {
            channel,
            fee_tolerance: *[0, 0, 3].choose(&mut random).unwrap(),
            days: (first..first + days).map(|days| day(Date::from_days(days).unwrap())).collect(),
            told: Vec::new(),
            planted: BTreeSet::new(),
            given_back: BTreeSet::new(),
        };
        let mut deals = Deals::of(channel);
        for day in 0..days {
            let rows = random.random_range(rows.clone());
            while chain.day(day).file.len() < rows {
                let plant = chain.choose(&mut random, day);
                let (chain, deals) = (&mut chain, &mut deals);
                Scene { chain, deals, random: &mut random, day }.plant(plant);
            }
        }
        chain.given_back = deals.given_back;
        chain.write(&mut random);
        chain.told.sort();
        chain
    }

    /// What is planted next: mostly nothing.
    fn choose(&mut self, random: &mut StdRng, day: u32) -> Plant {
        if !random.random_bool(BREAKS) {
            return Plant::Agrees;
        }
        let plant = *self.channel.breaks().choose(random).unwrap();
        if day + plant.days() >= self.length() {
            return Plant::Agrees;
        }
        self.planted.insert(plant);
        plant
    }

    pub(super) fn length(&self) -> u32 {
        u32::try_from(self.days.len()).unwrap()
    }

    pub(super) fn day(&mut self, day: u32) -> &mut Day {
        &mut self.days[usize::try_from(day).unwrap()]
    }

    /// Rows in any order, and the files that have them.
    fn write(&mut self, random: &mut StdRng) {
        for day in &mut self.days {
            day.book.shuffle(random);
            day.file.shuffle(random);
            day.files = self.channel.write(random, day.date, &day.file);
        }
    }

    /// Puts the files into a directory, as an outside program reads them: `00.book` and `00.all` are of the first day.
    pub(crate) fn save(&self, directory: &Path) {
        fs::create_dir_all(directory).unwrap();
        fs::write(directory.join("fee_tolerance"), self.fee_tolerance.to_string()).unwrap();
        for (number, day) in self.days.iter().enumerate() {
            fs::write(directory.join(format!("{number:02}.book")), book(&day.book)).unwrap();
            for (end, bytes) in &day.files {
                fs::write(directory.join(format!("{number:02}.{end}")), bytes).unwrap();
            }
        }
    }

    /// What the product finds, by day; of each day how many agree at once and how many failed on one side alone.
    pub(crate) fn compare(&self) -> (Vec<Told>, Vec<(u64, u64)>) {
        let (mut told, mut counts, mut hung) = (Vec::new(), Vec::new(), Vec::new());
        for (number, day) in (0..).zip(&self.days) {
            let rules = Rules { date: day.date, hang_days: 1, fee_tolerance: self.fee_tolerance };
            let book = (2..).zip(&day.book).map(|(line, row)| row.transaction(line)).collect();
            let file = self.channel.read(day.date, &day.files);
            let compared = compare(&rules, book, file, hung);
            let found = compared.findings.iter().filter(|finding| finding.is_told());
            let before = told.len();
            told.extend(found.map(|finding| Told::found(number, finding)));
            let matched = compared.findings.len() - (told.len() - before);
            counts.push((u64::try_from(matched).unwrap(), compared.unmoved));
            hung = compared.hung;
        }
        told.sort();
        (told, counts)
    }
}

/// The books of a day, as `longmen reconcile` reads them.
fn book(rows: &[Row]) -> String {
    let mut text = "transaction,kind,merchant_number,amount,fee,currency,state\n".to_owned();
    for Row { kind, number, reference, gross, fee, state, .. } in rows {
        let (kind, amount, fee, state) = (kind.name(), yuan(*gross), yuan(*fee), state.name());
        writeln!(text, "{reference},{kind},{number},{amount},{fee},CNY,{state}").unwrap();
    }
    text
}
