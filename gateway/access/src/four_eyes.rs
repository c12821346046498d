//! What takes a second principal (四眼原则), as the access file says it.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::{Amount, Caps, Currency, FourEyes, Operation};
use serde::Deserialize;

use crate::access_file::AccessFileError;

/// Stands for every currency that is not named.
const OTHERS: &str = "*";
/// What somebody may post alone where the file does not say, in whole units of any currency, whatever it is posted by.
const USUAL_CAP: u32 = 50_000;

/// The table `four_eyes` of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenFourEyes {
    #[serde(default)]
    operations: BTreeSet<Box<str>>,
    /// By operation and currency.
    #[serde(default)]
    above: BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>,
}

/// What takes a second principal where the file does not say.
pub(crate) fn usual_four_eyes() -> FourEyes {
    let operations = [
        Operation::ForcedReverse,
        Operation::ForcedConsume,
        Operation::SetState,
        Operation::RaiseLimits,
        Operation::CloseDay,
        Operation::ForcedCloseDay,
        Operation::JudicialFreeze,
        Operation::JudicialRelease,
        Operation::Backdate,
        Operation::ChangeAccess,
    ];
    let caps = Caps { of: BTreeMap::new(), others: Some(USUAL_CAP) };
    // Whatever moves money: a hold moves none, and what spends it does.
    let moving =
        [Operation::Post, Operation::Consume, Operation::Reverse, Operation::Refund, Operation::Confirm];
    let above = moving.into_iter().map(|operation| (operation, caps.clone())).collect();
    FourEyes { operations: operations.into(), above }
}

impl WrittenFourEyes {
    pub(crate) fn read(self) -> Result<FourEyes, AccessFileError> {
        let operations = self.operations.iter().map(|word| operation(word)).collect::<Result<_, _>>()?;
        let above = self.above.iter().map(|(word, caps)| {
            let operation = operation(word)?;
            if !has_amount(operation) {
                return Err(AccessFileError::NoAmount { operation });
            }
            Ok((operation, read_caps(operation, caps)?))
        });
        Ok(FourEyes { operations, above: above.collect::<Result<_, AccessFileError>>()? })
    }
}

fn operation(word: &str) -> Result<Operation, AccessFileError> {
    let operation: Operation =
        word.parse().map_err(|_| AccessFileError::FourEyesOperation { word: word.into() })?;
    // What cannot be proposed nobody could do any more.
    operation.may_be_proposed().then_some(operation).ok_or(AccessFileError::NotProposable { operation })
}

/// Whether it is done with an amount.
fn has_amount(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Post
            | Operation::Freeze
            | Operation::JudicialFreeze
            | Operation::Raise
            | Operation::Unfreeze
            | Operation::Consume
            | Operation::ForcedConsume
            | Operation::Reverse
            | Operation::ForcedReverse
            | Operation::Refund
            | Operation::Try
            | Operation::Confirm
            | Operation::CancelTry
            | Operation::Backdate
            | Operation::JudicialRelease
            | Operation::OthersTransactions
    )
}

fn read_caps(operation: Operation, written: &BTreeMap<Box<str>, Box<str>>) -> Result<Caps, AccessFileError> {
    let mut caps = Caps::default();
    for (code, text) in written {
        let wrong = || AccessFileError::FourEyesAmount { operation, code: code.clone(), text: text.clone() };
        if **code == *OTHERS {
            caps.others = Some(text.parse().map_err(|_| wrong())?);
            continue;
        }
        let currency = Currency::from_code(code).ok_or_else(wrong)?;
        let amount = currency.parse_amount(text).ok().filter(|amount| *amount >= Amount(0));
        caps.of.insert(currency, amount.ok_or_else(wrong)?);
    }
    Ok(caps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_file::AccessFile;

    #[test]
    fn what_takes_two_is_as_the_file_says() {
        let cny = Currency::from_code("CNY").unwrap();
        let usd = Currency::from_code("USD").unwrap();
        let read = |text: &str| AccessFile::parse(text).map(|file| file.four_eyes);
        let usual = read("").unwrap();
        assert!(usual.requires(Operation::CloseDay, None) && !usual.requires(Operation::Freeze, None));
        assert!(usual.requires(Operation::Post, Some((cny, 5_000_001))));
        assert!(!usual.requires(Operation::Post, Some((cny, 5_000_000))));
        for moving in ["consume", "reverse", "refund", "confirm"] {
            assert!(usual.requires(moving.parse().unwrap(), Some((cny, 5_000_001))), "{moving}");
        }
        let none = read("[four_eyes]").unwrap();
        assert!(Operation::ALL.iter().all(|operation| !none.concerns(*operation)));
        let own = "[four_eyes]\noperations = [\"refund\"]\nabove.post = { CNY = \"1.50\", \"*\" = \"2\" }";
        let own = read(own).unwrap();
        for (operation, currency, amount, expect) in [
            (Operation::Refund, cny, 1, true),
            (Operation::CloseDay, cny, 1, false),
            (Operation::Post, cny, 150, false),
            (Operation::Post, cny, 151, true),
            (Operation::Post, usd, 200, false),
            (Operation::Post, usd, 201, true),
        ] {
            assert_eq!(own.requires(operation, Some((currency, amount))), expect, "{operation} {amount}");
        }
        for (text, expect) in [
            ("[four_eyes]\noperations = [\"pay\"]", "four_eyes names pay, which is no operation"),
            ("[four_eyes]\nabove.post = { CNY = \"1.001\" }", "1.001 CNY for post, which is no amount"),
            ("[four_eyes]\nabove.post = { \"*\" = \"1.5\" }", "1.5 * for post, which is no amount"),
            ("[four_eyes]\nabove.post = { XXY = \"1\" }", "1 XXY for post, which is no amount"),
            (
                "[four_eyes]\nabove.set_state = { CNY = \"1\" }",
                "above which set_state takes two, and that moves nothing",
            ),
            ("[four_eyes]\nbelow = 1", "unknown field `below`"),
            (
                "[four_eyes]\noperations = [\"open_accounts\"]",
                "four_eyes names open_accounts, which cannot be proposed",
            ),
            (
                "[four_eyes]\nabove.cancel = { CNY = \"1\" }",
                "four_eyes names cancel, which cannot be proposed",
            ),
            ("[four_eyes]\noperations = [\"balance\"]", "four_eyes names balance, which cannot be proposed"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        }
    }
}
