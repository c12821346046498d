//! The ledger's values as they stand in a kept voucher: texts that people can read.

use std::fmt::Display;
use std::str::FromStr;

use longmen_ledger::{Amount, Currency, Date, Side};
use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Gives serde a way for a value that has a text.
macro_rules! as_text {
    ($module:ident, $value:ty, $what:literal, $read:expr) => {
        pub(crate) mod $module {
            use super::*;

            pub(crate) fn serialize<S: Serializer>(value: &$value, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(&text(value))
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<$value, D::Error> {
                let text = String::deserialize(from)?;
                let read: fn(&str) -> Option<$value> = $read;
                read(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is not {}", $what)))
            }
        }
    };
}

as_text!(currency, Currency, "a currency", Currency::from_code);
as_text!(date, Date, "a date", Date::parse);
as_text!(decimal, Decimal, "a number", |text| Decimal::from_str(text).ok());
as_text!(side, Side, "a side", Side::from_name);

/// A count of minor units.
pub(crate) mod minor {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(amount: &Amount, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(amount.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Amount, D::Error> {
        i64::deserialize(from).map(Amount)
    }
}

fn text(value: &impl Display) -> String {
    value.to_string()
}
