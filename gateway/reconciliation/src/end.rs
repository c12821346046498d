//! How a difference ends, and which differences may end so.

use crate::finding::Class;

/// How a difference ends: each in exactly one way.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum End {
    /// 日切: the other side had it a file later. A comparison says so, never a person.
    LateMatch,
    /// 补单: it is booked for the customer after all.
    Supplement,
    /// 冲正: what the books have is taken back.
    Reversal,
    /// 退款: the money goes back to who paid.
    Refund,
    /// The channel pays, or takes back, what it is behind or ahead with.
    Claim,
    /// Booked to gain or loss.
    WriteOff,
    /// The books take over the channel's fee.
    Adjusted,
    /// The try was confirmed in the ledger.
    Confirmed,
    /// Nothing moved on either side, so there is nothing to do: a payment that failed, and was paid at the second try. A comparison says so,
    /// never a person.
    Unmoved,
}

impl End {
    /// Every end.
    pub const ALL: &[End] = <End as strum::VariantArray>::VARIANTS;

    /// Its name: `write_off`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a person may end a difference of a class so.
    #[must_use]
    pub fn is_open_to(self, class: Class) -> bool {
        ends_of(class).contains(&self)
    }
}

/// The ends that a person has for a class. What was matched has none: a comparison ended it, or nothing was different.
#[must_use]
pub fn ends_of(class: Class) -> &'static [End] {
    match class {
        Class::Matched => &[],
        Class::FeeDiffers => &[End::Adjusted, End::Claim],
        Class::AmountDiffers => &[End::Supplement, End::Reversal, End::Refund, End::Claim, End::WriteOff],
        Class::StateDiffers => {
            &[End::Confirmed, End::Supplement, End::Reversal, End::Refund, End::Claim, End::WriteOff]
        }
        Class::Long | Class::DuplicateInFile => {
            &[End::Supplement, End::Reversal, End::Refund, End::Claim, End::WriteOff]
        }
        Class::Pending => &[End::Confirmed, End::Reversal],
        Class::Short | Class::DuplicateInBook => &[End::Supplement, End::Reversal, End::Claim, End::WriteOff],
    }
}
