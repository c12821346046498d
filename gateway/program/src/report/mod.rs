//! Statements of an entity (报表), made from its general ledger at the leaves: levels above are sums by code.

pub(crate) mod identity;
pub(crate) mod memo;
pub(crate) mod period;
pub(crate) mod print;
pub(crate) mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use longmen_client::{GeneralLedger, LedgerLine};
use serde::Serialize;

/// Classes in the order in which statements have them.
pub(crate) const CLASSES: [(&str, &str); 8] = [
    ("asset", "assets 资产类"),
    ("liability", "liabilities 负债类"),
    ("common", "common 共同类"),
    ("equity", "equity 所有者权益类"),
    ("income", "income 收入类"),
    ("expense", "expenses 费用类"),
    ("off_balance", "off-balance 表外"),
    ("memo", "memo 备忘"),
];

/// Which subjects are rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// A level of the code, 1 to 4; leaves above it stay as they are.
    Upper(usize),
    /// The leaves.
    Leaf,
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        match text {
            "leaf" => Ok(Level::Leaf),
            "1" | "2" | "3" | "4" => Ok(Level::Upper(text.parse().expect("a digit"))),
            _ => Err("expected 1 to 4, or `leaf`".to_owned()),
        }
    }
}

impl Level {
    /// The code of the row that a leaf counts in; codes have 4, 6, 8 or 10 digits.
    pub(crate) fn row_of(self, code: &str) -> &str {
        match self {
            Level::Upper(level) => code.get(..2 + 2 * level).unwrap_or(code),
            Level::Leaf => code,
        }
    }
}

/// Debit-positive figures over a range of dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Figures {
    pub(crate) opening: i128,
    pub(crate) debit: i128,
    pub(crate) credit: i128,
    pub(crate) closing: i128,
    /// Debit turnover less credit turnover, without what carried forward.
    pub(crate) result: i128,
}

impl Figures {
    fn of(line: &LedgerLine) -> Figures {
        Figures {
            opening: line.normal.natural(line.opening),
            debit: line.debit,
            credit: line.credit,
            closing: line.normal.natural(line.closing),
            result: line.debit - line.carried_debit - line.credit + line.carried_credit,
        }
    }

    pub(crate) fn add(&mut self, other: &Figures) {
        self.opening += other.opening;
        self.debit += other.debit;
        self.credit += other.credit;
        self.closing += other.closing;
        self.result += other.result;
    }
}

/// One subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// The subjects of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Section {
    pub(crate) class: &'static str,
    #[serde(skip)]
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
    pub(crate) total: Figures,
}

/// The general ledger in one currency, by class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Book {
    pub(crate) currency: String,
    /// Without memo accounts, which are no part of the general ledger.
    pub(crate) sections: Vec<Section>,
    /// What memo accounts come to (备忘净额), where there are any: the other side of what is booked single-sided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memo: Option<Figures>,
}

impl Book {
    /// The books of a ledger, one a currency; of one currency alone where it is named.
    pub(crate) fn of(ledger: &GeneralLedger, level: Level, currency: Option<&str>) -> Vec<Book> {
        let mut lines: BTreeMap<&str, Vec<&LedgerLine>> = BTreeMap::new();
        for line in &ledger.lines {
            if currency.is_none_or(|currency| *currency == *line.currency) {
                lines.entry(&line.currency).or_default().push(line);
            }
        }
        let names: BTreeMap<&str, &str> =
            ledger.summaries.iter().map(|summary| (&*summary.subject, &*summary.name)).collect();
        let book = |(currency, lines): (&str, Vec<&LedgerLine>)| {
            let sections = CLASSES.iter().filter_map(|class| section(*class, &lines, level, &names));
            let (memo, sections): (Vec<Section>, Vec<Section>) =
                sections.partition(|section| section.class == "memo");
            let memo = memo.first().map(|section| section.total);
            Book { currency: currency.to_owned(), sections, memo }
        };
        lines.into_iter().map(book).collect()
    }

    /// The total of a class.
    pub(crate) fn total(&self, class: &str) -> Figures {
        if class == "memo" {
            return self.memo.unwrap_or_default();
        }
        let section = self.sections.iter().find(|section| section.class == class);
        section.map_or(Figures::default(), |section| section.total)
    }
}

fn section(
    (class, title): (&'static str, &'static str),
    lines: &[&LedgerLine],
    level: Level,
    names: &BTreeMap<&str, &str>,
) -> Option<Section> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut total = Figures::default();
    for line in lines.iter().filter(|line| *line.class == *class) {
        let code = level.row_of(&line.subject);
        let row = rows.entry(code).or_insert_with(|| Row {
            subject: code.to_owned(),
            name: name_of(code, line, names).to_owned(),
            figures: Figures::default(),
        });
        row.figures.add(&Figures::of(line));
        total.add(&Figures::of(line));
    }
    let rows: Vec<Row> = rows.into_values().collect();
    (!rows.is_empty()).then_some(Section { class, title, rows, total })
}

/// The name of a subject: its own where it is in the chart, else what the name of a leaf below it begins with.
fn name_of<'a>(code: &str, leaf: &'a LedgerLine, names: &BTreeMap<&str, &'a str>) -> &'a str {
    if code == &*leaf.subject {
        return &leaf.name;
    }
    names.get(code).copied().unwrap_or_else(|| leaf.name.split('-').next().unwrap_or(&leaf.name))
}
