//! The house of the payment mix: its chart of accounts and who has accounts in it.

use longmen_engine::ledger::{Owner, Side, SubjectClass};

use crate::plan::population::{Population, SubjectPlan};

/// The accounts of the house and its customers, as indices into the population.
pub(super) struct House {
    pub(super) bank: u32,
    pub(super) fee_income: u32,
    pub(super) escrow: u32,
    pub(super) red_packets: u32,
    pub(super) fee_expense: u32,
    pub(super) lender: u32,
    pub(super) settlement: u32,
    pub(super) credit_memo: u32,
    pub(super) channels: Vec<Channel>,
    /// Customers who pay and receive, the most active first.
    pub(super) active: Vec<u32>,
    /// Loan accounts of the most active customers.
    pub(super) loans: Vec<u32>,
    /// Customers with nothing on their accounts, who never receive anything.
    pub(super) poor: Vec<u32>,
    /// Customers who have funds and may not pay.
    pub(super) stopped: Vec<u32>,
    /// Merchants, the biggest first.
    pub(super) merchants: Vec<u32>,
}

/// The accounts of one payment channel (渠道).
pub(super) struct Channel {
    pub(super) clearing: u32,
    pub(super) cost: u32,
    pub(super) payable: u32,
    pub(super) fee_payable: u32,
}

const fn subject(code: &'static str, name: &'static str, class: SubjectClass, normal: Side) -> SubjectPlan {
    SubjectPlan { code, name, class, normal }
}

const LOANS: usize = 1;
const CUSTOMERS: usize = 2;
const MERCHANTS: usize = 3;
const ESCROW: usize = 4;
const LENDERS: usize = 5;
const CHANNEL_PAYABLE: usize = 6;
const RED_PACKETS: usize = 7;
const SETTLEMENT: usize = 8;
const CHANNEL_CLEARING: usize = 9;
const FEE_INCOME: usize = 10;
const FEE_EXPENSE: usize = 11;
const CHANNEL_COST: usize = 12;
const CREDIT_MEMO: usize = 13;

const SUBJECTS: [SubjectPlan; 14] = {
    use Side::{Credit, Debit};
    use SubjectClass::{Asset, Common, Expense, Income, Liability, OffBalance};
    [
        subject("10020101", "银行存款-客户备付金存管户", Asset, Debit),
        subject("130301", "贷款-消费信贷本金", Asset, Debit),
        subject("220301", "预收账款-平台充值-用户充值", Liability, Credit),
        subject("220302", "应付商户款-待结算", Liability, Credit),
        subject("220303", "应付商户款-担保交易", Liability, Credit),
        subject("22410501", "其他应付款-代扣贷款机构", Liability, Credit),
        subject("22410605", "其他应付款-渠道手续费", Liability, Credit),
        subject("22410702", "其他应付款-红包待领取", Liability, Credit),
        subject("22410801", "其他应付款-商户结算在途", Liability, Credit),
        subject("30010404", "清算资金往来-银联跨行转账", Common, Debit),
        subject("602101", "手续费及佣金收入-商户手续费", Income, Credit),
        subject("642101", "手续费及佣金支出-充值补贴", Expense, Debit),
        subject("642107", "手续费及佣金支出-渠道成本", Expense, Debit),
        subject("71010201", "已使用授信额度", OffBalance, Debit),
    ]
};

/// Channels: with four accounts each and the house's own they make some 500 internal accounts.
const CHANNELS: usize = 123;
/// What customers and merchants start with. The most active of 50,000 customers pays about 0.3 % of all
/// transactions, 300.00 on average: enough for 100 million transactions.
const FUNDING: i64 = 100_000_000_000;
/// What the house's accounts that may not go negative start with.
const HOUSE_FUNDING: i64 = 1_000 * FUNDING;

/// A population with `customers` customers (60 % of them dormant, some with nothing, some stopped), two merchants to
/// five customers, and the house's own accounts.
pub(super) fn open(customers: usize) -> (Population, House) {
    let mut population = Population::new(&SUBJECTS);
    let customers = customers.max(100);
    let funded = |population: &mut Population, account: u32, funding: i64| {
        let plan = population.account(account);
        (plan.funding, plan.may_go_negative) = (funding, false);
    };
    let mut internal = |number: &str, subject, hot| {
        let account = population.open(number, subject, Owner::Internal);
        population.account(account).hot = hot;
        account
    };
    let house = House {
        bank: 0,
        fee_income: internal("fee-income", FEE_INCOME, true),
        escrow: internal("escrow", ESCROW, true),
        red_packets: internal("red-packets", RED_PACKETS, false),
        fee_expense: internal("fee-expense", FEE_EXPENSE, true),
        lender: internal("lender", LENDERS, false),
        settlement: internal("settlement", SETTLEMENT, false),
        credit_memo: internal("credit-used", CREDIT_MEMO, true),
        channels: channels(&mut population),
        active: people(&mut population, "U", customers * 2 / 5, CUSTOMERS, Owner::Customer),
        loans: Vec::new(),
        poor: people(&mut population, "P", customers / 100, CUSTOMERS, Owner::Customer),
        stopped: people(&mut population, "S", customers / 200, CUSTOMERS, Owner::Customer),
        merchants: people(&mut population, "M", customers * 2 / 5, MERCHANTS, Owner::Merchant),
    };
    for account in [house.escrow, house.red_packets, house.settlement] {
        funded(&mut population, account, HOUSE_FUNDING);
    }
    for &account in house.active.iter().chain(&house.stopped).chain(&house.merchants) {
        funded(&mut population, account, FUNDING);
    }
    for &account in &house.stopped {
        population.account(account).receives_only = true;
    }
    for &account in &house.merchants[..house.merchants.len().min(3)] {
        population.account(account).hot = true;
    }
    let loans = people(&mut population, "L", house.active.len() / 4, LOANS, Owner::Customer);
    for &account in &loans {
        population.account(account).may_go_negative = false;
    }
    people(&mut population, "D", customers * 3 / 5, CUSTOMERS, Owner::Customer);
    (population, House { loans, ..house })
}

fn people(population: &mut Population, letter: &str, count: usize, subject: usize, owner: Owner) -> Vec<u32> {
    (0..count.max(1)).map(|number| population.open(format!("{letter}{number}"), subject, owner)).collect()
}

/// The channels; what the busiest one posts to is hot.
fn channels(population: &mut Population) -> Vec<Channel> {
    let mut open = |number: usize, letter: &str, subject| {
        let account = population.open(format!("channel-{number}-{letter}"), subject, Owner::Internal);
        population.account(account).hot = number == 0;
        account
    };
    let channel = |number| Channel {
        clearing: open(number, "clearing", CHANNEL_CLEARING),
        cost: open(number, "cost", CHANNEL_COST),
        payable: open(number, "payable", CHANNEL_PAYABLE),
        fee_payable: open(number, "fee-payable", CHANNEL_PAYABLE),
    };
    (0..CHANNELS).map(channel).collect()
}
