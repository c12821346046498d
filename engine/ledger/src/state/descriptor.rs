//! What the coordinator knows of every account.

use std::ops::BitOrAssign;

use crate::account::registered::Account;
use crate::account::row::Row;
use crate::chart::subject::SubjectClass;
use crate::ids::EntityId;
use crate::money::amount::Side;
use crate::money::currency::Currency;

/// What kinds of accounts the legs of a transaction are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LegKinds(u8);

impl LegKinds {
    pub(crate) const NONE: LegKinds = LegKinds(0);
    /// Accounts that count in the general ledger's debits and credits.
    pub(crate) const ON_BALANCE: LegKinds = LegKinds(1);
    /// 表外
    pub(crate) const OFF_BALANCE: LegKinds = LegKinds(2);
    /// 备忘
    pub(crate) const MEMO: LegKinds = LegKinds(4);

    fn of(class: SubjectClass) -> LegKinds {
        match class {
            SubjectClass::OffBalance => LegKinds::OFF_BALANCE,
            SubjectClass::Memo => LegKinds::MEMO,
            _ => LegKinds::ON_BALANCE,
        }
    }

    pub(crate) fn has(self, kind: LegKinds) -> bool {
        self.0 & kind.0 != 0
    }

    /// Whether legs off the balance sheet stand beside others.
    pub(crate) fn is_mixed(self) -> bool {
        self.has(LegKinds::OFF_BALANCE) && self != LegKinds::OFF_BALANCE
    }
}

impl BitOrAssign for LegKinds {
    fn bitor_assign(&mut self, other: LegKinds) {
        self.0 |= other.0;
    }
}

/// What the coordinator knows of every account, in 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountDescriptor {
    pub(crate) currency: Currency,
    pub(crate) entity: EntityId,
    /// The place of its gate, or `NO_GATE`.
    pub(crate) gate: u16,
    /// What a leg on it is.
    pub(crate) kind: LegKinds,
    /// Bit 1: debits need no funds; bit 2: credits need none.
    free: u8,
}

pub(crate) const NO_GATE: u16 = u16::MAX;
/// The most accounts that can be hot at once: each gate has a number.
pub(crate) const MOST_HOT: usize = NO_GATE as usize;
const _: () = assert!(size_of::<AccountDescriptor>() == 8, "a descriptor is one word");

impl AccountDescriptor {
    pub(crate) fn new(account: &Account, class: SubjectClass) -> AccountDescriptor {
        let mut descriptor = AccountDescriptor {
            currency: account.currency,
            entity: account.entity,
            gate: NO_GATE,
            kind: LegKinds::of(class),
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

    pub(crate) fn is_memo(self) -> bool {
        self.kind == LegKinds::MEMO
    }

    pub(crate) fn gate(self) -> Option<usize> {
        (self.gate != NO_GATE).then_some(usize::from(self.gate))
    }
}
