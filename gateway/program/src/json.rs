//! JSON for programs: what many of them would read wrong stands as text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

/// The largest integer of which a double-precision number holds every one below: 2^53 - 1.
const LARGEST: u128 = (1 << 53) - 1;

/// `value` as JSON over several lines. An integer beyond 2^53 - 1, on either side of zero, is its decimal digits in
/// quotation marks: readers that keep numbers as double precision (JavaScript, jq) would change it without a word.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    let mut out = Vec::new();
    write_json(value, &mut out)?;
    Ok(String::from_utf8(out).expect("JSON is UTF-8"))
}

/// The same, written as it is made: a value may be larger than memory.
pub(crate) fn write_json<T: Serialize + ?Sized>(value: &T, out: impl Write) -> io::Result<()> {
    let format = Careful { pretty: PrettyFormatter::new(), is_key: false };
    value.serialize(&mut Serializer::with_formatter(out, format)).map_err(io::Error::from)
}

/// The pretty form, with large integers quoted.
struct Careful {
    pretty: PrettyFormatter<'static>,
    /// Keys are texts already.
    is_key: bool,
}

impl Careful {
    fn write_whole<W: Write + ?Sized>(&self, out: &mut W, digits: &str, magnitude: u128) -> io::Result<()> {
        if magnitude > LARGEST && !self.is_key {
            write!(out, "\"{digits}\"")
        } else {
            out.write_all(digits.as_bytes())
        }
    }
}

impl Formatter for Careful {
    fn write_i64<W: Write + ?Sized>(&mut self, out: &mut W, value: i64) -> io::Result<()> {
        self.write_whole(out, &value.to_string(), value.unsigned_abs().into())
    }

    fn write_u64<W: Write + ?Sized>(&mut self, out: &mut W, value: u64) -> io::Result<()> {
        self.write_whole(out, &value.to_string(), value.into())
    }

    fn write_i128<W: Write + ?Sized>(&mut self, out: &mut W, value: i128) -> io::Result<()> {
        self.write_whole(out, &value.to_string(), value.unsigned_abs())
    }

    fn write_u128<W: Write + ?Sized>(&mut self, out: &mut W, value: u128) -> io::Result<()> {
        self.write_whole(out, &value.to_string(), value)
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.is_key = true;
        self.pretty.begin_object_key(out, first)
    }

    fn end_object_key<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.is_key = false;
        self.pretty.end_object_key(out)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn integers_that_a_double_would_change_are_texts() {
        #[track_caller]
        fn check(value: &impl Serialize, expect: &str) {
            assert_eq!(to_json(value).unwrap(), expect);
        }
        check(&9_007_199_254_740_991_i64, "9007199254740991");
        check(&-9_007_199_254_740_991_i64, "-9007199254740991");
        check(&9_007_199_254_740_992_i64, "\"9007199254740992\"");
        check(&-9_007_199_254_740_992_i128, "\"-9007199254740992\"");
        check(&u64::MAX, "\"18446744073709551615\"");
        check(&i128::MIN, "\"-170141183460469231731687303715884105728\"");
        check(&(5_u8, 1.5, "7"), "[\n  5,\n  1.5,\n  \"7\"\n]");
        // As `json!` makes them, and where they are keys.
        check(&serde_json::json!({ "amount": i64::MAX }), "{\n  \"amount\": \"9223372036854775807\"\n}");
        check(&BTreeMap::from([(u64::MAX, 1)]), "{\n  \"18446744073709551615\": 1\n}");
    }
}
