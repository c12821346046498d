//! A number of 128 bits as its two halves: what is small is then written in a few bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer>(number: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    halves(*number).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    Ok(whole(<(i64, u64)>::deserialize(deserializer)?))
}

pub(crate) fn halves(number: i128) -> (i64, u64) {
    let upper = i64::try_from(number >> 64).expect("64 bits are left");
    let lower = u64::try_from(number & i128::from(u64::MAX)).expect("64 bits are left");
    (upper, lower)
}

pub(crate) fn whole((upper, lower): (i64, u64)) -> i128 {
    i128::from(upper) << 64 | i128::from(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_make_the_number_again() {
        for number in [0, 1, -1, i128::from(u64::MAX), 1 << 64, -(1 << 64), i128::MAX, i128::MIN] {
            assert_eq!(whole(halves(number)), number);
        }
        assert_eq!((halves(7), halves(-1)), ((0, 7), (-1, u64::MAX)));
    }
}
