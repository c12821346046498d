//! The identity over classes (总账平衡的恒等式), with a sign for each class.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::CLASSES;

/// What holds where nobody says otherwise.
pub(crate) const DEFAULT: &str = "asset+expense=liability+equity+income+common";

/// An equation over the balances of classes, such as `asset+expense=liability+equity+income+common`. A class counts on
/// its own side: assets and expenses as debit balances, the others as credit balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    text: String,
    /// For each class, its sign with everything on the left side.
    signs: BTreeMap<&'static str, i128>,
}

impl FromStr for Identity {
    type Err = String;

    fn from_str(text: &str) -> Result<Identity, String> {
        let (left, right) = text.split_once('=').ok_or("expected two sides with a `=` between them")?;
        let mut signs = BTreeMap::new();
        for (side, sign) in [(left, 1), (right, -1)] {
            read_side(side, sign, &mut signs)?;
        }
        Ok(Identity { text: text.split_whitespace().collect(), signs })
    }
}

/// The signs of one side of a text that was read before.
fn read(side: &str) -> Option<BTreeMap<&'static str, i128>> {
    let mut signs = BTreeMap::new();
    read_side(side, 1, &mut signs).ok().map(|()| signs)
}

fn read_side(side: &str, sign: i128, signs: &mut BTreeMap<&'static str, i128>) -> Result<(), String> {
    let side: String = side.split_whitespace().collect();
    let marked = if side.starts_with(['+', '-']) { side } else { format!("+{side}") };
    let mut rest = marked.as_str();
    while !rest.is_empty() {
        let own = if rest.starts_with('-') { -sign } else { sign };
        let end = rest[1..].find(['+', '-']).map_or(rest.len(), |end| end + 1);
        let name = &rest[1..end];
        let known = CLASSES.iter().map(|(class, _)| *class).find(|class| *class == name);
        match known.filter(|class| *class != "off_balance") {
            None => return Err(format!("`{name}` is no class of the balance sheet")),
            Some(class) if signs.insert(class, own).is_some() => {
                return Err(format!("`{class}` stands twice"));
            }
            Some(_) => rest = &rest[end..],
        }
    }
    Ok(())
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Identity {
    /// The same, where it does not speak of them, with memo accounts (备忘) on the side on which liabilities stand: they take the
    /// place of the channel accounts that single-sided booking does without.
    pub(crate) fn with_memo(&self) -> Identity {
        let mut identity = self.clone();
        let Some(sign) = self.signs.get("liability").filter(|_| !self.signs.contains_key("memo")) else {
            return identity;
        };
        let (left, right) = self.text.split_once('=').expect("an identity has two sides");
        // On the right side a plus is a minus.
        let is_right = read(right).is_some_and(|signs| signs.contains_key("liability"));
        let mark = if (*sign < 0) == is_right { '+' } else { '-' };
        identity.text =
            if is_right { format!("{left}={right}{mark}memo") } else { format!("{left}{mark}memo={right}") };
        identity.signs.insert("memo", *sign);
        identity
    }

    /// By how much the left side is more than the right one, given the debit-positive balance of each class.
    pub(crate) fn difference(&self, balance: impl Fn(&str) -> i128) -> i128 {
        let own = |class: &str| if is_on_debit_side(class) { balance(class) } else { -balance(class) };
        self.signs.iter().map(|(class, sign)| sign * own(class)).sum()
    }
}

/// Whether a class stands on the debit side of the identity.
pub(crate) fn is_on_debit_side(class: &str) -> bool {
    matches!(class, "asset" | "expense")
}
