use super::*;
use crate::ids::TransactionId;

#[test]
fn records_come_back_as_written() {
    let opening = SubjectOpening {
        code: "220301".into(),
        name: "预收账款".into(),
        class: SubjectClass::Liability,
        normal: Side::Credit,
        leaf: true,
        valid_from: None,
        valid_to: Date::parse("2030-12-31"),
        tenor: "current".into(),
        party: "".into(),
        purpose: "充值".into(),
    };
    let date = Date::parse("2018-05-01").unwrap();
    let key = TransactionKey { client: ClientId(3), id: TransactionId(1 << 100) };
    let mut state = OriginalState::default();
    state.refund(AccountId(4), -50);
    state.refund_gross(50);
    let entity = |id, code: &str, month| Admin::Entity {
        id: EntityId(id),
        code: code.into(),
        start: date,
        year_starts: YearStart::from_month(month).unwrap(),
    };
    let records = [
        Admin::Client { id: ClientId(1), name: "switch".into() },
        entity(0, "LM", 1),
        entity(1, "UK", 4),
        // Eight bytes of fields: nothing is left for the month but a slot of its own.
        entity(2, "AU", 12),
        entity(3, "US-4", 10),
        Admin::Subject { id: SubjectId(9), entity: EntityId(0), opening },
        Admin::DateClosed { entity: EntityId(0), closed: date, next: date.next() },
        Admin::LineClosed { line: LineId(3), date, opening: -(1 << 80), debit: 4, credit: -5 },
        Admin::Closing { entity: EntityId(1), date, frame: 99 },
        Admin::Customer { entity: EntityId(0), account: AccountId(7), customer: "C-1".into() },
        Admin::Mapping { entity: EntityId(0), subject: SubjectId(9), from: date, kind: "cash".into() },
        Admin::BookingMode {
            entity: EntityId(1),
            mode: BookingMode::SingleDouble,
            from: date,
            kind: "top_up".into(),
        },
        Admin::FeeRules { entity: EntityId(1), from: date, file: "[[rule]]".into() },
        Admin::Undone(key, state),
        Admin::Registered {
            client: ClientId(1),
            command: "close_day".into(),
            about: "LM".into(),
            notes: vec![1, 2].into(),
        },
        Admin::Rules { version: 1 },
        Admin::Access { digest: "ab".repeat(32).into() },
    ];
    let mut bytes = Vec::new();
    records.iter().for_each(|record| record.write(&mut bytes));
    assert_eq!(admin_records(&bytes).collect::<Option<Vec<_>>>().unwrap(), records);
    for cut in 0..bytes.len() {
        assert!(admin_records(&bytes[..cut]).take_while(Option::is_some).count() < records.len());
    }
}
