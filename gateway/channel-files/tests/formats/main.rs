//! Every format: what is taken, field by field, and every way in which a file is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alipay;
mod camt053;
mod fixed;
mod mt940;
mod profile;
mod profile_sheet;
mod reading;
mod shipped_profiles;
mod unionpay;
mod wechat;
