//! Opening accounts and changing what they are.

use longmen_engine::ledger::Rejection;

use super::{Account, Naive};
use crate::script::{Ask, NewLimits, Said};

impl Naive {
    pub(super) fn open(&mut self, from: u64, to: u64) -> Vec<Result<(u64, bool), Rejection>> {
        let mut opened = Vec::new();
        for id in from..=to {
            let existed = self.accounts.contains_key(&id);
            let spec = self.chart[id as usize - 1];
            let date = self.dates[spec.entity];
            let mapped = self.mappings.range((spec.entity, 0)..=(spec.entity, date)).next_back();
            let subject = if spec.mapped { mapped.map(|(_, subject)| *subject) } else { Some(spec.subject) };
            opened.push(match subject {
                _ if existed => Ok((id, true)),
                None => Err(Rejection::UnknownSubject),
                Some(subject) => {
                    self.accounts.insert(id, Account::new(spec, subject));
                    Ok((id, false))
                }
            });
        }
        opened
    }

    pub(super) fn map_type(
        &mut self,
        entity: usize,
        subject: &'static str,
        from: u32,
    ) -> Result<(), Rejection> {
        let found = self.subject(entity, subject).ok_or(Rejection::UnknownSubject)?;
        if !found.leaf {
            return Err(Rejection::NotLeaf);
        }
        if from < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        self.mappings.insert((entity, from), subject);
        Ok(())
    }

    /// A change that expects the account's newest record to be the one that it is, or another.
    pub(super) fn expecting(&mut self, current: bool, change: &Ask) -> Said {
        if current {
            return self.ask(change);
        }
        match self.clone().ask(change) {
            Said::Rejected(earlier) if earlier.group() < Rejection::VersionConflict.group() => {
                Said::Rejected(earlier)
            }
            _ => Said::Rejected(Rejection::VersionConflict),
        }
    }

    pub(super) fn set_state(
        &mut self,
        id: u64,
        state: Option<u8>,
        payment: Option<u8>,
    ) -> Result<(), Rejection> {
        let account = self.changeable(id)?;
        let is_empty = account.balance == 0 && account.frozen() == 0 && account.reserve == 0;
        if state == Some(0) && !is_empty {
            return Err(Rejection::NotEmpty);
        }
        account.state = state.unwrap_or(account.state);
        account.payment = payment.unwrap_or(account.payment);
        Ok(())
    }

    pub(super) fn set_hot(&mut self, id: u64, hot: bool) -> Result<(), Rejection> {
        if self.accounts.contains_key(&id) && self.hot.contains(&id) == hot {
            return Ok(());
        }
        let account = self.changeable(id)?;
        // Limits per transaction and day are judged, and counted, leg by leg.
        if hot && account.has_limits() {
            return Err(Rejection::LimitExceeded);
        }
        if hot {
            account.taken_off = None;
        }
        if hot {
            self.hot.insert(id)
        } else {
            self.hot.remove(&id)
        };
        Ok(())
    }

    pub(super) fn set_reserve(&mut self, id: u64, amount: i64) -> Result<(), Rejection> {
        if amount < 0 {
            return Err(Rejection::InvalidAmount);
        }
        self.refuse_memo(id)?;
        let account = self.changeable(id)?;
        covered(account, i128::from(amount) - i128::from(account.reserve))?;
        account.reserve = amount;
        Ok(())
    }

    pub(super) fn set_limits(&mut self, id: u64, limits: &NewLimits) -> Result<(), Rejection> {
        let NewLimits { overdraft, credit, transaction, day } = *limits;
        if [overdraft, credit.flatten(), transaction.flatten(), day.flatten()]
            .iter()
            .flatten()
            .any(|a| *a < 0)
        {
            return Err(Rejection::InvalidAmount);
        }
        self.refuse_memo(id)?;
        let date = self.accounts.get(&id).map_or(0, |account| self.dates[account.spec.entity]);
        let account = self.changeable(id)?;
        let had_limits = account.has_limits();
        let overdraft = overdraft.unwrap_or(account.overdraft);
        covered(account, i128::from(account.overdraft) - i128::from(overdraft))?;
        account.overdraft = overdraft;
        account.credit_limit = credit.unwrap_or(account.credit_limit);
        account.transaction_limit = transaction.unwrap_or(account.transaction_limit);
        account.day_limit = day.unwrap_or(account.day_limit);
        let counted = account.taken_off.is_some_and(|off| account.turnover.keys().all(|day| *day <= off));
        if !had_limits && account.has_limits() && !counted {
            // Nobody counted: the debits of the date are taken for what was used, or what was when somebody did.
            let (debits, _) = account.turnover.get(&date).copied().unwrap_or_default();
            let used = account.used.get(&date).copied().unwrap_or_default();
            account.used = [(date, debits.max(used).max(0))].into();
        }
        if account.has_limits() {
            account.taken_off = None;
        } else if had_limits {
            account.taken_off = Some(date);
        }
        if account.has_limits() {
            self.hot.remove(&id);
        }
        Ok(())
    }

    /// What is only noted has neither limits nor a reserve.
    fn refuse_memo(&self, id: u64) -> Result<(), Rejection> {
        if self.is_memo(id) { Err(Rejection::WrongClass) } else { Ok(()) }
    }

    /// An account that is there and not closed.
    fn changeable(&mut self, id: u64) -> Result<&mut Account, Rejection> {
        let account = self.accounts.get_mut(&id).ok_or(Rejection::UnknownAccount)?;
        if account.state == 0 { Err(Rejection::AccountState) } else { Ok(account) }
    }
}

/// Whether an account can do with so much less available.
fn covered(account: &Account, less: i128) -> Result<(), Rejection> {
    let short = less > 0 && !account.spec.may_go_negative && account.available() < less;
    if short { Err(Rejection::InsufficientFunds) } else { Ok(()) }
}
