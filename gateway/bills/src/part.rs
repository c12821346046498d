//! What a bill is made of.

use serde::{Deserialize, Serialize};

/// A part of a bill. Repayments go to one part after the other.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// 费用
    Fee,
    /// 利息, late interest that was charged included.
    Interest,
    /// 本金: what was spent.
    Principal,
}
