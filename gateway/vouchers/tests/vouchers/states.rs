//! Where a voucher stands.

use longmen_vouchers::*;

/// Each state after each event, by name; an error by its code.
#[test]
fn states_follow_each_other_or_say_why_not() {
    enum Event {
        File(&'static str),
        Number(&'static str),
        Reason(&'static str),
    }
    use Event::{File, Number, Reason};
    #[track_caller]
    fn check(events: &[Event], expect: Result<&str, &str>) {
        let after = events.iter().try_fold(State::Made, |state, event| match event {
            File(digest) => state.exported(digest),
            Number(number) => state.answered(&Outcome::Accepted { number: (*number).into() }),
            Reason(reason) => state.answered(&Outcome::Rejected { reason: (*reason).into() }),
        });
        let said = after.map(|state| serde_json::to_string(&state).unwrap());
        assert_eq!(said.as_deref().map_err(StateError::code), expect);
    }
    let exported = r#"{"state":"exported","file":"f1"}"#;
    let accepted = r#"{"state":"accepted","file":"f1","number":"9"}"#;
    let rejected = r#"{"state":"rejected","file":"f1","reason":"no"}"#;
    check(&[], Ok(r#"{"state":"made"}"#));
    check(&[File("f1")], Ok(exported));
    check(&[File("f1"), File("f1")], Ok(exported));
    check(&[File("f1"), File("f2")], Err("other_bytes"));
    check(&[Number("9")], Err("not_exported"));
    check(&[Reason("no")], Err("not_exported"));
    check(&[File("f1"), Number("9")], Ok(accepted));
    check(&[File("f1"), Number("9"), Number("9")], Ok(accepted));
    check(&[File("f1"), Number("9"), File("f1")], Ok(accepted));
    check(&[File("f1"), Number("9"), File("f2")], Err("other_bytes"));
    check(&[File("f1"), Number("9"), Number("10")], Err("other_answer"));
    check(&[File("f1"), Number("9"), Reason("no")], Err("other_answer"));
    check(&[File("f1"), Reason("no")], Ok(rejected));
    check(&[File("f1"), Reason("why"), Reason("no")], Ok(rejected));
    check(&[File("f1"), Reason("no"), File("f2")], Ok(r#"{"state":"exported","file":"f2"}"#));
    check(&[File("f1"), Reason("no"), Number("9")], Ok(accepted));
}
