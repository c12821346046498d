//! Files of rules, as the ledger asks them.

use std::sync::Arc;

use longmen_ledger::{
    Amount, Rejection, Tariff, TariffAccount, TariffAsked, TariffLeg, TariffRole, Tariffed, Tariffs,
};

use crate::leg::FeeLeg;
use crate::refusal::FeeRefusal;
use crate::rule::{PAYER, Rule};
use crate::rule_file::{Asked, RuleFile};

/// Reads files of rules for a ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeTariffs;

impl Tariffs for FeeTariffs {
    fn read(&self, file: &str) -> Option<Arc<dyn Tariff>> {
        let file = RuleFile::parse(file).ok()?;
        file.check_accounts().ok()?;
        Some(Arc::new(file))
    }
}

impl Tariff for RuleFile {
    fn accounts(&self) -> Vec<TariffAccount> {
        self.accounts.iter().cloned().collect()
    }

    fn charge(&self, asked: &TariffAsked<'_>) -> Result<Tariffed, Rejection> {
        let &TariffAsked { kind, channel, merchant, currency, date, amount } = asked;
        let asked = Asked { kind, channel, merchant, currency, date };
        let rule = self.rule(&asked).map_err(refused)?;
        let place = self.rules().iter().position(|other| std::ptr::eq(other, rule));
        self.made(place.expect("it is one of the rules"), rule, amount)
    }

    fn charge_by(&self, rule: u32, amount: Amount) -> Result<Tariffed, Rejection> {
        let place = usize::try_from(rule).map_err(|_| Rejection::NoRule)?;
        let rule = self.rules().get(place).ok_or(Rejection::NoRule)?;
        self.made(place, rule, amount)
    }

    fn refund_by(
        &self,
        rule: u32,
        amount: Amount,
        refund: Amount,
        before: Amount,
    ) -> Result<Vec<TariffLeg>, Rejection> {
        let place = usize::try_from(rule).map_err(|_| Rejection::NoRule)?;
        let rule = self.rules().get(place).ok_or(Rejection::NoRule)?;
        let refund = rule.payment(amount).and_then(|payment| payment.refund(refund, before));
        Ok(refund.map_err(refused)?.legs().map(|leg| self.leg(rule, leg)).collect())
    }
}

impl RuleFile {
    fn made(&self, place: usize, rule: &Rule, amount: Amount) -> Result<Tariffed, Rejection> {
        let payment = rule.payment(amount).map_err(refused)?;
        let mut parties: Vec<Box<str>> = vec![PAYER.into()];
        for role in rule.receivers() {
            let given = self.accounts.get(role, rule.currency()).is_some();
            if !given && !parties.iter().any(|party| **party == *role) {
                parties.push(role.into());
            }
        }
        Ok(Tariffed {
            rule: u32::try_from(place).expect("a file has far fewer rules"),
            name: rule.name().into(),
            legs: payment.legs().map(|leg| self.leg(rule, leg)).collect(),
            parties,
        })
    }

    fn leg(&self, rule: &Rule, leg: FeeLeg<'_>) -> TariffLeg {
        let who = match self.accounts.get(leg.account, rule.currency()) {
            Some(account) => TariffRole::Account(account.clone()),
            None => TariffRole::Party(leg.account.into()),
        };
        TariffLeg { who, side: leg.side, amount: leg.amount }
    }
}

fn refused(refusal: FeeRefusal) -> Rejection {
    match refusal {
        FeeRefusal::NoRule => Rejection::NoRule,
        FeeRefusal::NotPositive | FeeRefusal::TooLarge => Rejection::InvalidAmount,
        FeeRefusal::FeeAboveAmount { .. } => Rejection::FeeAboveAmount,
        FeeRefusal::RefundAboveAmount { .. } => Rejection::RefundExceeded,
    }
}
