//! A date of the ledger as the days since 1970 that it is.

use longmen_ledger::Date;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(date.days())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let days = u32::deserialize(deserializer)?;
    Date::from_days(days).ok_or_else(|| D::Error::custom("the calendar has no such day"))
}
