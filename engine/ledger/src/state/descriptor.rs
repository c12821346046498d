//! What the coordinator knows of every account.

use crate::account::registered::Account;
use crate::account::row::Row;
use crate::ids::EntityId;
use crate::money::amount::Side;
use crate::money::currency::Currency;

/// What the coordinator knows of every account, in 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountDescriptor {
    pub(crate) currency: Currency,
    pub(crate) entity: EntityId,
    /// The place of its gate, or `NO_GATE`.
    pub(crate) gate: u16,
    pub(crate) off_balance: bool,
    /// Bit 1: debits need no funds; bit 2: credits need none.
    free: u8,
}

pub(crate) const NO_GATE: u16 = u16::MAX;
/// The most accounts that can be hot at once: each gate has a number.
pub(crate) const MOST_HOT: usize = NO_GATE as usize;
const _: () = assert!(size_of::<AccountDescriptor>() == 8, "a descriptor is one word");

impl AccountDescriptor {
    pub(crate) fn new(account: &Account, off_balance: bool) -> AccountDescriptor {
        let mut descriptor = AccountDescriptor {
            currency: account.currency,
            entity: account.entity,
            gate: NO_GATE,
            off_balance,
            free: 0,
        };
        descriptor.set_free(
            account.placement.normal,
            account.may_go_negative,
            account.credit_limit.is_none(),
            false,
        );
        descriptor
    }

    /// Takes over the limits that the account has now.
    pub(crate) fn renew(&mut self, row: &Row) {
        self.set_free(row.normal(), row.may_go_negative(), row.credit_limit == i64::MAX, row.limited());
    }

    fn set_free(&mut self, normal: Side, decrease: bool, increase: bool, limited: bool) {
        let (debit, credit) = if normal == Side::Debit { (increase, decrease) } else { (decrease, increase) };
        self.free = u8::from(debit && !limited) | u8::from(credit) << 1;
    }

    /// Whether no want of funds, and no limit, can refuse a leg on `side`: only a state can.
    pub(crate) fn is_free(self, side: Side) -> bool {
        self.free & if side == Side::Debit { 1 } else { 2 } != 0
    }

    pub(crate) fn gate(self) -> Option<usize> {
        (self.gate != NO_GATE).then_some(usize::from(self.gate))
    }
}
