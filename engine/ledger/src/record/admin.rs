//! Administrative records: clients, entities, the chart, closed dates with their figures, and the register (登记簿), in the
//! `admin` section of a frame.
//!
//! Each is: kind u8, 3 zero bytes, length u32 of the whole record, fields, texts as u16 length and UTF-8 bytes, zeros
//! to a multiple of 8.
//!
//! | kind | fields |
//! | --- | --- |
//! | 1 client | id u32, name |
//! | 2 entity | id u16, first accounting date u32, code, month in which the books' year begins u8 where it is not January |
//! | 3 subject | id u32, entity u16, class u8, normal side u8 (0 debit), leaf u8, valid from u32, valid to u32 (4294967295: open), code, name, tenor, party, purpose |
//! | 4 date closed | entity u16, date closed u32, next date u32 |
//! | 5 line closed | line u32, date u32, balance before i128, debit turnover i128, credit turnover i128 |
//! | 6 closing, in snapshots | entity u16, date closed u32, frame u64 |
//! | 7 customer | entity u16, account u64, customer |
//! | 8 mapping | entity u16, subject u32, from u32, account type |
//! | 9 undone, in snapshots | client u32, transaction id u128, fate u8, 1 if it is a refund u8, refunded transaction (client u32, id u128), count u16, each account u64 and net i128 |
//! | 10 registered | client u32, command, about, notes |
//! | 11 rules | version u16: what follows is judged by these rules, see [`RULES`] |
//! | 12 access | digest of the file that says who may do what from here on |
//! | 13 proposed | number u64, client u32, id u128, 1 if it was done at once u8, end u64 (0: none), frame u64, accounts u16 with each u64, maker, content, notes |
//! | 14 decided | number u64, decision u8, frame u64, by whom, notes |
//! | 15 booking mode | entity u16, from u32, mode u8 (1 double, 2 single-double, 3 single), transaction type |
//! | 16 fee rules | entity u16, from u32, file |

use crate::chart::booking_mode::BookingMode;
use crate::chart::subject::{SubjectClass, SubjectOpening};
use crate::ids::{AccountId, ClientId, EntityId, LineId, SubjectId, TransactionKey};
use crate::money::amount::Side;
use crate::money::date::{Date, YearStart};
use crate::proposals::decision::Decision;
use crate::proposals::proposal::Proposal;
use crate::record::bytes::{i128_at, pad_to_slot, u8_at, u16_at, u32_at, u64_at};
use crate::transaction::originals::OriginalState;

const HEADER: usize = 8;

/// The version of the rules by which this ledger judges what is new. Logs that were begun before there was any have none,
/// and what stands in them stays as it is; where the rules that an audit can hold the log against become stricter, a record
/// says from where on.
///
/// | version | since then |
/// | --- | --- |
/// | 1 | a subject fits its chart: no level of zeros, nothing below a leaf, one class for a first level; results are carried to equity or common accounts whose states let them in; the refunds of an original, and what is left of them when one is reversed, stay within it on every account; a hold is spent where the money is there, behind the holds before it; day limits are used by what each transaction takes |
pub const RULES: u16 = 1;

/// Stands for an open end of a subject's validity.
const OPEN: u32 = u32::MAX;

/// An administrative record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admin {
    /// A client became known.
    Client { id: ClientId, name: Box<str> },
    /// An entity was opened.
    Entity {
        id: EntityId,
        code: Box<str>,
        /// Its first accounting date; in snapshots its current one.
        start: Date,
        /// When its year begins.
        year_starts: YearStart,
    },
    /// A subject was opened.
    Subject {
        id: SubjectId,
        entity: EntityId,
        /// Code, name and attributes.
        opening: SubjectOpening,
    },
    /// An accounting date was closed (日切).
    DateClosed {
        entity: EntityId,
        /// The date that takes no more entries.
        closed: Date,
        /// The date that begins.
        next: Date,
    },
    /// What a line of the general ledger had on a date that was closed; lines without balance and turnover are left out.
    LineClosed {
        line: LineId,
        date: Date,
        /// The balance before the date, debit-positive.
        opening: i128,
        /// Debit turnover of the date.
        debit: i128,
        /// Credit turnover of the date.
        credit: i128,
    },
    /// Where a date was closed: the frame that holds its closed lines.
    Closing { entity: EntityId, date: Date, frame: u64 },
    /// An account of a customer (客户号对账号).
    Customer {
        entity: EntityId,
        account: AccountId,
        /// The customer's id outside the books.
        customer: Box<str>,
    },
    /// The subject that accounts of a type get, from a date on.
    Mapping {
        entity: EntityId,
        subject: SubjectId,
        /// The first accounting date on which it holds.
        from: Date,
        /// The account type.
        kind: Box<str>,
    },
    /// What became of a transaction that was undone, refunded, confirmed or cancelled.
    Undone(TransactionKey, OriginalState),
    /// Who asked for the administrative records of a command, and why (登记簿).
    Registered {
        client: ClientId,
        command: Box<str>,
        /// What it is about.
        about: Box<str>,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// From here on this file says who may do what.
    Access {
        /// Its digest.
        digest: Box<str>,
    },
    /// Somebody proposed what takes a second principal; where it was done at once, it was done in this frame.
    Proposed(Box<Proposal>),
    /// A proposal ended; where it was approved, it was done in this frame.
    Decided(Decision),
    /// How transactions of a type are booked, from a date on.
    BookingMode {
        entity: EntityId,
        mode: BookingMode,
        /// The first accounting date on which it holds.
        from: Date,
        /// The transaction type.
        kind: Box<str>,
    },
    /// The rules for fees and splits of an entity, from a date on. The n-th of an entity is its file n.
    FeeRules {
        entity: EntityId,
        /// The first accounting date on which it holds.
        from: Date,
        /// The file, at most [`MAX_FEE_RULES`](crate::MAX_FEE_RULES) bytes.
        file: Box<str>,
    },
    /// From here on the ledger judges by these rules.
    Rules {
        /// Their version, see [`RULES`].
        version: u16,
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
            Admin::Entity { id, code, start, year_starts } => {
                out.extend_from_slice(&id.0.to_le_bytes());
                out.extend_from_slice(&start.days().to_le_bytes());
                write_text(out, code);
                // Nothing stands for January, as in logs that are older than the choice.
                out.extend((*year_starts != YearStart::JANUARY).then_some(year_starts.month()));
            }
            Admin::Subject { id, entity, opening } => {
                out.extend_from_slice(&id.0.to_le_bytes());
                out.extend_from_slice(&entity.0.to_le_bytes());
                let normal = u8::from(opening.normal == Side::Credit);
                out.extend_from_slice(&[opening.class as u8, normal, u8::from(opening.leaf)]);
                out.extend_from_slice(&opening.valid_from.map_or(OPEN, Date::days).to_le_bytes());
                out.extend_from_slice(&opening.valid_to.map_or(OPEN, Date::days).to_le_bytes());
                for text in [&opening.code, &opening.name, &opening.tenor, &opening.party, &opening.purpose] {
                    write_text(out, text);
                }
            }
            Admin::DateClosed { entity, closed, next } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&closed.days().to_le_bytes());
                out.extend_from_slice(&next.days().to_le_bytes());
            }
            Admin::LineClosed { line, date, opening, debit, credit } => {
                out.extend_from_slice(&line.0.to_le_bytes());
                out.extend_from_slice(&date.days().to_le_bytes());
                [opening, debit, credit]
                    .iter()
                    .for_each(|figure| out.extend_from_slice(&figure.to_le_bytes()));
            }
            Admin::Closing { entity, date, frame } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&date.days().to_le_bytes());
                out.extend_from_slice(&frame.to_le_bytes());
            }
            Admin::Customer { entity, account, customer } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&account.0.to_le_bytes());
                write_text(out, customer);
            }
            Admin::Mapping { entity, subject, from, kind } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&subject.0.to_le_bytes());
                out.extend_from_slice(&from.days().to_le_bytes());
                write_text(out, kind);
            }
            Admin::BookingMode { entity, mode, from, kind } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&from.days().to_le_bytes());
                out.push(*mode as u8);
                write_text(out, kind);
            }
            Admin::FeeRules { entity, from, file } => {
                out.extend_from_slice(&entity.0.to_le_bytes());
                out.extend_from_slice(&from.days().to_le_bytes());
                write_text(out, file);
            }
            Admin::Undone(key, state) => state.write(*key, out),
            Admin::Registered { client, command, about, notes } => {
                out.extend_from_slice(&client.0.to_le_bytes());
                write_text(out, command);
                write_text(out, about);
                write_bytes(out, notes);
            }
            Admin::Rules { version } => out.extend_from_slice(&version.to_le_bytes()),
            Admin::Access { digest } => write_text(out, digest),
            Admin::Proposed(proposal) => proposal.write(out),
            Admin::Decided(decision) => decision.write(out),
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
            2 => Self::read_entity(fields)?,
            3 => Self::read_subject(fields)?,
            4 => Admin::DateClosed {
                entity: EntityId(u16_at(fields, 0)?),
                closed: Date::from_days(u32_at(fields, 2)?)?,
                next: Date::from_days(u32_at(fields, 6)?)?,
            },
            5 => Admin::LineClosed {
                line: LineId(u32_at(fields, 0)?),
                date: Date::from_days(u32_at(fields, 4)?)?,
                opening: i128_at(fields, 8)?,
                debit: i128_at(fields, 24)?,
                credit: i128_at(fields, 40)?,
            },
            6 => Admin::Closing {
                entity: EntityId(u16_at(fields, 0)?),
                date: Date::from_days(u32_at(fields, 2)?)?,
                frame: u64_at(fields, 6)?,
            },
            7 => Admin::Customer {
                entity: EntityId(u16_at(fields, 0)?),
                account: AccountId(u64_at(fields, 2)?),
                customer: text_at(fields, 10)?.0,
            },
            8 => Admin::Mapping {
                entity: EntityId(u16_at(fields, 0)?),
                subject: SubjectId(u32_at(fields, 2)?),
                from: Date::from_days(u32_at(fields, 6)?)?,
                kind: text_at(fields, 10)?.0,
            },
            9 => OriginalState::read(fields).map(|(key, state)| Admin::Undone(key, state))?,
            10 => Self::read_registered(fields)?,
            11 => Admin::Rules { version: u16_at(fields, 0)? },
            12 => Admin::Access { digest: text_at(fields, 0)?.0 },
            13 => Proposal::read(fields).map(|proposal| Admin::Proposed(Box::new(proposal)))?,
            14 => Admin::Decided(Decision::read(fields)?),
            15 => Admin::BookingMode {
                entity: EntityId(u16_at(fields, 0)?),
                from: Date::from_days(u32_at(fields, 2)?)?,
                mode: BookingMode::from_number(u8_at(fields, 6)?)?,
                kind: text_at(fields, 7)?.0,
            },
            16 => Admin::FeeRules {
                entity: EntityId(u16_at(fields, 0)?),
                from: Date::from_days(u32_at(fields, 2)?)?,
                file: text_at(fields, 6)?.0,
            },
            _ => return None,
        };
        Some((admin, length))
    }

    fn read_entity(fields: &[u8]) -> Option<Admin> {
        let (code, end) = text_at(fields, 6)?;
        let year_starts = match fields.get(end) {
            None | Some(0) => YearStart::JANUARY,
            Some(month) => YearStart::from_month(*month)?,
        };
        let start = Date::from_days(u32_at(fields, 2)?)?;
        Some(Admin::Entity { id: EntityId(u16_at(fields, 0)?), code, start, year_starts })
    }

    fn read_registered(fields: &[u8]) -> Option<Admin> {
        let (command, end) = text_at(fields, 4)?;
        let (about, end) = text_at(fields, end)?;
        let (notes, _) = bytes_at(fields, end)?;
        let client = ClientId(u32_at(fields, 0)?);
        Some(Admin::Registered { client, command, about, notes: notes.into() })
    }

    fn read_subject(fields: &[u8]) -> Option<Admin> {
        let date_at = |at| match u32_at(fields, at)? {
            OPEN => Some(None),
            days => Date::from_days(days).map(Some),
        };
        let (code, end) = text_at(fields, 17)?;
        let (name, end) = text_at(fields, end)?;
        let (tenor, end) = text_at(fields, end)?;
        let (party, end) = text_at(fields, end)?;
        let (purpose, _) = text_at(fields, end)?;
        let opening = SubjectOpening {
            code,
            name,
            class: SubjectClass::from_number(u8_at(fields, 6)?)?,
            normal: if u8_at(fields, 7)? == 0 { Side::Debit } else { Side::Credit },
            leaf: u8_at(fields, 8)? != 0,
            valid_from: date_at(9)?,
            valid_to: date_at(13)?,
            tenor,
            party,
            purpose,
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
            Admin::LineClosed { .. } => 5,
            Admin::Closing { .. } => 6,
            Admin::Customer { .. } => 7,
            Admin::Mapping { .. } => 8,
            Admin::Undone(..) => 9,
            Admin::Registered { .. } => 10,
            Admin::Rules { .. } => 11,
            Admin::Access { .. } => 12,
            Admin::Proposed(_) => 13,
            Admin::Decided(_) => 14,
            Admin::BookingMode { .. } => 15,
            Admin::FeeRules { .. } => 16,
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
    write_bytes(out, text.as_bytes());
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).expect("names and notes are capped where they enter");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

fn text_at(bytes: &[u8], at: usize) -> Option<(Box<str>, usize)> {
    let (text, end) = bytes_at(bytes, at)?;
    Some((std::str::from_utf8(text).ok()?.into(), end))
}

fn bytes_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let start = at + 2;
    let end = start + usize::from(u16_at(bytes, at)?);
    Some((bytes.get(start..end)?, end))
}

#[cfg(test)]
mod tests;
