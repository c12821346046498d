//! Settings are parsed, or refused with a reason.

use std::error::Error as _;

use longmen_vouchers::*;
use strum::{EnumCount as _, VariantArray as _};

const GOOD: &str = r#"
format = "u8_text"
mode = "day"
line_limit = 500
local_currency = "CNY"
word_scheme = "five"
cash = ["1001*"]
bank = ["1002*", "1012"]
off_balance_word = "表"
left_out = ["99*"]
clearing = "19010101"
attachments = "transactions"
when_closed = "next_open_date"
reference_in_summary = false
summary_width = 40
columns = [{ title = "制单日期", field = "date" }, { title = "", field = "=x", width = 3 }]
[people]
maker = "longmen"
checker = "王"
[subjects]
"2011*" = "200101"
"30010404" = "="
[memo]
M01 = "112201"
[entities]
LM = "1000"
[words]
"银收" = "2"
[currencies]
CNY = "人民币"
[aux]
customer = "客户"
[summaries]
topup = "充值"
[fixed]
first_line = "填制凭证,V870"
"#;

#[test]
fn good_settings_are_taken() {
    let Settings { plan, target, summaries } = Settings::read(GOOD).unwrap();
    assert_eq!(summaries.get("topup").map(|text| &**text), Some("充值"));
    assert_eq!((plan.mode, plan.line_limit, plan.clearing.as_deref()), (Mode::Day, 500, Some("19010101")));
    assert_eq!((plan.attachments, plan.when_closed), (Attachments::Transactions, WhenClosed::NextOpenDate));
    assert_eq!(plan.left_out.of("9901"), Some(&()));
    assert_eq!((target.format, &*target.people.checker), (Format::U8Text, "王"));
    assert_eq!(target.subjects.of("2011010201").map(|theirs| &**theirs), Some("200101"));
    assert_eq!(target.subjects.of("3001"), None);
    assert_eq!(
        target.columns[1],
        Column { title: "".into(), field: Field::Fixed("x".into()), width: Some(3) }
    );
}

#[test]
fn settings_are_read_for_another_format_and_held_to_it() {
    let plain = GOOD.replace("columns =", "# columns =");
    let read = Settings::read_for(&plain, Format::K3Dbf).unwrap();
    assert_eq!(read.target, Target { format: Format::K3Dbf, ..Settings::read(&plain).unwrap().target });
    let said = |text: &str, format| Settings::read_for(text, format).unwrap_err().to_string();
    assert!(said(GOOD, Format::K3Dbf).contains("k3_dbf has no columns"));
    let long = plain.replace("= 500", "= 5000");
    assert!(said(&long, Format::SapBapiCsv).contains("2 to 999 for sap_bapi_csv"));
}

#[test]
fn bad_settings_are_refused_with_a_reason() {
    #[track_caller]
    fn check(from: &str, to: &str, words: &str) {
        assert!(GOOD.contains(from), "{from}");
        let error = Settings::read(&GOOD.replacen(from, to, 1)).expect_err(to);
        let said = format!("{error}: {}", error.source().map(ToString::to_string).unwrap_or_default());
        assert!(said.contains(words), "{said}");
    }
    check("line_limit = 500", "line_limit = 1", "line_limit is 1, and has to be 2 to 9999 for u8_text");
    check("line_limit = 500", "line_limit = 10000", "line_limit is 10000");
    check("line_limit = 500", "line_limit = -1", "invalid value");
    check("\"u8_text\"", "\"u9\"", "unknown variant `u9`");
    check("\"day\"", "\"week\"", "unknown variant `week`");
    check("\"five\"", "\"four\"", "unknown variant `four`");
    check("clearing = \"19010101\"", "clearing = \"\"", "clearing is empty");
    check("\"表\"", "\"\"", "off_balance_word is empty");
    check("local_currency = \"CNY\"", "local_currency = \"YUAN\"", "YUAN is no currency");
    check("CNY = \"人民币\"", "RMB = \"人民币\"", "RMB is no currency");
    check("\"2011*\" = \"200101\"", "\"20*11\" = \"200101\"", "subjects: `20*11` has a star elsewhere");
    check("\"2011*\" = \"200101\"", "\"2011*\" = \"\"", "a subject of theirs is empty");
    check("\"1012\"", "\"1002*\"", "cash, bank: `1002*` is there twice");
    check("[\"99*\"]", "[\"9*9\"]", "left_out: `9*9` has a star");
    check("field = \"date\"", "field = \"day\"", "columns: `day` is no field");
    check("field = \"=x\"", "field = \"aux_name:9\"", "columns: `aux_name:9` is no field");
    check("field = \"=x\"", "field = \"#1.5\"", "columns: `#1.5` is no field");
    check("summary_width = 40", "sumary_width = 40", "unknown field `sumary_width`");
    check("maker =", "creator =", "unknown field `creator`");
    check("\"u8_text\"", "\"galaxy_json\"", "galaxy_json has no columns of its own to set");
    check("[subjects]", "[topics]", "unknown field `topics`");
    check("mode = \"day\"", "", "missing field `mode`");
    check("[people]", "[people", "settings cannot be read");
}

#[test]
fn sap_takes_no_more_lines_than_a_document_has() {
    let sap = |limit: u32| {
        let text = format!(
            "format = \"sap_bapi_csv\"\nmode = \"day\"\nline_limit = {limit}\nlocal_currency = \"CNY\"\n[subjects]\n"
        );
        Settings::read(&text).map(|settings| settings.plan.line_limit).map_err(|error| error.to_string())
    };
    assert_eq!(sap(999), Ok(999));
    assert_eq!(sap(1_000).unwrap_err(), "line_limit is 1000, and has to be 2 to 999 for sap_bapi_csv");
}

#[test]
fn the_exact_subject_counts_before_the_longest_beginning() {
    let mut patterns = Patterns::default();
    for pattern in ["*", "22*", "2241*", "22410606", "科*"] {
        patterns.add(pattern, pattern.to_owned()).unwrap();
    }
    for (subject, expect) in [
        ("22410606", "22410606"),
        ("22410607", "2241*"),
        ("2201", "22*"),
        ("1", "*"),
        ("", "*"),
        ("科目", "科*"),
        ("项", "*"),
    ] {
        assert_eq!(patterns.of(subject).map(String::as_str), Some(expect), "{subject}");
    }
    assert_eq!(patterns.add("22*", String::new()).unwrap_err(), PatternError::Twice("22*".into()));
    assert_eq!(Patterns::<()>::default().of("1"), None);
}

/// What docs/VOUCHERS.md shows is taken, and what there is stands in it.
#[test]
fn the_document_says_what_there_is() {
    let text = include_str!("../../../../docs/VOUCHERS.md");
    let mut blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (settings, columns) = (blocks.next().unwrap(), blocks.next().unwrap());
    Settings::read(settings).unwrap();
    let with_columns = Settings::read(&format!("{columns}{settings}")).unwrap();
    assert_eq!(with_columns.target.columns.len(), 4);
    let formats = Format::VARIANTS.iter().map(|format| format.name());
    for name in formats.chain(RefusalCode::VARIANTS.iter().map(|code| code.name())) {
        assert!(text.contains(&format!("`{name}`")), "{name} is not in it");
    }
    let fields = text.split("The fields: ").nth(1).unwrap().split("\n\n").next().unwrap();
    let named = fields.split('`').skip(1).step_by(2);
    let mut count = 0;
    for name in named {
        Column::new("", &name.replace(":N", ":1"), None).unwrap_or_else(|error| panic!("{error}"));
        count += 1;
    }
    // All that are told by their names but `empty`, which the example shows, and the three that take a name or a place.
    assert_eq!(count, Field::COUNT - 1 + 3);
}
