//! Integers that may be wider than what MessagePack has.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// Reads an integer that stands as a MessagePack integer where it fits 64 bits, and as decimal digits where not.
pub(crate) fn wide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    struct Wide;
    impl Visitor<'_> for Wide {
        type Value = i128;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an integer, or its decimal digits")
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<i128, E> {
            Ok(value.into())
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<i128, E> {
            Ok(value.into())
        }
        fn visit_i128<E: Error>(self, value: i128) -> Result<i128, E> {
            Ok(value)
        }
        fn visit_str<E: Error>(self, digits: &str) -> Result<i128, E> {
            digits.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_any(Wide)
}

/// The same, where a nil may stand.
pub(crate) fn wide_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i128>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "wide")] i128);
    Ok(Option::<Given>::deserialize(deserializer)?.map(|Given(wide)| wide))
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use crate::answer::LegBalance;

    #[test]
    fn wide_integers_come_as_integers_or_digits() {
        #[track_caller]
        fn check(balance: impl Serialize, expect: i128) {
            let wire = rmp_serde::to_vec(&(0, 1, 2, balance)).unwrap();
            assert_eq!(rmp_serde::from_slice::<LegBalance>(&wire).unwrap().balance, expect);
        }
        check(-5, -5);
        check(u64::MAX, u64::MAX.into());
        check(i64::MIN, i64::MIN.into());
        check("-170141183460469231731687303715884105728", i128::MIN);
    }
}
