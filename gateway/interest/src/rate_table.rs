//! Rates by the day from which they hold, and by how much there is (分段, 靠档).

use std::fmt;

use longmen_ledger::Date;

use crate::rate::Rate;

/// Rates of a product in one currency. What rows there are is known to be in order: by date, and by amount within a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RateTable {
    rows: Vec<RateRow>,
}

/// Rates that hold from one day on, until the next row's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RateRow {
    from: Date,
    tiers: Vec<Tier>,
}

/// A rate for what there is from an amount on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    /// Minor units; the first tier's is 0.
    pub(crate) from: i64,
    pub(crate) rate: Rate,
}

/// What rate a balance has that reaches into several tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Tiering {
    /// 分段: each slice the rate of its tier.
    Slices,
    /// 靠档: all of it the rate of the highest tier that it reaches.
    Whole,
}

/// The most tiers that a row may have.
pub(crate) const MAX_TIERS: usize = 100;

/// What is wrong with rows of rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RateTableError {
    #[error("two rows begin on {0}")]
    TwoRows(Date),
    #[error("tiers begin at 0 and rise, and there are 1 to {MAX_TIERS}")]
    Tiers,
}

impl RateTable {
    /// Rows in any order.
    pub(crate) fn of(mut rows: Vec<RateRow>) -> Result<RateTable, RateTableError> {
        rows.sort_by_key(|row| row.from);
        match rows.windows(2).find(|pair| pair[0].from == pair[1].from) {
            Some(pair) => Err(RateTableError::TwoRows(pair[0].from)),
            None => Ok(RateTable { rows }),
        }
    }

    /// The row of a day, and the last day on which it holds.
    pub(crate) fn at(&self, day: Date) -> Option<(&RateRow, Date)> {
        let behind = self.rows.partition_point(|row| row.from <= day);
        let row = self.rows.get(behind.checked_sub(1)?)?;
        let until = self.rows.get(behind).and_then(|next| next.from.previous()).unwrap_or(Date::LAST);
        Some((row, until))
    }

    /// The rows that have begun by a day.
    pub(crate) fn until(&self, day: Date) -> impl Iterator<Item = &RateRow> {
        self.rows.iter().take_while(move |row| row.from <= day)
    }

    pub(crate) fn has_tiers(&self) -> bool {
        self.rows.iter().any(|row| row.tiers.len() > 1)
    }
}

impl fmt::Display for RateRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {}", self.from)?;
        for Tier { from, rate } in &self.tiers {
            write!(f, ", {rate} from {from}")?;
        }
        Ok(())
    }
}

impl RateRow {
    pub(crate) fn of(from: Date, tiers: Vec<Tier>) -> Result<RateRow, RateTableError> {
        let begins = tiers.first().is_some_and(|tier| tier.from == 0);
        let rises = tiers.windows(2).all(|pair| pair[0].from < pair[1].from);
        if begins && rises && tiers.len() <= MAX_TIERS {
            Ok(RateRow { from, tiers })
        } else {
            Err(RateTableError::Tiers)
        }
    }

    /// The day from which it holds.
    #[must_use]
    pub(crate) fn from(&self) -> Date {
        self.from
    }

    pub(crate) fn rate(&self, tier: u8) -> Option<Rate> {
        self.tiers.get(usize::from(tier)).map(|tier| tier.rate)
    }

    /// What of `amount` counts in which tier, where the tiers' limits are `scale` times what they say: once for a balance, as
    /// often as there are days for the sum of so many balances.
    pub(crate) fn counted(
        &self,
        amount: i128,
        scale: i128,
        tiering: Tiering,
    ) -> impl Iterator<Item = (u8, i128)> + '_ {
        let limit = move |tier: &Tier| i128::from(tier.from) * scale;
        let reached = self.tiers.iter().take_while(|tier| limit(tier) <= amount).count();
        let numbered = (0_u8..).zip(&self.tiers).take(reached);
        let of_tier = move |(number, tier): (u8, &Tier)| {
            let is_highest = usize::from(number) + 1 == reached;
            let counted = match tiering {
                Tiering::Whole => {
                    if is_highest {
                        amount
                    } else {
                        0
                    }
                }
                Tiering::Slices if is_highest => amount - limit(tier),
                Tiering::Slices => limit(&self.tiers[usize::from(number) + 1]) - limit(tier),
            };
            (number, counted)
        };
        numbered.map(of_tier).filter(|(_, counted)| *counted != 0)
    }
}
