//! Walks an account's statement from its newest entry to its first.

use longmen_client::{Client, Side, StatementLine};

use crate::check::Findings;
use crate::error::LoadError;

/// Lines of one page.
const PAGE: u32 = 500;
/// Pages after which a long history is left.
const PAGES: usize = 40;

/// Checks that the statement of an account leads from its balance back to nothing: each line's balance before, plus
/// what it moved, is its balance after, which is the balance before of the line that follows it.
///
/// # Errors
/// [`LoadError`], when the node cannot be asked.
pub async fn walk(client: &mut Client, account: u64, findings: &mut Findings) -> Result<(), LoadError> {
    let mut expected_after: Option<i128> = None;
    let mut before: Option<Box<str>> = None;
    for page in 0..PAGES {
        let statement = client.statement(account, before.as_deref(), PAGE).await?;
        let (number, normal) = (&statement.account.number, statement.account.normal);
        if page == 0 && statement.closing != statement.account.balance {
            let (closing, balance) = (statement.closing, statement.account.balance);
            findings.add(format!("statement of {number}: closes with {closing}, the balance is {balance}"));
        }
        for line in &statement.lines {
            let broken = expected_after.is_some_and(|after| after != line.after);
            if broken || line.before + normal.natural(moved(line)) != line.after {
                findings.add(format!("statement of {number}: {line:?} does not lead to {expected_after:?}"));
            }
            expected_after = Some(line.before);
        }
        before = statement.next;
        if before.is_none() {
            if statement.opening != 0 {
                findings.add(format!("statement of {number}: opens with {}", statement.opening));
            }
            return Ok(());
        }
    }
    Ok(())
}

/// What a line moves, debit-positive.
fn moved(line: &StatementLine) -> i128 {
    match (line.merged, line.side) {
        (Some(merged), _) => merged.debit - merged.credit,
        (None, Side::Debit) => line.amount,
        (None, Side::Credit) => -line.amount,
    }
}
