//! Interest as a textbook tells it: the sum of each day's balance, times the rate, through the days of the year, rounded half up.

/// 0.35 % a year.
const RATE: (u128, u128) = (35, 10_000);
/// ACT/360.
const YEAR: u128 = 360;

/// The settings of the run, of the same product.
pub(super) fn settings(subject: &str, begins: &str, expense: &str, payable: &str) -> String {
    format!(
        r#"
[[assign]]
subject = "{subject}"
product = "活期"
begins = "{begins}"

[[product]]
name = "活期"
kind = "deposit"
settles = "quarterly 20"
accrues = "daily"
accounts = {{ expense = "{expense}", payable = "{payable}" }}

[product.interest]
day_count = "ACT/360"
rates = [{{ currency = "CNY", from = "2000-01-01", rate = "0.35%" }}]
"#
    )
}

/// What the end of a day leaves on each account, and what they have had in all.
pub(super) struct Textbook {
    products: Vec<u128>,
}

impl Textbook {
    pub(super) fn new(accounts: usize) -> Textbook {
        Textbook { products: vec![0; accounts] }
    }

    /// A day ends with these balances, in minor units.
    pub(super) fn day_ends(&mut self, balances: impl Iterator<Item = i128>) {
        for (product, balance) in self.products.iter_mut().zip(balances) {
            // What is overdrawn earns nothing.
            *product += u128::try_from(balance).unwrap_or(0);
        }
    }

    /// What all accounts have earned, each rounded by itself.
    pub(super) fn interest(&self) -> u128 {
        let (above, below) = (RATE.0, RATE.1 * YEAR);
        self.products.iter().map(|product| (2 * product * above + below) / (2 * below)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_rounded_by_itself() {
        let mut book = Textbook::new(3);
        book.day_ends([10_000_000, -5, 51_429].into_iter());
        // 97.222, nothing, 0.50001 fen
        assert_eq!(book.interest(), 97 + 1);
        book.day_ends([10_000_000, 0, 0].into_iter());
        assert_eq!(book.interest(), 194 + 1);
    }
}
