//! Files of UnionPay (银联): lines of fields that have so many bytes each, in GBK, with a blank between them. They are cut before they are
//! decoded: a sign of Chinese has two bytes.

mod record;
pub(crate) mod zm;
