use std::collections::{BTreeMap, HashSet};

use longmen_engine::ledger::{Rejection, Side};

use super::*;

fn drawn(workload: Workload, customers: usize, count: usize) -> (Population, Request) {
    let plan = workload.plan(customers, 11);
    let mut request = Request::default();
    plan.stream(0).fill(&mut request, count);
    (plan.population, request)
}

#[test]
fn streams_are_the_same_for_the_same_seed_and_number() {
    for workload in [Workload::Transfers, Workload::Mix, Workload::Hot] {
        let draw = |seed, number| {
            let mut request = Request::default();
            workload.plan(200, seed).stream(number).fill(&mut request, 500);
            request
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
    }
}

#[test]
fn transactions_balance_with_ids_of_their_own_and_accounts_that_exist() {
    for workload in [Workload::Transfers, Workload::Mix, Workload::Hot] {
        let (population, request) = drawn(workload, 500, 20_000);
        let mut seen = HashSet::new();
        for (planned, legs) in request.iter() {
            assert_eq!(seen.insert(planned.id), !planned.again, "{planned:?}");
            assert!(planned.id != 0 && !legs.is_empty() && legs.len() <= 10);
            assert!(legs.iter().all(|leg| leg.amount > 0), "{legs:?}");
            assert!(legs.iter().all(|leg| (leg.account as usize) < population.accounts.len()));
            let net: i64 =
                legs.iter().map(|l| if l.side == Side::Debit { l.amount } else { -l.amount }).sum();
            assert_eq!(net == 0, planned.kind != Kind::CreditMemo, "{planned:?} {legs:?}");
        }
    }
}

#[test]
fn requests_are_filled_to_their_count_and_nothing_is_lost_between_them() {
    let plan = Workload::Mix.plan(100, 3);
    let mut whole = Request::default();
    plan.stream(0).fill(&mut whole, 3_000);
    let (mut stream, mut joined) = (plan.stream(0), Request::default());
    for count in [1, 2, 7, 64, 1].into_iter().cycle().take(200) {
        let mut request = Request::default();
        stream.fill(&mut request, count);
        assert_eq!(request.len(), count);
        (0..count).for_each(|index| joined.push_from(&request, index));
    }
    assert_eq!(joined.len(), 3_000);
    assert_eq!(joined, whole);
}

#[test]
fn the_mix_has_its_shares() {
    let (population, request) = drawn(Workload::Mix, 50_000, 400_000);
    let total = request.len() as f64;
    let share = |count: usize| 100.0 * count as f64 / total;
    let count = |test: &dyn Fn(&Planned, &[Leg]) -> bool| request.iter().filter(|(p, l)| test(p, l)).count();
    let touches = |number: &'static str| {
        let account = population.accounts.iter().position(|a| a.number == number).unwrap();
        share(count(&|_, legs| legs.iter().any(|leg| leg.account as usize == account)))
    };
    let check = |what: &str, found: f64, expect: f64, within: f64| {
        assert!((found - expect).abs() <= within, "{what}: {found} instead of {expect}");
    };
    let refused = |rejection| share(count(&|p, _| p.expect == Expect::Refused(rejection)));
    check("short of funds", refused(Rejection::InsufficientFunds), 2.0, 0.2);
    check("refused by state", refused(Rejection::PaymentState), 0.5, 0.1);
    check("cancelled", refused(Rejection::Cancelled), 0.2, 0.06);
    check("sent twice", share(count(&|p, _| p.again)), 1.0, 0.2);
    check("balance payments", share(count(&|p, _| p.kind == Kind::BalancePayment)), 26.0 / 1.085, 1.0);
    check("fee income", touches("fee-income"), 59.0, 2.0);
    check("the busiest channel", touches("channel-0-clearing"), 9.0, 2.0);
    check("the biggest merchant", touches("M0"), 6.0, 2.0);
    check("legs", 100.0 * request.leg_count() as f64 / total / 100.0, 3.2, 0.15);
    let internal = population.accounts.iter().filter(|a| a.may_go_negative || a.number.len() > 6).count();
    check("internal accounts", internal as f64, 500.0, 10.0);
}

#[test]
fn the_hot_workload_has_its_merchant_in_every_transaction() {
    let (population, request) = drawn(Workload::Hot, 100, 10_000);
    let mut sides = BTreeMap::new();
    for (_, legs) in request.iter() {
        let leg = legs.iter().find(|leg| leg.account == 1).unwrap();
        *sides.entry(leg.side.name()).or_insert(0) += 1;
    }
    assert!(population.accounts[1].hot);
    assert!((100..400).contains(&sides["debit"]), "{sides:?}");
}
