//! Accounts in MessagePack.

use longmen_engine::ledger::{AccountView, Amount, Rejection};

use super::pack::Pack;
use super::{write_each, write_next, write_ok};
use crate::service::question::accounts::AccountsPage;

/// Accounts, in the order asked for.
pub(super) fn write_accounts(out: &mut Vec<u8>, accounts: &[Result<AccountView, Rejection>]) {
    let mut pack = write_ok(out);
    pack.map(1);
    pack.name("accounts").array(accounts.len());
    for account in accounts {
        write_each(&mut pack, account, write_account);
    }
}

/// A page of accounts.
pub(super) fn write_account_page(out: &mut Vec<u8>, page: &AccountsPage) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("accounts").array(page.accounts.len());
    for account in &page.accounts {
        write_account(&mut write_ok(pack.0), account);
    }
    write_next(pack.name("next"), page.next.as_deref());
}

/// An account as it stands.
pub(super) fn write_account(pack: &mut Pack<'_>, view: &AccountView) {
    let currency = view.key.currency;
    pack.map(27);
    pack.name("id").unsigned(view.id.0);
    pack.name("entity").text(&view.key.entity);
    pack.name("number").text(&view.key.number);
    pack.name("type").text(&view.key.kind);
    pack.name("currency").text(currency.code());
    pack.name("exponent").unsigned(currency.exponent());
    pack.name("subject").text(&view.subject);
    pack.name("normal").text(view.normal.name());
    pack.name("owner").text(view.owner.name());
    pack.name("balance").wide(view.balance);
    pack.name("frozen").wide(view.frozen);
    pack.name("available").wide(view.available);
    pack.name("may_go_negative").flag(view.may_go_negative);
    pack.name("overdraft_limit").signed(view.overdraft_limit.0);
    write_limit(pack.name("credit_limit"), view.credit_limit);
    pack.name("withholding").signed(view.withholding.0);
    write_limit(pack.name("transaction_limit"), view.transaction_limit);
    write_limit(pack.name("day_limit"), view.day_limit);
    match view.day_used {
        Some(used) => pack.name("day_used").wide(used),
        None => pack.name("day_used").nil(),
    }
    pack.name("account_state").unsigned(view.account_state as u8);
    pack.name("payment_state").unsigned(view.payment_state as u8);
    pack.name("date").text(&view.date.to_string());
    pack.name("opening").wide(view.opening);
    pack.name("debit_turnover").wide(view.debit_turnover);
    pack.name("credit_turnover").wide(view.credit_turnover);
    pack.name("hot").flag(view.hot);
    pack.name("last").text(&view.last.to_string());
}

fn write_limit(pack: &mut Pack<'_>, limit: Option<Amount>) {
    match limit {
        Some(limit) => pack.signed(limit.0),
        None => pack.nil(),
    }
}
