//! Weeks of payouts made at random, in a channel's files of money and in a bank's statements of both formats: what is found is what was
//! planted, settlement by settlement and line by line.

mod camt053;
mod fundflow;
mod mt940;
mod weeks;

use std::collections::BTreeMap;
use std::io::Cursor;

use longmen_channel_files::{Expected, MoneyFormat, MoneyLine, MoneyStatement, read_money};
use longmen_reconciliation::money::{
    BankLine, ChannelWord, Class, Compared, Rules, Settlement, StatementHead, gaps, match_money,
};
use longmen_reconciliation::{Calendar, SettlementRule};

use weeks::{Group, Weeks};

const SEEDS: u64 = 200;

#[test]
fn payouts_in_camt053() {
    check(MoneyFormat::Camt053, camt053::statement);
}

#[test]
fn payouts_in_mt940() {
    check(MoneyFormat::Mt940, mt940::statement);
}

fn check(format: MoneyFormat, statement: fn(&weeks::Statement) -> String) {
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    let mut shapes: BTreeMap<(Class, usize, usize), usize> = BTreeMap::new();
    for seed in 0..SEEDS {
        let weeks = Weeks::random(seed);
        let calendar = Calendar::of([2024, 2025]);
        let settlements = weeks.days.iter().flat_map(|day| settlements(&calendar, &fundflow::file(day)));
        let (mut lines, mut heads) = (Vec::new(), Vec::new());
        for (number, one) in weeks.statements.iter().enumerate() {
            let (head, of_statement) = read(format, &statement(one));
            heads.extend(StatementHead::of(&number.to_string(), &head));
            lines.extend(of_statement.iter().map(|line| BankLine::of(number, line)));
        }
        assert_eq!((heads.len(), gaps(heads).len()), (weeks.statements.len(), 0), "seed {seed}");
        let words = [ChannelWord { channel: "wechat".into(), word: "TENPAY".into() }];
        let rules = Rules { calendar: &calendar, as_of: weeks.as_of, within: 3, words: &words };
        let compared = match_money(&rules, settlements.collect(), lines).unwrap();
        assert_eq!(groups(&compared), weeks.groups, "seed {seed}");
        for group in weeks.groups {
            *classes.entry(group.class).or_default() += 1;
            *shapes.entry((group.class, group.payouts.len(), group.lines.len())).or_default() += 1;
        }
    }
    assert_eq!(classes.len(), 6, "each class was planted: {classes:?}");
    assert!(shapes.contains_key(&(Class::Matched, 3, 1)), "a weekend in one line: {shapes:?}");
    assert!(shapes.contains_key(&(Class::Matched, 1, 3)), "a payout in three lines: {shapes:?}");
}

/// What a channel paid out by its own file of money, as `longmen reconcile-money --payouts` takes it.
fn settlements(calendar: &Calendar, file: &str) -> Vec<Settlement> {
    let rule: SettlementRule = "t+1".parse().unwrap();
    let (_, lines) = read(MoneyFormat::WechatFundflow, file);
    let payouts = lines.into_iter().filter(|line| line.kind.contains("提现"));
    payouts
        .map(|line| Settlement {
            due: rule.due(line.booked, calendar).unwrap(),
            bill_date: line.booked,
            channel: "wechat".into(),
            reference: line.merchant_number,
            net: -i128::from(line.amount.0),
            place: format!("line {}", line.line).into(),
        })
        .collect()
}

fn read(format: MoneyFormat, file: &str) -> (MoneyStatement, Vec<MoneyLine>) {
    let mut lines = Vec::new();
    let mut take = |line| lines.push(line);
    let read = read_money(format, &mut Cursor::new(file), &Expected::default(), &mut take);
    (read.unwrap_or_else(|refusal| panic!("{}: {refusal}\n{file}", format.name())), lines)
}

/// What was found, as it was planted.
fn groups(compared: &Compared) -> Vec<Group> {
    let mut groups: Vec<Group> = compared
        .findings
        .iter()
        .map(|finding| {
            assert!(finding.is_searched);
            let mut payouts: Vec<_> =
                finding.settlements.iter().map(|one| one.reference.to_string()).collect();
            let mut lines: Vec<_> =
                finding.lines.iter().map(|line| (line.number.to_string(), line.amount)).collect();
            payouts.sort();
            lines.sort();
            Group { class: finding.class, payouts, lines, explains: finding.explains }
        })
        .collect();
    groups.sort();
    groups
}
