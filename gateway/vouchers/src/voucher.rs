//! A voucher (记账凭证).

use serde::{Deserialize, Serialize};

use crate::made::draft::Draft;

/// A voucher with its number. From here on it does not change: it is kept as it is (serde gives it a JSON, whose schema is docs/vouchers/voucher.schema.json),
/// and written from what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// Its place among the vouchers of its entity, date and mode, from 1.
    pub sequence: u32,
    /// 凭证号: per entity, word and month of the posting date, from 1.
    pub number: u32,
    pub content: Draft,
}

impl Voucher {
    /// What both sides know it by, unique for ever: `LM|2024-06-18|day|1`.
    #[must_use]
    pub fn source_key(&self) -> String {
        let Draft { entity, date, mode, .. } = &self.content;
        format!("{entity}|{date}|{}|{}", mode.name(), self.sequence)
    }

    /// The same in few characters, for fields that are narrow: `LM20240618D1`, the mode by its letter.
    #[must_use]
    pub fn short_key(&self) -> String {
        let Draft { entity, date, mode, .. } = &self.content;
        format!("{entity}{}{}{}", date.to_string().replace('-', ""), mode.letter(), self.sequence)
    }
}
