//! The end of an entity's day (日终), as far as it has come.

use longmen_ledger::Date;
use serde_json::Value;

/// The end of an entity's day, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct DayEnd {
    pub entity: String,
    /// The accounting date that is ended.
    pub date: Date,
    /// The one that begins.
    pub next: Date,
    /// In microseconds since 1970.
    pub begun_us: i64,
    /// The same; none while stages are to come.
    pub ended_us: Option<i64>,
    /// Those that are done, in the order in which they were.
    pub stages: Vec<EndedStage>,
}

/// A stage that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct EndedStage {
    pub stage: Stage,
    /// Whether nothing of it has to be looked at.
    pub held: bool,
    /// What it came to, for people.
    pub line: String,
    /// The same for programs.
    pub told: Value,
    /// In microseconds since 1970.
    pub ended_us: i64,
}

/// What is done at the end of a day, in this order.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// Holds whose moment has come are gone, and what stays open is told.
    Expire,
    /// Interest is accrued up to the date (计提).
    Accrue,
    /// Positions in other currencies are revalued (期末调汇).
    Revalue,
    /// What is due of credit bills is taken from those who pay (代扣).
    Withhold,
    /// The date is closed (日切), and results are carried forward where a year ends (年终结转).
    Close,
    /// Interest is credited on the date that begins (结息入账).
    Settle,
    /// Results that were carried forward are translated.
    Translate,
    /// Credit bills are stated, and late interest is posted (账单).
    Bills,
    /// Statements of the date are written (报表).
    Statements,
    /// Vouchers are made of the date, and written (凭证).
    Vouchers,
    /// The date is compared with what the channels say (对账).
    Reconcile,
}

impl Stage {
    /// All, in their order.
    pub const ALL: &'static [Stage] = <Stage as strum::VariantArray>::VARIANTS;

    /// Its name: `accrue`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl DayEnd {
    /// Whether a stage is done.
    #[must_use]
    pub fn is_done(&self, stage: Stage) -> bool {
        self.stages.iter().any(|ended| ended.stage == stage)
    }

    /// Whether nothing of what is done has to be looked at.
    #[must_use]
    pub fn held(&self) -> bool {
        self.stages.iter().all(|ended| ended.held)
    }
}
