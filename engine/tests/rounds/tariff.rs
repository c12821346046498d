//! Rules for fees as the tests write them, one in a line: type, rate in hundredths of a percent, minimum, number and type of the account
//! that the fee goes to. The naive ledger knows them by itself.

use std::fmt::Write;
use std::sync::Arc;

use longmen_engine::ledger::{
    Amount, Currency, PAYEE, PAYER, Rejection, Side, Tariff, TariffAccount, TariffAsked, TariffLeg,
    TariffRole, Tariffed, Tariffs,
};

use super::script::{FeeRule, Spec};
use super::translate::key;

/// A file of these rules.
pub(crate) fn file_of(rules: &[FeeRule], chart: &[Spec]) -> String {
    let mut file = String::new();
    for FeeRule { kind, rate, minimum, to } in rules {
        let to = key(*to, chart);
        writeln!(file, "{kind} {rate} {minimum} {} {}", to.number, to.kind)
            .expect("a string takes everything");
    }
    file
}

/// Reads them.
#[derive(Debug)]
pub(crate) struct LineTariffs;

#[derive(Debug)]
struct Lines(Vec<Line>);

#[derive(Debug)]
struct Line {
    kind: String,
    rate: i64,
    minimum: i64,
    to: TariffAccount,
}

impl Tariffs for LineTariffs {
    fn read(&self, file: &str) -> Option<Arc<dyn Tariff>> {
        let lines = file.lines().map(Line::read).collect::<Option<Vec<Line>>>()?;
        Some(Arc::new(Lines(lines)))
    }
}

impl Line {
    fn read(line: &str) -> Option<Line> {
        let [kind, rate, minimum, number, account_kind] =
            *line.split(' ').collect::<Vec<&str>>().first_chunk()?;
        let currency = Currency::from_code("CNY")?;
        let to = TariffAccount { number: number.into(), kind: account_kind.into(), currency };
        Some(Line { kind: kind.into(), rate: rate.parse().ok()?, minimum: minimum.parse().ok()?, to })
    }

    fn fee(&self, amount: i64) -> i64 {
        (amount * self.rate / 10_000).max(self.minimum)
    }

    fn legs(&self, payer: Side, amount: i64, fee: i64) -> Vec<TariffLeg> {
        let party = |role: &str| TariffRole::Party(role.into());
        let legs = [
            (party(PAYER), payer, amount),
            (party(PAYEE), payer.opposite(), amount - fee),
            (TariffRole::Account(self.to.clone()), payer.opposite(), fee),
        ];
        let legs = legs.into_iter().filter(|(.., amount)| *amount > 0);
        legs.map(|(who, side, amount)| TariffLeg { who, side, amount: Amount(amount) }).collect()
    }
}

impl Tariff for Lines {
    fn accounts(&self) -> Vec<TariffAccount> {
        self.0.iter().map(|line| line.to.clone()).collect()
    }

    fn charge(&self, asked: &TariffAsked<'_>) -> Result<Tariffed, Rejection> {
        let place = self.0.iter().position(|line| line.kind == asked.kind).ok_or(Rejection::NoRule)?;
        self.charge_by(u32::try_from(place).expect("a few lines"), asked.amount)
    }

    fn charge_by(&self, rule: u32, amount: Amount) -> Result<Tariffed, Rejection> {
        let line = self.0.get(rule as usize).ok_or(Rejection::NoRule)?;
        let fee = line.fee(amount.0);
        if fee > amount.0 {
            return Err(Rejection::FeeAboveAmount);
        }
        Ok(Tariffed {
            rule,
            name: format!("{} at {}", line.kind, line.rate).into(),
            legs: line.legs(Side::Debit, amount.0, fee),
            parties: vec![PAYER.into(), PAYEE.into()],
        })
    }

    fn refund_by(
        &self,
        rule: u32,
        amount: Amount,
        refund: Amount,
        before: Amount,
    ) -> Result<Vec<TariffLeg>, Rejection> {
        let line = self.0.get(rule as usize).ok_or(Rejection::NoRule)?;
        if refund.0 + before.0 > amount.0 {
            return Err(Rejection::RefundExceeded);
        }
        let gone_back = |of: i64| line.fee(amount.0) * of / amount.0;
        let back = gone_back(refund.0 + before.0) - gone_back(before.0);
        Ok(line.legs(Side::Credit, refund.0, back))
    }
}
