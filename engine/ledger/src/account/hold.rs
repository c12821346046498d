//! Holds (冻结): amounts of an account that are set aside until they are released, spent or expire.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use crate::ids::TransactionKey;

/// The most bytes of an authority's name.
pub const MAX_AUTHORITY: usize = 64;

/// What a hold is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum HoldKind {
    /// 业务冻结: an escrow, a withdrawal under way
    #[default]
    Business = 1,
    /// 控制金额
    Control = 2,
    /// 司法冻结
    Judicial = 3,
    /// 挂失冻结
    Loss = 4,
    /// T 冻结: the first step of a TCC transaction
    Try = 5,
}

impl HoldKind {
    /// Every kind, by number.
    pub const ALL: [HoldKind; HoldKind::COUNT] =
        *HoldKind::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kind of that name that a client may ask for: a try freezes by itself.
    #[must_use]
    pub fn from_name(name: &str) -> Option<HoldKind> {
        HoldKind::ALL.into_iter().find(|kind| kind.name() == name && *kind != HoldKind::Try)
    }

    /// The kind of a number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<HoldKind> {
        HoldKind::from_repr(number)
    }
}

/// On what terms an amount is frozen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HoldTerms {
    /// What it is for.
    pub kind: HoldKind,
    /// Who may release or spend it; empty: anyone who knows its name.
    pub authority: Box<str>,
    /// When it releases by itself, in microseconds since 1970.
    pub expires_us: Option<i64>,
    /// The text that the id of the transaction which froze was given as; empty where it was a number. A hold outlives the
    /// window of known ids, so it carries its name itself.
    pub text_id: Box<str>,
}

/// A hold as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its name: the transaction that froze. A try (TCC) has one hold of its name on each account that it takes from.
    pub key: TransactionKey,
    pub terms: HoldTerms,
    /// What was frozen at first and by raises, in minor units.
    pub amount: i64,
    /// What is still frozen.
    pub remaining: i64,
    /// Whether it released by itself.
    pub expired: bool,
}

/// What became of a hold in one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum HoldMove {
    /// 冻结
    Frozen = 1,
    /// 解冻
    Released = 2,
    /// 扣划: released and debited in one transaction
    Consumed = 3,
    /// 解冻冲正: a consume was reversed
    Restored = 4,
    /// 到期自动解冻
    Expired = 5,
    /// 追加预授权: more is frozen, and the expiry may move
    Raised = 6,
}

impl HoldMove {
    /// Every move, by number.
    pub const ALL: [HoldMove; HoldMove::COUNT] =
        *HoldMove::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The move of a number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<HoldMove> {
        HoldMove::from_repr(number)
    }

    /// What `amount` of this move adds to what is frozen.
    #[must_use]
    pub fn signed(self, amount: i64) -> i64 {
        match self {
            HoldMove::Frozen | HoldMove::Restored | HoldMove::Raised => amount,
            HoldMove::Released | HoldMove::Consumed | HoldMove::Expired => -amount,
        }
    }
}
