//! Holds in MessagePack.

use longmen_engine::ledger::{AccountId, Hold};

use super::accounts::{KNOWN_ACCOUNT_FIELDS, write_known_account};
use super::pack::Pack;
use super::{write_id, write_ok};
use crate::service::question::KnownAccounts;
use crate::service::question::holds::HoldsPage;

/// A page of holds; there may be another where it is as long as was asked for.
pub(super) fn write_holds(out: &mut Vec<u8>, page: &HoldsPage) {
    let HoldsPage { holds, limit, accounts, of: _ } = page;
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("holds").array(holds.len());
    for (account, hold) in holds {
        write_hold(&mut pack, *account, hold, accounts);
    }
    match holds.last().filter(|_| u32::try_from(holds.len()) == Ok(*limit)) {
        Some((account, hold)) => {
            let next = format!("{account}/{}/{:032x}", hold.key.client, hold.key.id.0);
            pack.name("next").text(&next);
        }
        None => pack.name("next").nil(),
    }
}

fn write_hold(pack: &mut Pack<'_>, account: AccountId, hold: &Hold, accounts: &KnownAccounts) {
    pack.map(KNOWN_ACCOUNT_FIELDS + 9);
    write_known_account(pack, accounts, account);
    pack.name("client").unsigned(hold.key.client.0);
    write_id(pack, "id", hold.key.id, &hold.terms.text_id);
    pack.name("kind").text(hold.terms.kind.name());
    pack.name("authority").text(&hold.terms.authority);
    match hold.terms.expires_us {
        Some(moment) => pack.name("expires_us").signed(moment),
        None => pack.name("expires_us").nil(),
    }
    pack.name("amount").signed(hold.amount);
    pack.name("remaining").signed(hold.remaining);
    pack.name("expired").flag(hold.expired);
}
