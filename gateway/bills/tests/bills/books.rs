//! A plan, and an account that is played day by day.

use std::collections::BTreeMap;

use longmen_bills::{AccountBills, Day, Effect, Movement, MovementKind, Original, Part, Plan, Settings};
use longmen_ledger::{Amount, Currency, Date};

pub(crate) const ACCOUNT: &str = "LM/U1/CNY";

/// The settings of FINANCE: statement on the 5th, due on the 25th, 10 %, 0.05 % a day.
pub(crate) const PLAN: &str = r#"
[kinds]
credit_spend = "spend"

[plans.p.cycle]
statement = 5
due = { day = 25 }
grace = 0

[plans.p.minimum]
percent = "10%"
floor = { CNY = "10.00", JPY = "100" }
rounding = "half_up"

[plans.p.repayment]
order = ["fee", "interest", "principal"]
first = "part"

[plans.p.late]
rate = "0.05%"
on = "principal"
rounding = "half_up"
"#;

pub(crate) fn plan(text: &str) -> Plan {
    Settings::parse(text).unwrap().plan("p").unwrap().clone()
}

/// [`PLAN`] with one text in place of another.
pub(crate) fn plan_with(changes: &[(&str, &str)]) -> Plan {
    let mut text = PLAN.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    plan(&text)
}

pub(crate) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(crate) fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

/// An account whose days are played one by one.
pub(crate) struct Books {
    pub(crate) plan: Plan,
    pub(crate) bills: AccountBills,
    pub(crate) days: BTreeMap<Date, Day>,
    movements: BTreeMap<Date, Vec<Movement>>,
}

impl Books {
    pub(crate) fn new(plan: Plan, first: &str) -> Books {
        Books {
            plan,
            bills: AccountBills::open(cny(), day(first), Amount(0)).unwrap(),
            days: BTreeMap::new(),
            movements: BTreeMap::new(),
        }
    }

    pub(crate) fn movement(
        &mut self,
        date: &str,
        value: &str,
        id: &str,
        amount: i64,
        effect: Effect,
    ) -> &mut Books {
        let (date, value) = (day(date), day(value));
        let movement = Movement { id: id.into(), date, value, amount: Amount(amount), effect };
        self.movements.entry(date).or_default().push(movement);
        self
    }

    pub(crate) fn charge(&mut self, date: &str, part: Part, amount: i64) -> &mut Books {
        self.movement(date, date, "charge", amount, Effect::Charge(part))
    }

    pub(crate) fn repay(&mut self, date: &str, id: &str, amount: i64) -> &mut Books {
        self.movement(date, date, id, amount, Effect::Repayment)
    }

    pub(crate) fn close_to(&mut self, last: &str) -> &mut Books {
        while self.bills.next_date() <= day(last) {
            let date = self.bills.next_date();
            let movements = self.movements.remove(&date).unwrap_or_default();
            let (after, told) = self.bills.close(&self.plan, ACCOUNT, date, &movements).unwrap();
            self.bills = after;
            self.days.insert(date, told);
        }
        self
    }

    /// The postings of all days, as `kind date amount`.
    pub(crate) fn postings(&self) -> Vec<String> {
        let all = self.days.iter().flat_map(|(date, told)| told.postings.iter().map(move |one| (date, one)));
        all.map(|(date, one)| format!("{} {date} {}", one.kind.name(), one.amount.0)).collect()
    }
}

pub(crate) fn original(id: &str, date: &str, kind: MovementKind) -> Original {
    Original { id: id.into(), date: day(date), kind }
}
