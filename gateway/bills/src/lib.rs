//! Credit bills (账单): what was spent on credit in a cycle, stated, due, paid and, where it is not, late. Pure: movements of closed
//! dates come in; bills, where each repayment went, and what is to be posted come out.
//!
//! An account's bills ([`AccountBills`]) are folded from its movements one closed date at a time by a [`Plan`], which stands in a file
//! of [`Settings`]. A bill takes what was charged by **accounting date** (会计日), so that the bills are the account's balance at the
//! statement date, and [`AccountBills::disagreements`] says where they are not. Late interest goes by **value date** (起息日): a
//! payment that is booked late is not late.
//!
//! Late interest is overdue amount times days times rate, a whole number of 10^-12 of a minor unit, rounded once over all days: what a
//! day accrues is what the rounded sum has become more. 30 days of 0.125 are 3.75, where 30 times 0.13 would be 3.90.
//!
//! ```
//! use longmen_bills::{AccountBills, BillState, Effect, Movement, Part, Settings};
//! use longmen_ledger::{Amount, Currency, Date};
//!
//! let settings = Settings::parse(r#"
//!     [kinds]
//!     credit_spend = "spend"
//!     credit_repay = "repayment"
//!     [plans.p]
//!     cycle = { statement = 5, due = { day = 25 }, grace = 0 }
//!     minimum = { percent = "10%", floor = { CNY = "10.00" }, rounding = "half_up" }
//!     repayment = { order = ["fee", "interest", "principal"], first = "part" }
//!     late = { rate = "0.05%", on = "principal", rounding = "half_up" }
//! "#).unwrap();
//! let plan = settings.plan("p").unwrap();
//! let day = |text| Date::parse(text).unwrap();
//!
//! let cny = Currency::from_code("CNY").unwrap();
//! let mut bills = AccountBills::open(cny, day("2024-04-06"), Amount(0)).unwrap();
//! while bills.next_date() <= day("2024-05-26") {
//!     let date = bills.next_date();
//!     let movement = |amount, effect| Movement { id: "t".into(), date, value: date, amount: Amount(amount), effect };
//!     let movements = match &*date.to_string() {
//!         "2024-04-10" => vec![movement(300_00, Effect::Charge(Part::Principal))],
//!         "2024-05-20" => vec![movement(50_00, Effect::Repayment)],
//!         _ => vec![],
//!     };
//!     bills = bills.close(plan, "LM/U1/CNY", date, &movements).unwrap().0;
//! }
//! let bill = bills.bill(day("2024-05-05")).unwrap();
//! assert_eq!((bill.stated().unwrap().total, bill.stated().unwrap().minimum), (300_00, 30_00));
//! assert_eq!(bill.state(day("2024-05-26")), Ok(BillState::Overdue));
//! assert_eq!(bill.open(), Ok(250_00));
//! assert_eq!(bill.late_interest(day("2024-06-24")), Ok(3_75));
//! ```

mod account;
mod agreement;
mod allocation;
mod amounts;
mod assignment;
mod bill;
mod charges;
mod cycle;
mod explain;
mod late_terms;
mod movement;
mod part;
mod plan;
mod posting;
mod rate;
mod refusal;
mod repayment_order;
mod rounding;
mod settings;
mod stored;
mod withholding;

pub use account::{AccountBills, Change, Day};
pub use agreement::{Disagreement, disagreements};
pub use allocation::{Allocation, Target};
pub use assignment::{Assigned, Assignment, PayerAccount, Reserve};
pub use bill::{Bill, BillState, Settlement, Stated};
pub use charges::Charges;
pub use cycle::Cycle;
pub use explain::{Explanation, LateRow, Row, RowEntry};
pub use late_terms::{LateBase, LateSpan, LateTerms};
pub use longmen_toml_file::TomlFault;
pub use movement::{Effect, Movement, MovementKind, Original};
pub use part::Part;
pub use plan::Plan;
pub use posting::{Key, Posting, PostingKind, Role};
pub use rate::{Rate, RateError};
pub use refusal::Refusal;
pub use rounding::Rounding;
pub use settings::Settings;
pub use withholding::{Payer, ReserveFor, Withholding};
