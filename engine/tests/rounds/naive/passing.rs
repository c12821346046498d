//! What holds, states, funds and limits let through.

use longmen_engine::ledger::Rejection;

use super::judging::{Findings, Group, Touch};
use super::{Account, Hold, Naive};
use crate::script::TxLeg;

impl Naive {
    pub(super) fn judge_holds(&self, touches: &[(u64, u128, Touch)], found: &mut Findings) {
        for (account, id, touch) in touches {
            let (amount, authority) = match touch {
                Touch::Raise { authority, .. } => (None, *authority),
                Touch::Release(amount, authority) => (*amount, *authority),
                Touch::Spend { amount, authority, .. } => (Some(*amount), *authority),
                Touch::Freeze { .. } | Touch::Restore(_) | Touch::Abandon => continue,
            };
            let hold = &self.accounts[account].holds[id];
            if hold.expired {
                found.add(Group::Original, 0, Rejection::FreezeExpired);
            }
            if hold.remaining == 0 || amount.is_some_and(|amount| amount > hold.remaining) {
                found.add(Group::Original, 0, Rejection::FreezeExceeded);
            }
            if !hold.authority.is_empty() && hold.authority != authority {
                found.add(Group::Original, 0, Rejection::WrongAuthority);
            }
        }
    }

    pub(super) fn judge_states(
        &self,
        touches: &[(u64, u128, Touch)],
        legs: &[TxLeg],
        forced: bool,
        found: &mut Findings,
    ) {
        let mut refuse = |lets: (bool, bool), step| {
            if !lets.0 {
                found.add(Group::AccountState, step, Rejection::AccountState);
            } else if !lets.1 {
                found.add(Group::PaymentState, step, Rejection::PaymentState);
            }
        };
        for (id, hold, touch) in touches {
            let account = &self.accounts[id];
            refuse(touch_lets(account, account.holds.get(hold), touch), 0);
        }
        for leg in legs {
            let account = &self.accounts[&leg.account];
            if forced {
                refuse((account.state != 0, true), leg.step);
                continue;
            }
            let spent = touches
                .iter()
                .any(|(id, _, touch)| *id == leg.account && matches!(touch, Touch::Spend { .. }));
            if !(spent && account.natural(leg) < 0) {
                // A red entry counts as one on the opposite side.
                refuse(leg_lets(account, leg.debit == (leg.amount > 0)), leg.step);
            }
        }
    }

    pub(super) fn judge_funds(
        &self,
        touches: &[(u64, u128, Touch)],
        legs: &[TxLeg],
        date: u32,
        found: &mut Findings,
    ) {
        let mut nets = self.nets(legs);
        for (account, ..) in touches {
            if !nets.iter().any(|net| net.0 == *account) {
                nets.push((*account, 0, 0));
            }
        }
        for (id, net, step) in nets {
            let account = &self.accounts[&id];
            let change = net + freed(account, id, touches);
            if change < 0 && !account.spec.may_go_negative && account.available() + change < 0 {
                found.add(Group::Funds, step, Rejection::InsufficientFunds);
            }
            let spent =
                touches.iter().find(|(of, _, touch)| *of == id && matches!(touch, Touch::Spend { .. }));
            let spent = spent.map(|(_, hold, touch)| (&account.holds[hold], is_forced(touch)));
            if let Some((hold, forced)) = spent.filter(|_| net < 0 && !account.spec.may_go_negative) {
                // The holds that began before it have the money first, and the reserve; a force passes them by.
                let others = account.holds.values().filter(|other| other.since < hold.since);
                let others: i128 = others.map(|other| i128::from(other.remaining)).sum();
                let set_aside = if forced { 0 } else { others + i128::from(account.reserve) };
                let short = account.balance + net + i128::from(account.overdraft) < set_aside;
                if short && (hold.judicial || !forced) {
                    found.add(Group::Funds, step, Rejection::InsufficientFunds);
                }
            }
            let cap = account.credit_limit.map(i128::from);
            if net > 0 && cap.is_some_and(|cap| account.balance + net > cap) {
                found.add(Group::Limits, step, Rejection::LimitExceeded);
            }
            let debit = if account.spec.subject().debit_normal { net } else { -net };
            // An account's own limits are for its holder.
            if debit <= 0 || spent.is_some_and(|(hold, forced)| hold.judicial || forced) {
                continue;
            }
            if account.transaction_limit.is_some_and(|limit| debit > i128::from(limit)) {
                found.add(Group::Limits, step, Rejection::LimitExceeded);
            }
            let used = account.used.get(&date).copied().unwrap_or(0);
            if account.day_limit.is_some_and(|limit| used + debit > i128::from(limit)) {
                found.add(Group::Limits, step, Rejection::DayLimitExceeded);
            }
        }
    }

    /// The net natural effect on each account, with its first step, in that order.
    pub(super) fn nets(&self, legs: &[TxLeg]) -> Vec<(u64, i128, u16)> {
        let mut nets: Vec<(u64, i128, u16)> = Vec::new();
        for leg in legs {
            let natural = self.accounts[&leg.account].natural(leg);
            match nets.iter_mut().find(|net| net.0 == leg.account) {
                Some(net) => net.1 += natural,
                None => nets.push((leg.account, natural, leg.step)),
            }
        }
        nets
    }
}

fn is_forced(touch: &Touch) -> bool {
    matches!(touch, Touch::Spend { forced: true, .. })
}

/// What becomes available of an account; what is frozen more is negative.
fn freed(account: &Account, id: u64, touches: &[(u64, u128, Touch)]) -> i128 {
    let of_account = touches.iter().filter(|touch| touch.0 == id);
    let freed = of_account.map(|(_, hold, touch)| {
        let remaining = account.holds.get(hold).map_or(0, |hold| hold.remaining);
        i128::from(match touch {
            // A court may freeze more than there is: what comes in later too.
            Touch::Freeze { judicial: true, .. } => 0,
            Touch::Raise { .. } if account.holds[hold].judicial => 0,
            Touch::Freeze { amount, .. } | Touch::Raise { amount, .. } | Touch::Restore(amount) => -*amount,
            Touch::Release(amount, _) => amount.unwrap_or(remaining),
            Touch::Spend { amount, .. } => *amount,
            Touch::Abandon => remaining,
        })
    });
    freed.sum()
}

/// What account state and payment state let through of what is done to a hold.
fn touch_lets(account: &Account, hold: Option<&Hold>, touch: &Touch) -> (bool, bool) {
    let Touch::Spend { forced, .. } = touch else { return (account.state != 0, true) };
    match (account.state, account.payment) {
        (0, _) => (false, true),
        (1, 0 | 2) => (true, *forced),
        (1, _) => (true, true),
        (3, _) => (*forced, true),
        _ => (hold.is_some_and(|hold| hold.judicial), true),
    }
}

/// What account state and payment state let through of a leg.
pub(super) fn leg_lets(account: &Account, debit: bool) -> (bool, bool) {
    match (account.state, account.payment) {
        (0, _) => (false, true),
        (3 | 4, _) => (!debit, true),
        (_, 0) => (true, !debit),
        (_, 2) => (true, false),
        (_, 4) => (true, debit),
        _ => (true, true),
    }
}
