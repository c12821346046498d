//! How dates and currencies of the ledger are stored: as the small numbers that they are.

pub(crate) mod date {
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
}

pub(crate) mod currency {
    use longmen_ledger::Currency;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(currency.numeric())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let numeric = u16::deserialize(deserializer)?;
        Currency::from_numeric(numeric).ok_or_else(|| D::Error::custom("there is no such currency"))
    }
}
