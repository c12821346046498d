//! For whose eyes a line is, and what lines move together.

/// For whose eyes a statement is. An entry is for those that its transaction's note of visibility names, and for
/// everybody where there is none; what is marked in words unknown here is internal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Everything.
    #[default]
    Internal,
    /// What operations may see: all but what is marked internal.
    Operations,
    /// What the customer may see: what is marked so or not marked.
    Customer,
}

/// What entries move on the two sides (发生额).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// How many lines.
    pub lines: u64,
    /// Debits, in minor units; red ones count negative.
    pub debit: i128,
    /// Credits, in minor units; red ones count negative.
    pub credit: i128,
}

impl View {
    /// The view of that name: `customer`, `operations` or `internal`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<View> {
        match name {
            "internal" => Some(View::Internal),
            "operations" => Some(View::Operations),
            "customer" => Some(View::Customer),
            _ => None,
        }
    }

    /// Whether it shows what carries this mark; empty: none.
    #[must_use]
    pub fn shows(self, mark: &str) -> bool {
        match mark {
            "" | "customer" => true,
            "operations" => self != View::Customer,
            _ => self == View::Internal,
        }
    }
}
