//! Products as tests write them.

use std::fmt::Write as _;

use longmen_interest::{Product, Products, Terms};
use longmen_ledger::{Currency, Date};

/// A product, key by key.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) kind: &'static str,
    pub(crate) settles: String,
    pub(crate) accrues: &'static str,
    pub(crate) reversals: &'static str,
    pub(crate) pay_to: Option<&'static str>,
    pub(crate) interest: Method,
    pub(crate) overdraft: Option<Method>,
}

#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) day_count: &'static str,
    pub(crate) base: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) tiering: &'static str,
    pub(crate) rounding: &'static str,
    pub(crate) remainder: &'static str,
    /// Minor units; 0 is none.
    pub(crate) minimum: i64,
    /// From a date: limits in minor units, and a year's rate.
    pub(crate) rates: Vec<(Date, Vec<(i64, &'static str)>)>,
}

pub(crate) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(crate) fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

/// A deposit at 0.20 % by 360 days, settled each quarter.
pub(crate) fn deposit() -> Written {
    Written {
        kind: "deposit",
        settles: "quarterly 20".to_owned(),
        accrues: "settlement",
        reversals: "value-date",
        pay_to: None,
        interest: Method::of("ACT/360", &[("2000-01-01", "0.0020")]),
        overdraft: None,
    }
}

pub(crate) fn loan(day_count: &'static str) -> Written {
    Written { kind: "loan", interest: Method::of(day_count, &[("2000-01-01", "0.0435")]), ..deposit() }
}

impl Method {
    pub(crate) fn of(day_count: &'static str, rates: &[(&str, &'static str)]) -> Method {
        let rates = rates.iter().map(|(from, rate)| (day(from), vec![(0, *rate)])).collect();
        Method {
            day_count,
            base: "exact",
            balance: "daily",
            tiering: "slices",
            rounding: "half-up",
            remainder: "clear",
            minimum: 0,
            rates,
        }
    }

    fn has_tiers(&self) -> bool {
        self.rates.iter().any(|(_, tiers)| tiers.len() > 1)
    }

    fn toml(&self, of: &str) -> String {
        let mut text = format!("[product.{of}]\nday_count = {:?}\n", self.day_count);
        let keys = [("base", self.base), ("rounding", self.rounding), ("remainder", self.remainder)];
        for (key, word) in keys {
            writeln!(text, "{key} = {word:?}").unwrap();
        }
        if self.has_tiers() {
            writeln!(text, "tiering = {:?}\nbalance = {:?}", self.tiering, self.balance).unwrap();
        }
        if self.minimum > 0 {
            writeln!(text, "minimum = {{ CNY = {:?} }}", cny().print(self.minimum.into())).unwrap();
        }
        for (from, tiers) in &self.rates {
            let tier = |(from, rate): &(i64, &str)| {
                format!("{{ from = {:?}, rate = {rate:?} }}", cny().print((*from).into()))
            };
            let tiers = tiers.iter().map(tier).collect::<Vec<_>>().join(", ");
            writeln!(
                text,
                "[[product.{of}.rates]]\ncurrency = \"CNY\"\nfrom = \"{from}\"\ntiers = [{tiers}]"
            )
            .unwrap();
        }
        text
    }
}

impl Written {
    pub(crate) fn toml(&self) -> String {
        let mut text = format!(
            "[[product]]\nname = \"P\"\nkind = {:?}\nsettles = {:?}\naccrues = {:?}\nreversals = {:?}\n",
            self.kind, self.settles, self.accrues, self.reversals
        );
        if let Some(pay_to) = self.pay_to {
            writeln!(text, "pay_to = {pay_to:?}").unwrap();
        }
        text += "[product.accounts]\n";
        if self.kind == "deposit" {
            text += "expense = \"6411\"\npayable = \"2231\"\n";
        }
        if self.kind == "loan" || self.overdraft.is_some() {
            text += "receivable = \"1132\"\nincome = \"6011\"\n";
        }
        text += &self.interest.toml("interest");
        text + &self.overdraft.as_ref().map_or(String::new(), |overdraft| overdraft.toml("overdraft"))
    }

    pub(crate) fn read(&self) -> Product {
        let products =
            Products::parse(&self.toml()).unwrap_or_else(|error| panic!("{error}\n{}", self.toml()));
        products.get("P").unwrap().clone()
    }
}

pub(crate) fn terms(product: &Product) -> Terms<'_> {
    product.terms(cny()).unwrap()
}
