//! Administrative records: clients, entities, subjects and closed dates, in the `admin` section of a frame.
//!
//! Each is: kind u8, 3 zero bytes, length u32 of the whole record, fields, texts as u16 length and UTF-8 bytes, zeros
//! to a multiple of 8.
//!
//! | kind | fields |
//! | --- | --- |
//! | 1 client | id u32, name |
//! | 2 entity | id u16, first accounting date u32, code |
//! | 3 subject | id u32, entity u16, class u8, normal side u8 (0 debit), leaf u8, code, name |
//! | 4 date closed | entity u16, date closed u32, next date u32 |

use super::amount::Side;
use super::bytes::{pad_to_slot, u8_at, u16_at, u32_at};
use super::date::Date;
use super::ids::{ClientId, EntityId, SubjectId};
use super::subject::{SubjectClass, SubjectOpening};

const HEADER: usize = 8;

/// An administrative record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admin {
    /// A client became known.
    Client {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// An entity was opened.
    Entity {
        /// Its id.
        id: EntityId,
        /// Its code.
        code: Box<str>,
        /// Its first accounting date.
        start: Date,
    },
    /// A subject was opened.
    Subject {
        /// Its id.
        id: SubjectId,
        /// Its entity.
        entity: EntityId,
        /// Code, name and attributes.
        opening: SubjectOpening,
    },
    /// An accounting date was closed (日切).
    DateClosed {
        /// The entity.
        entity: EntityId,
        /// The date that takes no more entries.
        closed: Date,
        /// The date that begins.
        next: Date,
    },
}

impl Admin {
    /// Appends the record.
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[self.kind(), 0, 0, 0, 0, 0, 0, 0]);
        match self {
            Admin::Client { id, name } => {
                out.extend_from_slice(&id.0.to_le_bytes());
                write_text(out, name);
            }
            Admin::Entity { id, code, start } => {
                out.extend_from_slice(&id.0.to_le_bytes());
                out.extend_from_slice(&start.days().to_le_bytes());
                write_text(out, code);
            }
            Admin::Subject { id, entity, opening } => {
                out.extend_from_slice(&id.0.to_le_bytes());
                out.extend_from_slice(&entity.0.to_le_bytes());
                let normal = u8::from(opening.normal == Side::Credit);
                out.extend_from_slice(&[opening.class as u8, normal, u8::from(opening.leaf)]);
                write_text(out, &opening.code);
                write_text(out, &opening.name);
            }
            Admin::DateClosed { entity, closed, next } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&closed.days().to_le_bytes());
                out.extend_from_slice(&next.days().to_le_bytes());
            }
        }
        pad_to_slot(out);
        let length = u32::try_from(out.len() - start).expect("names are capped where they enter");
        out[start + 4..start + HEADER].copy_from_slice(&length.to_le_bytes());
    }

    /// Reads the record at the start of `bytes` and gives its length; `None` where there is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Admin, usize)> {
        let length = usize::try_from(u32_at(bytes, 4)?).ok()?;
        let fields = bytes.get(HEADER..length)?;
        let admin = match u8_at(bytes, 0)? {
            1 => Admin::Client { id: ClientId(u32_at(fields, 0)?), name: text_at(fields, 4)?.0 },
            2 => Admin::Entity {
                id: EntityId(u16_at(fields, 0)?),
                start: Date::from_days(u32_at(fields, 2)?)?,
                code: text_at(fields, 6)?.0,
            },
            3 => Self::read_subject(fields)?,
            4 => Admin::DateClosed {
                entity: EntityId(u16_at(fields, 0)?),
                closed: Date::from_days(u32_at(fields, 2)?)?,
                next: Date::from_days(u32_at(fields, 6)?)?,
            },
            _ => return None,
        };
        Some((admin, length))
    }

    fn read_subject(fields: &[u8]) -> Option<Admin> {
        let (code, end) = text_at(fields, 9)?;
        let (name, _) = text_at(fields, end)?;
        let opening = SubjectOpening {
            code,
            name,
            class: SubjectClass::from_number(u8_at(fields, 6)?)?,
            normal: if u8_at(fields, 7)? == 0 { Side::Debit } else { Side::Credit },
            leaf: u8_at(fields, 8)? != 0,
        };
        Some(Admin::Subject {
            id: SubjectId(u32_at(fields, 0)?),
            entity: EntityId(u16_at(fields, 4)?),
            opening,
        })
    }

    fn kind(&self) -> u8 {
        match self {
            Admin::Client { .. } => 1,
            Admin::Entity { .. } => 2,
            Admin::Subject { .. } => 3,
            Admin::DateClosed { .. } => 4,
        }
    }
}

/// The records of an admin section; ends with `None` in place of a record that cannot be read.
pub fn admin_records(section: &[u8]) -> impl Iterator<Item = Option<Admin>> {
    let mut rest = section;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((admin, length)) = Admin::read(rest) else {
            rest = &[];
            return Some(None);
        };
        rest = &rest[length..];
        Some(Some(admin))
    })
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("names are capped where they enter");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn text_at(bytes: &[u8], at: usize) -> Option<(Box<str>, usize)> {
    let start = at + 2;
    let end = start + usize::from(u16_at(bytes, at)?);
    let text = std::str::from_utf8(bytes.get(start..end)?).ok()?;
    Some((text.into(), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_written() {
        let opening = SubjectOpening {
            code: "220301".into(),
            name: "预收账款".into(),
            class: SubjectClass::Liability,
            normal: Side::Credit,
            leaf: true,
        };
        let date = Date::parse("2018-05-01").unwrap();
        let records = [
            Admin::Client { id: ClientId(1), name: "switch".into() },
            Admin::Entity { id: EntityId(0), code: "LM".into(), start: date },
            Admin::Subject { id: SubjectId(9), entity: EntityId(0), opening },
            Admin::DateClosed { entity: EntityId(0), closed: date, next: date.next() },
        ];
        let mut bytes = Vec::new();
        records.iter().for_each(|record| record.write(&mut bytes));
        assert_eq!(admin_records(&bytes).collect::<Option<Vec<_>>>().unwrap(), records);
        for cut in 0..bytes.len() {
            assert!(admin_records(&bytes[..cut]).take_while(Option::is_some).count() < 4);
        }
    }
}
