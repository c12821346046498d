//! What accounting systems answer.

use longmen_vouchers::*;

/// Answers for people: `key: number 9`, `key: reason`.
fn show(answers: Result<Vec<Acknowledged>, AcknowledgementError>) -> Result<Vec<String>, String> {
    let one = |answer: &Acknowledged| match &answer.outcome {
        Outcome::Accepted { number } => format!("{}: number {number}", answer.source_key),
        Outcome::Rejected { reason } => format!("{}: {reason}", answer.source_key),
    };
    answers.map(|answers| answers.iter().map(one).collect()).map_err(|error| error.to_string())
}

#[test]
fn a_csv_of_answers_is_read_whole_or_not_at_all() {
    #[track_caller]
    fn check(text: &str, expect: Result<&[&str], &str>) {
        let read = show(read_acknowledgements(text.as_bytes()));
        assert_eq!(
            read,
            expect.map(|all| all.iter().map(ToString::to_string).collect()).map_err(String::from),
            "{text}"
        );
    }
    let key = "LM|2024-06-18|day|1";
    let two = format!("source_key,number,reason\n{key},记-0007\nLM|2024-06-18|day|2,,科目 9 不存在\n");
    let expect = ["LM|2024-06-18|day|1: number 记-0007", "LM|2024-06-18|day|2: 科目 9 不存在"];
    check(&two, Ok(&expect));
    check(&two.replace('\n', "\r\n"), Ok(&expect));
    check(&format!("\u{feff}{two}"), Ok(&expect));
    check("source_key,number,reason\n", Ok(&[]));
    check("source_key,number,reason\nk, 7 ,\n", Ok(&["k: number 7"]));
    check("", Err("the header is \"\", and has to be source_key,number,reason"));
    check(
        "key,number,reason\n",
        Err("the header is \"key,number,reason\", and has to be source_key,number,reason"),
    );
    check("source_key,number,reason\n,7,\n", Err("line 2: no source key"));
    check("source_key,number,reason\nk,,\n", Err("line 2: neither a number nor a reason"));
    check("source_key,number,reason\nk\n", Err("line 2: neither a number nor a reason"));
    check("source_key,number,reason\nk,7,no\n", Err("line 2: a number and a reason"));
    check("source_key,number,reason\nk,7,,x\n", Err("line 2: more than three columns"));
    check("source_key,number,reason\nk,7,\nk,8,\n", Err("there are two answers about k"));
    assert!(read_acknowledgements(&b"source_key,number,reason\nk,\xff,\n"[..]).is_err());
}

#[test]
fn an_answer_of_kingdee_is_read_whole_or_not_at_all() {
    #[track_caller]
    fn check(status: &str, expect: Result<&[&str], &str>) {
        let text = format!("{{\"Result\":{{\"ResponseStatus\":{status}}}}}");
        let read = show(read_kingdee_answer(&["k1".into(), "k2".into()], &text));
        assert_eq!(
            read,
            expect.map(|all| all.iter().map(ToString::to_string).collect()).map_err(String::from),
            "{text}"
        );
    }
    check(
        r#"{"IsSuccess":true,"Errors":[],"SuccessEntitys":[{"Id":100023,"Number":"记-7","DIndex":0}],"SuccessMessages":[],"MsgCode":0}"#,
        Ok(&["k1: number 记-7"]),
    );
    check(
        r#"{"IsSuccess":false,"ErrorCode":500,"Errors":[{"FieldName":"FACCOUNTID","Message":"科目不存在","DIndex":1},{"FieldName":null,"Message":"第二","DIndex":1}],"SuccessEntitys":[{"Id":1,"Number":"7","DIndex":0}]}"#,
        Ok(&["k1: number 7", "k2: FACCOUNTID: 科目不存在; 第二"]),
    );
    check(r#"{"IsSuccess":false,"Errors":[{"Message":"会话丢失"}]}"#, Ok(&["k1: 会话丢失"]));
    check(r#"{"IsSuccess":false}"#, Ok(&[]));
    check(r#"{"IsSuccess":true}"#, Err("the answer says success, and has no number for k1, k2"));
    check(
        r#"{"IsSuccess":true,"SuccessEntitys":[{"DIndex":1}]}"#,
        Err("the answer says success, and has no number for k2"),
    );
    check(
        r#"{"IsSuccess":true,"SuccessEntitys":[{"Number":"7","DIndex":2}]}"#,
        Err("the answer is about voucher 2 of 2 that were sent"),
    );
    check(
        r#"{"IsSuccess":true,"SuccessEntitys":[{"Number":"7"},{"Number":"8"}]}"#,
        Err("there are two answers about k1"),
    );
    check(
        r#"{"IsSuccess":true,"SuccessEntitys":[{"Number":"7"}],"Errors":[{"Message":"no"}]}"#,
        Err("there are two answers about k1"),
    );
    check(r#"{"IsSuccess":"yes"}"#, Err("no answer of Kingdee"));
    check("[]", Err("no answer of Kingdee"));
}
