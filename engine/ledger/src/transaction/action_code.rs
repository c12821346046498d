//! What a transaction does, as its record names it.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

/// What a transaction does, as its record names it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum ActionCode {
    /// 记账: posts its legs
    #[default]
    Post = 0,
    /// 冻结
    Freeze = 1,
    /// 解冻
    Unfreeze = 2,
    /// 扣划: spends a hold and posts legs, in one atomic step
    Consume = 3,
    /// 冲正
    Reverse = 4,
    /// 退款
    Refund = 5,
    /// TCC: holds what its legs take
    Try = 6,
    /// TCC: posts the legs of a try
    Confirm = 7,
    /// TCC: releases what a try holds
    CancelTry = 8,
    /// 年终结转: income and expense carried forward
    CarryForward = 9,
    /// 追加预授权: adds to a hold
    Raise = 10,
    /// 按规则记账: posts the legs that an amount comes to by rules
    Charge = 11,
}

impl ActionCode {
    /// Every action, by number.
    pub const ALL: [ActionCode; ActionCode::COUNT] =
        *ActionCode::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The action of a number on disk.
    #[must_use]
    pub fn from_number(number: u16) -> Option<ActionCode> {
        u8::try_from(number).ok().and_then(ActionCode::from_repr)
    }
}
