//! Reads MessagePack from bytes that are not trusted: no recursion, no allocation driven by a length that the
//! bytes do not back.

use rmp::Marker;

use crate::service::Fault;

/// A place in a MessagePack body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// The two ways to write a struct.
pub(crate) enum Fields {
    /// By position; how many are given.
    Array(usize),
    /// By name; how many are given.
    Map(usize),
    /// None at all.
    Nil,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether everything was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The kind of the value at hand.
    pub(crate) fn peek(&self) -> Result<Marker, Fault> {
        self.rest.first().map(|byte| Marker::from_u8(*byte)).ok_or(Fault::new("the body ends here"))
    }

    /// Whether the value at hand is a text, of any width.
    #[inline]
    pub(crate) fn is_at_text(&self) -> Result<bool, Fault> {
        let marker = self.peek()?;
        Ok(matches!(marker, Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32))
    }

    /// Whether the value at hand is a struct, by name or by position, of any width.
    #[inline]
    pub(crate) fn is_at_struct(&self) -> Result<bool, Fault> {
        let array = |marker| matches!(marker, Marker::FixArray(_) | Marker::Array16 | Marker::Array32);
        let map = |marker| matches!(marker, Marker::FixMap(_) | Marker::Map16 | Marker::Map32);
        self.peek().map(|marker| array(marker) || map(marker))
    }

    /// Whether the value at hand is an array that does not begin with a text: a list, and no natural key by position.
    pub(crate) fn is_at_list(&self) -> Result<bool, Fault> {
        if !matches!(self.peek()?, Marker::FixArray(_) | Marker::Array16 | Marker::Array32) {
            return Ok(false);
        }
        let mut ahead = *self;
        Ok(ahead.array()? == 0 || !ahead.is_at_text()?)
    }

    /// Passes over a nil, if there is one.
    pub(crate) fn take_nil(&mut self) -> Result<bool, Fault> {
        let nil = self.peek()? == Marker::Null;
        if nil {
            self.rest = &self.rest[1..];
        }
        Ok(nil)
    }

    /// An integer of any width.
    pub(crate) fn integer<T: TryFrom<i128>>(&mut self) -> Result<T, Fault> {
        let wide: i128 = match self.marker()? {
            Marker::FixPos(value) => value.into(),
            Marker::FixNeg(value) => value.into(),
            Marker::U8 => u8::from_be_bytes(self.take()?).into(),
            Marker::U16 => u16::from_be_bytes(self.take()?).into(),
            Marker::U32 => u32::from_be_bytes(self.take()?).into(),
            Marker::U64 => u64::from_be_bytes(self.take()?).into(),
            Marker::I8 => i8::from_be_bytes(self.take()?).into(),
            Marker::I16 => i16::from_be_bytes(self.take()?).into(),
            Marker::I32 => i32::from_be_bytes(self.take()?).into(),
            Marker::I64 => i64::from_be_bytes(self.take()?).into(),
            Marker::F32 | Marker::F64 => return Err(Fault::new("a float where an integer belongs")),
            _ => return Err(Fault::new("not an integer")),
        };
        T::try_from(wide).map_err(|_| Fault::new("out of range"))
    }

    /// A true or false.
    pub(crate) fn flag(&mut self) -> Result<bool, Fault> {
        match self.marker()? {
            Marker::True => Ok(true),
            Marker::False => Ok(false),
            _ => Err(Fault::new("neither true nor false")),
        }
    }

    /// A text of at most `cap` bytes.
    pub(crate) fn text(&mut self, cap: usize) -> Result<&'a str, Fault> {
        std::str::from_utf8(self.text_bytes(cap)?).map_err(|_| Fault::new("not UTF-8"))
    }

    /// What stands where a text of at most `cap` bytes belongs; it may be no UTF-8.
    fn text_bytes(&mut self, cap: usize) -> Result<&'a [u8], Fault> {
        let length = match self.marker()? {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => usize::from(u8::from_be_bytes(self.take()?)),
            Marker::Str16 => usize::from(u16::from_be_bytes(self.take()?)),
            Marker::Str32 => size(u32::from_be_bytes(self.take()?)),
            _ => return Err(Fault::new("not a text")),
        };
        if length > cap {
            return Err(Fault::too_many("longer than is allowed, in bytes", length, cap));
        }
        self.bytes(length)
    }

    /// Binary data of at most `cap` bytes.
    pub(crate) fn binary(&mut self, cap: usize) -> Result<&'a [u8], Fault> {
        let length = match self.marker()? {
            Marker::Bin8 => usize::from(u8::from_be_bytes(self.take()?)),
            Marker::Bin16 => usize::from(u16::from_be_bytes(self.take()?)),
            Marker::Bin32 => size(u32::from_be_bytes(self.take()?)),
            _ => return Err(Fault::new("not binary")),
        };
        if length > cap {
            return Err(Fault::too_many("longer than is allowed, in bytes", length, cap));
        }
        self.bytes(length)
    }

    /// The start of an array; its length is backed by at least one byte for each element.
    pub(crate) fn array(&mut self) -> Result<usize, Fault> {
        if !matches!(self.peek()?, Marker::FixArray(_) | Marker::Array16 | Marker::Array32) {
            return Err(Fault::new("not an array"));
        }
        match self.fields()? {
            Fields::Array(length) => Ok(length),
            Fields::Map(_) | Fields::Nil => unreachable!("the marker says that it is an array"),
        }
    }

    /// The start of a struct, as an array or as a map.
    pub(crate) fn fields(&mut self) -> Result<Fields, Fault> {
        let (fields, least) = match self.marker()? {
            Marker::Null => (Fields::Nil, 0),
            Marker::FixArray(length) => (Fields::Array(length.into()), usize::from(length)),
            Marker::Array16 => array_of(u16::from_be_bytes(self.take()?).into()),
            Marker::Array32 => array_of(u32::from_be_bytes(self.take()?)),
            Marker::FixMap(length) => map_of(length.into()),
            Marker::Map16 => map_of(u16::from_be_bytes(self.take()?).into()),
            Marker::Map32 => map_of(u32::from_be_bytes(self.take()?)),
            _ => return Err(Fault::new("neither a map nor an array")),
        };
        if least > self.rest.len() {
            return Err(Fault::new("has fewer elements than it says"));
        }
        Ok(fields)
    }

    /// Passes over one value, however it is nested.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let mut values = 1_usize;
        while values > 0 {
            values -= 1;
            match self.peek()? {
                Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => values += self.array()?,
                Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                    if let Fields::Map(length) = self.fields()? {
                        values += 2 * length;
                    }
                }
                _ => self.skip_scalar()?,
            }
        }
        Ok(())
    }

    fn skip_scalar(&mut self) -> Result<(), Fault> {
        let length = match self.marker()? {
            Marker::U8 | Marker::I8 => 1,
            Marker::U16 | Marker::I16 => 2,
            Marker::U32 | Marker::I32 | Marker::F32 => 4,
            Marker::U64 | Marker::I64 | Marker::F64 => 8,
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 | Marker::Bin8 => usize::from(u8::from_be_bytes(self.take()?)),
            Marker::Str16 | Marker::Bin16 => usize::from(u16::from_be_bytes(self.take()?)),
            Marker::Str32 | Marker::Bin32 => size(u32::from_be_bytes(self.take()?)),
            Marker::FixExt1 => 2,
            Marker::FixExt2 => 3,
            Marker::FixExt4 => 5,
            Marker::FixExt8 => 9,
            Marker::FixExt16 => 17,
            Marker::Ext8 => 1 + usize::from(u8::from_be_bytes(self.take()?)),
            Marker::Ext16 => 1 + usize::from(u16::from_be_bytes(self.take()?)),
            Marker::Ext32 => 1 + size(u32::from_be_bytes(self.take()?)),
            Marker::Reserved => return Err(Fault::new("not MessagePack")),
            _ => 0,
        };
        self.bytes(length).map(|_| ())
    }

    fn marker(&mut self) -> Result<Marker, Fault> {
        let marker = self.peek()?;
        self.rest = &self.rest[1..];
        Ok(marker)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Fault::new("the body ends here"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (bytes, rest) =
            self.rest.split_at_checked(length).ok_or(Fault::new("shorter than its length says"))?;
        self.rest = rest;
        Ok(bytes)
    }
}

fn array_of(length: u32) -> (Fields, usize) {
    (Fields::Array(size(length)), size(length))
}

fn map_of(length: u32) -> (Fields, usize) {
    (Fields::Map(size(length)), size(length).saturating_mul(2))
}

fn size(length: u32) -> usize {
    usize::try_from(length).expect("usize has at least 32 bits here")
}

/// Reads a struct by name or by position: `field` is called with each field's index in `names`. A nil counts as
/// absent; a name that is not there, or comes twice, is a fault, so that a misspelt field is never passed over.
pub(crate) fn read_fields<'a>(
    reader: &mut Reader<'a>,
    names: &[&'static str],
    mut field: impl FnMut(usize, &mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    read_fields_and_nils(
        reader,
        names,
        |index, reader| {
            if reader.take_nil()? { Ok(()) } else { field(index, reader) }
        },
    )
}

/// Reads a struct like [`read_fields`], but leaves nils to `field`.
pub(crate) fn read_fields_and_nils<'a>(
    reader: &mut Reader<'a>,
    names: &[&'static str],
    mut field: impl FnMut(usize, &mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut seen = 0_u64;
    let mut one = |index: usize, reader: &mut Reader<'a>| -> Result<(), Fault> {
        if seen & (1 << index) != 0 {
            return Err(Fault::new("comes twice").in_field(names[index]));
        }
        seen |= 1 << index;
        field(index, reader).map_err(|fault| fault.in_field(names[index]))
    };
    match reader.fields()? {
        Fields::Nil => Ok(()),
        Fields::Array(length) if length > names.len() => Err(Fault::new("has more fields than there are")),
        Fields::Array(length) => (0..length).try_for_each(|index| one(index, reader)),
        Fields::Map(length) => {
            // Nearly all write their fields in this order: each is looked for behind the last one first.
            let mut next = 0;
            (0..length).try_for_each(|_| {
                let no_name = || Fault::new("has a field name that is no short text");
                let Ok(name) = reader.text_bytes(64) else { return Err(no_name()) };
                match find_name(names, next, name) {
                    Some(index) => {
                        next = index + 1;
                        one(index, reader)
                    }
                    None if std::str::from_utf8(name).is_err() => Err(no_name()),
                    None => Err(unknown_field(name)),
                }
            })
        }
    }
}

/// Where a name stands, looked for from a place on, and then before it.
#[inline]
fn find_name(names: &[&'static str], from: usize, name: &[u8]) -> Option<usize> {
    let is_it = |known: &&str| known.as_bytes() == name;
    let (before, behind) = names.split_at(from);
    behind.iter().position(is_it).map(|place| from + place).or_else(|| before.iter().position(is_it))
}

/// What a struct has that it may not have, by its name.
#[cold]
fn unknown_field(name: &[u8]) -> Fault {
    Fault::new("has a field that is not known").found(&String::from_utf8_lossy(name))
}

/// Reads an array of at most `cap` elements.
pub(crate) fn read_elements<'a, T>(
    reader: &mut Reader<'a>,
    cap: usize,
    mut element: impl FnMut(&mut Reader<'a>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let length = reader.array()?;
    if length > cap {
        return Err(Fault::too_many("has more elements than are allowed", length, cap));
    }
    (0..length).map(|index| element(reader).map_err(|fault| fault.in_element(index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_width_are_one() {
        #[track_caller]
        fn check(bytes: &[u8], expect: Result<i64, &str>) {
            let found = Reader::new(bytes).integer::<i64>().map_err(|fault| fault.to_string());
            assert_eq!(found, expect.map_err(str::to_owned), "{bytes:02x?}");
        }
        check(&[0x07], Ok(7));
        check(&[0xCC, 7], Ok(7));
        check(&[0xCD, 0, 7], Ok(7));
        check(&[0xCE, 0, 0, 0, 7], Ok(7));
        check(&[0xCF, 0, 0, 0, 0, 0, 0, 0, 7], Ok(7));
        check(&[0xD0, 0xFF], Ok(-1));
        check(&[0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], Ok(i64::MIN));
        check(&[0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0], Err("out of range"));
        check(&[0xCF, 0xFF], Err("the body ends here"));
        check(&[0xCB, 0, 0, 0, 0, 0, 0, 0, 0], Err("a float where an integer belongs"));
        check(&[0xA1, b'7'], Err("not an integer"));
        check(&[], Err("the body ends here"));
    }

    #[test]
    fn any_single_value_is_skipped_whole() {
        #[track_caller]
        fn check(bytes: &[u8]) {
            let mut reader = Reader::new(bytes);
            reader.skip().unwrap();
            assert!(reader.is_at_end(), "{bytes:02x?}");
            for cut in 0..bytes.len() {
                assert!(Reader::new(&bytes[..cut]).skip().is_err(), "{bytes:02x?} {cut}");
            }
        }
        check(&[0xC0]);
        check(&[0x82, 1, 2, 3, 0x92, 4, 5]);
        check(&[0xDC, 0, 2, 0xC2, 0xC3]);
        check(&[0xDE, 0, 1, 0xA1, b'a', 0xC4, 1, 9]);
        check(&[0xD8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        check(&[0xC7, 2, 5, 1, 1]);
        check(&[0xDB, 0, 0, 0, 1, b'x']);
        check(&[0xCB, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn lying_lengths_and_deep_nesting_cost_nothing() {
        for lie in
            [[0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDF, 0xFF, 0xFF, 0xFF, 0xFF], [0xDB, 0xFF, 0xFF, 0xFF, 0xFF]]
        {
            assert!(Reader::new(&lie).skip().is_err());
            assert!(Reader::new(&lie).array().is_err());
            assert!(Reader::new(&lie).text(usize::MAX).is_err());
        }
        let mut deep = vec![0x91; 1_000_000];
        assert!(Reader::new(&deep).skip().is_err());
        deep.push(0xC0);
        assert!(Reader::new(&deep).skip().is_ok());
    }

    #[test]
    fn structs_come_by_name_or_by_position() {
        #[track_caller]
        fn check(bytes: &[u8], expect: Result<[Option<u8>; 2], &str>) {
            let mut found = [None; 2];
            let mut reader = Reader::new(bytes);
            let result = read_fields(&mut reader, &["a", "b"], |index, reader| {
                found[index] = Some(reader.integer()?);
                Ok(())
            });
            assert_eq!(result.map(|()| found).map_err(|f| f.to_string()), expect.map_err(str::to_owned));
        }
        check(&[0xC0], Ok([None, None]));
        check(&[0x90], Ok([None, None]));
        check(&[0x92, 1, 2], Ok([Some(1), Some(2)]));
        check(&[0x92, 0xC0, 2], Ok([None, Some(2)]));
        check(&[0x82, 0xA1, b'b', 2, 0xA1, b'a', 1], Ok([Some(1), Some(2)]));
        check(&[0x93, 1, 2, 3], Err("has more fields than there are"));
        check(&[0x81, 0xA1, b'c', 1], Err("has a field that is not known: \"c\""));
        check(&[0x81, 0xA1, 0x1B, 1], Err("has a field that is not known: \"\\u{1b}\""));
        check(&[0x82, 0xA1, b'b', 2, 0xA1, b'b', 1], Err("b: comes twice"));
        check(&[0x82, 0xA1, b'b', 0xC0, 0xA1, b'b', 1], Err("b: comes twice"));
        check(&[0x81, 1, 1], Err("has a field name that is no short text"));
        check(&[0x81, 0xA1, 0xFF, 1], Err("has a field name that is no short text"));
        check(&[0x92, 1, 0xA0], Err("b: not an integer"));
        check(&[0x07], Err("neither a map nor an array"));
    }
}
