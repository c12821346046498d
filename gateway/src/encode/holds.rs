//! Holds in MessagePack.

use longmen_engine::ledger::{AccountId, Hold};

use super::pack::Pack;
use super::write_ok;

/// A page of holds; there may be another where it is as long as `limit`.
pub(crate) fn write_holds(out: &mut Vec<u8>, holds: &[(AccountId, Hold)], limit: u32) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("holds").array(holds.len());
    for (account, hold) in holds {
        write_hold(&mut pack, *account, hold);
    }
    match holds.last().filter(|_| u32::try_from(holds.len()) == Ok(limit)) {
        Some((account, hold)) => {
            let next = format!("{account}/{}/{:032x}", hold.key.client, hold.key.id.0);
            pack.name("next").text(&next);
        }
        None => pack.name("next").nil(),
    }
}

fn write_hold(pack: &mut Pack<'_>, account: AccountId, hold: &Hold) {
    pack.map(9);
    pack.name("account").unsigned(account.0);
    pack.name("client").unsigned(hold.key.client.0);
    pack.name("id").text(&format!("{:032x}", hold.key.id.0));
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
