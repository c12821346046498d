//! Subjects (科目): the classification of accounts.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use crate::account::{AccountOpening, Owner};
use crate::ids::{EntityId, SubjectId};
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;

/// The class of a subject (科目类别).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum SubjectClass {
    /// 资产类
    Asset = 1,
    /// 负债类
    Liability = 2,
    /// 共同类: two-sided
    Common = 3,
    /// 所有者权益类
    Equity = 4,
    /// 收入类
    Income = 5,
    /// 费用类
    Expense = 6,
    /// 表外: single entry, apart from the balance sheet
    OffBalance = 7,
    /// 备忘: the other side of what is booked single-sided; no part of the general ledger
    Memo = 8,
}

impl SubjectClass {
    /// Every class, by its number on disk.
    pub const ALL: [SubjectClass; SubjectClass::COUNT] =
        *SubjectClass::VARIANTS.first_chunk().expect("as many as are counted");

    /// Whether it counts in the general ledger's debits and credits: all do but off-balance and memo.
    #[must_use]
    pub fn is_on_balance(self) -> bool {
        !matches!(self, SubjectClass::OffBalance | SubjectClass::Memo)
    }

    /// Whether a new account like this may be opened under it: a memo account is the house's own, nobody's, and has no limits.
    pub(crate) fn takes(self, opening: &AccountOpening) -> bool {
        let is_nobodys = opening.owner == Owner::Internal && opening.customer.is_none();
        let has_limits = opening.overdraft_limit != Amount(0) || opening.credit_limit.is_some();
        self != SubjectClass::Memo || is_nobodys && !has_limits
    }

    /// The name as programs see it, such as `off_balance`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The class of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<SubjectClass> {
        SubjectClass::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The class of a number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<SubjectClass> {
        SubjectClass::from_repr(number)
    }
}

/// What a client asks for when it opens a subject. The natural key is (entity, code): opening again with the same
/// attributes gives the subject that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectOpening {
    /// Digits in levels of 4-2-2-2, such as `2011010201`.
    pub code: Box<str>,
    /// The name for people.
    pub name: Box<str>,
    pub class: SubjectClass,
    /// The side on which its balance normally stands.
    pub normal: Side,
    /// Whether accounts may be opened under it.
    pub leaf: bool,
    /// The first accounting date on which accounts may be opened under it; `None`: always.
    pub valid_from: Option<Date>,
    /// The last accounting date on which accounts may be opened under it; `None`: for ever.
    pub valid_to: Option<Date>,
    /// 期限, such as `current`; free text of at most 64 bytes.
    pub tenor: Box<str>,
    /// 主体: whom it is about; free text of at most 64 bytes.
    pub party: Box<str>,
    /// 用途; free text of at most 64 bytes.
    pub purpose: Box<str>,
}

/// A subject of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its place in the chart.
    pub id: SubjectId,
    /// The entity whose chart it belongs to.
    pub entity: EntityId,
    /// Code, name and attributes.
    pub opening: SubjectOpening,
}

impl SubjectOpening {
    /// A subject without further attributes, valid always.
    #[must_use]
    pub fn new(code: &str, name: &str, class: SubjectClass, normal: Side, leaf: bool) -> SubjectOpening {
        let (code, name) = (code.into(), name.into());
        let (tenor, party, purpose) = Default::default();
        SubjectOpening {
            code,
            name,
            class,
            normal,
            leaf,
            valid_from: None,
            valid_to: None,
            tenor,
            party,
            purpose,
        }
    }

    /// Whether it has the shape of a subject: a code of 4 to 10 digits in whole levels, none of them zeros alone, a name of
    /// at most 200 bytes, free texts of at most 64, and dates that do not go back.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let attributes = [&self.tenor, &self.party, &self.purpose].iter().all(|text| text.len() <= 64);
        let dates = self.valid_from.zip(self.valid_to).is_none_or(|(from, to)| from <= to);
        is_code(&self.code) && attributes && dates && !self.name.is_empty() && self.name.len() <= 200
    }

    /// Whether accounts may be opened under it on this accounting date.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }

    /// The codes of the levels above it, from the first level down (上级科目).
    pub fn levels_above(&self) -> impl Iterator<Item = &str> {
        let widths = [4, 6, 8].into_iter().filter(|width| *width < self.code.len());
        widths.filter_map(|width| self.code.get(..width))
    }

    /// The code of the subject's first level (一级科目).
    #[must_use]
    pub fn first_level(&self) -> &str {
        self.code.get(..4).unwrap_or(&self.code)
    }
}

/// Whether a subject may have this code: digits in levels of 4-2-2-2. A level of zeros alone is none, as 0000 or 220300: it
/// would stand for the level above it.
#[must_use]
pub fn is_code(code: &str) -> bool {
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let whole = matches!(code.len(), 4 | 6 | 8 | 10);
    digits && whole && &code[..4] != "0000" && code.as_bytes()[4..].chunks(2).all(|level| level != b"00")
}
