//! What is checked on a statement, and the sums that balance sheet and income statement add.

use serde::Serialize;

use super::identity::Identity;
use super::{Book, Figures};

/// The kinds of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// 日计表
    Daily,
    /// 月计表
    Monthly,
    /// 季报
    Quarterly,
    /// 年报
    Yearly,
    /// 余额表
    TrialBalance,
    /// 资产负债表
    BalanceSheet,
    /// 利润表
    Income,
}

impl Kind {
    /// The heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Daily => "daily statement 日计表",
            Kind::Monthly => "monthly statement 月计表",
            Kind::Quarterly => "quarterly statement 季报",
            Kind::Yearly => "yearly statement 年报",
            Kind::TrialBalance => "trial balance 余额表",
            Kind::BalanceSheet => "balance sheet 资产负债表",
            Kind::Income => "income statement 利润表",
        }
    }
}

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    pub(crate) says: String,
    /// The two sides.
    pub(crate) left: i128,
    pub(crate) right: i128,
    pub(crate) holds: bool,
}

impl Check {
    fn equal(says: &str, left: i128, right: i128) -> Check {
        Check { says: says.to_owned(), left, right, holds: left == right }
    }
}

/// The result of the year that was not carried forward: what income exceeds expense by in the balances.
pub(crate) fn result_in_balances(book: &Book, figure: impl Fn(&Figures) -> i128) -> i128 {
    -figure(&book.total("income")) - figure(&book.total("expense"))
}

/// The result of the period: what income exceeded expense by, whatever was carried forward since.
pub(crate) fn result_of_period(book: &Book) -> i128 {
    -book.total("income").result - book.total("expense").result
}

/// What must hold on every statement: debits are credits, openings roll into closings, and the identity.
pub(crate) fn checks(book: &Book, kind: Kind, identity: &Identity) -> Vec<Check> {
    let mut all = Figures::default();
    let on_balance = || book.sections.iter().filter(|section| section.class != "off_balance");
    on_balance().for_each(|section| all.add(&section.total));
    let sides = |figure: fn(&Figures) -> i128| {
        let figures = || on_balance().flat_map(|section| &section.rows).map(|row| figure(&row.figures));
        let debit: i128 = figures().filter(|figure| *figure > 0).sum();
        (debit, -figures().filter(|figure| *figure < 0).sum::<i128>())
    };
    let (opening_debit, opening_credit) = sides(|figures| figures.opening);
    let (closing_debit, closing_credit) = sides(|figures| figures.closing);
    let memo = book.memo.unwrap_or_default();
    let (beside, identity) = match book.memo {
        None => ("", identity.clone()),
        Some(_) => (" + memo net", identity.with_memo()),
    };
    let rolled = |figures: Figures| figures.opening + figures.debit - figures.credit;
    let rows = || book.sections.iter().flat_map(|section| &section.rows).map(|row| row.figures);
    let rolls = rows().all(|figures| rolled(figures) == figures.closing);
    let mut checks = vec![
        Check::equal(
            &format!("opening debit balances{beside} = credit balances"),
            opening_debit + memo.opening,
            opening_credit,
        ),
        Check::equal(
            &format!("debit turnover{beside} = credit turnover"),
            all.debit + memo.debit - memo.credit,
            all.credit,
        ),
        Check::equal(
            &format!("closing debit balances{beside} = credit balances"),
            closing_debit + memo.closing,
            closing_credit,
        ),
        Check {
            says: "opening + turnover = closing, for each subject".to_owned(),
            // Of what is on the balance sheet: off-balance figures add up to nothing that means anything.
            left: rolled(all),
            right: all.closing,
            holds: rolls,
        },
        Check::equal(&identity.to_string(), identity.difference(|class| book.total(class).closing), 0),
    ];
    if kind == Kind::BalanceSheet {
        let credit = |class| -book.total(class).closing;
        let rest = credit("liability") + credit("common") + credit("equity") + credit("memo");
        let result = result_in_balances(book, |figures| figures.closing);
        let says = "assets = liabilities + common + equity + result not carried forward";
        let says = if book.memo.is_some() { format!("{says} + memo net") } else { says.to_owned() };
        checks.push(Check::equal(&says, book.total("asset").closing, rest + result));
    }
    checks
}
