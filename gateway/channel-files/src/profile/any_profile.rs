//! A profile of whichever rows.

use super::money_profile::Profile;
use super::trade_profile::TradeProfile;

/// A profile, of whichever rows its table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyProfile {
    Money(Profile),
    Trades(TradeProfile),
}
