//! Clearing accounts that the command line names and the books do not have.

use longmen_engine::Node;
use longmen_engine::ledger::{AccountKey, AccountRef, Answer, ClientId, Command};

use crate::options::ServeArgs;

/// A warning for each of them: an account that is misspelt is not missed until a refund is refused.
pub(crate) fn warnings_of_unknown(args: &ServeArgs, node: &Node) -> Vec<String> {
    let named = &args.refund_clearing;
    let asked: Vec<AccountRef> = named.iter().map(|(_, key)| AccountRef::Key(key.clone())).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let (session, mut replies) = node.intake().open_session();
    session.submit(ClientId(0), vec![(0, Command::Balances(asked))]);
    let answer = replies.blocking_recv().and_then(|replies| replies.replies.into_iter().next());
    let Some(Answer::Accounts(found)) = answer.map(|reply| reply.answer) else { return Vec::new() };
    let unknown = named.iter().zip(found).filter(|(_, found)| found.is_err());
    unknown.map(|((of_type, key), _)| warning(of_type, key)).collect()
}

fn warning(of_type: &str, AccountKey { entity, number, kind, currency }: &AccountKey) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("{kind}/") };
    format!(
        "WARNING: --refund-clearing {of_type}: there is no account {entity}/{number}/{kind}{}: no refund goes by way of it \
         until it is open",
        currency.code()
    )
}
