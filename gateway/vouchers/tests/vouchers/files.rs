//! The files, by their bytes.

use longmen_vouchers::*;

use crate::day::{C, D, currency, day, in_currency, leg, settings, topup, vouchers_of, written};

/// The worked top-up, red, and a transfer in dollars with a customer.
fn three() -> (Day, Conditions) {
    let mut transfer: Vec<Entry> =
        [leg("t3", "transfer", "201101", D, 1_000), leg("t3", "transfer", "201102", C, 1_000)]
            .map(|entry| in_currency("USD", entry))
            .into();
    transfer[0].aux.insert("customer".into(), "K1".into());
    let mut red = topup("t2");
    red.iter_mut().for_each(|entry| entry.amount.0 *= -1);
    let rates = [(currency("USD"), "7.1234".parse().unwrap())].into();
    (day([topup("t1"), red, transfer].concat()), Conditions { rates, closed_through: None })
}

fn text_of(format: &str, top: &str, tables: &str) -> String {
    let (day, conditions) = three();
    let settings = settings(format, top, tables);
    let bytes = written(&settings, &vouchers_of(&day, &settings, &conditions));
    let encoding = match format {
        "u8_text" => encoding_rs::GBK,
        "gbt24589_xml" => encoding_rs::GB18030,
        _ => encoding_rs::UTF_8,
    };
    encoding.decode_without_bom_handling_and_without_replacement(&bytes).expect("text").into_owned()
}

/// The example that the format's users pass around, from values.
#[test]
fn the_text_of_u8_has_the_expected_bytes() {
    let settings = settings("u8_text", "", "[people]\nmaker = \"longmen\"");
    let bytes = written(&settings, &vouchers_of(&day(topup("t1")), &settings, &Conditions::default()));
    let line = |subject: &str, debit: &str, credit: &str| {
        let tail = ",".repeat(12);
        let text = format!(
            "2024-06-18,记,1,1,银联充值 LM20240618-topup,{subject},{debit},{credit},0,0,1,longmen{tail}\r\n"
        );
        encoding_rs::GBK.encode(&text).0.into_owned()
    };
    let mut expect = b"\xcc\xee\xd6\xc6\xc6\xbe\xd6\xa4,V800\r\n".to_vec();
    expect.extend(line("30010404", "100.00", "0.00"));
    expect.extend(line("642107", "0.20", "0.00"));
    expect.extend(line("2011010201", "0.00", "100.00"));
    expect.extend(line("22410605", "0.00", "0.20"));
    assert_eq!(bytes, expect);
}

#[test]
fn the_text_of_u8_has_red_foreign_and_aux() {
    let text = text_of("u8_text", "mode = \"transaction\"", "[aux]\ncustomer = \"客户\"");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 12);
    assert_eq!(lines[5], "2024-06-18,记,2,1,银联充值 t2,30010404,-100.00,0.00,0,0,1,,,,,,,,,,,,,");
    assert_eq!(lines[9], "2024-06-18,记,3,1,银联充值 t3,201101,71.23,0.00,0,10.00,7.1234,,,,,,,K1,,,,,,");
    assert_eq!(lines[11], "");
    // A comma or a quote would be the end of a field.
    let mut entries = topup("t1");
    entries.iter_mut().for_each(|entry| entry.summary = "a,b\"c".into());
    let settings = settings("u8_text", "reference_in_summary = false", "");
    let bytes = written(&settings, &vouchers_of(&day(entries), &settings, &Conditions::default()));
    assert_eq!(String::from_utf8_lossy(&bytes).matches(",a b c,").count(), 4);
}

#[test]
fn the_sheet_of_sap_has_the_fields_of_the_bapi() {
    let tables = "[entities]\nLM = \"1000\"\n[aux]\ncustomer = \"TRADE_ID\"\n[people]\nmaker = \"LM\"\n[fixed]\nDOC_TYPE = \"ZB\"\nOBJ_TYPE = \"BKPFF\"";
    let text = text_of("sap_bapi_csv", "mode = \"transaction\"", tables);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "OBJ_TYPE,OBJ_KEY,OBJ_SYS,BUS_ACT,USERNAME,HEADER_TXT,COMP_CODE,DOC_DATE,PSTNG_DATE,FISC_YEAR,FIS_PERIOD,DOC_TYPE,REF_DOC_NO,\
         NEG_POSTNG,ITEMNO_ACC,GL_ACCOUNT,ITEM_TEXT,ALLOC_NMBR,REF_KEY_3,COSTCENTER,PROFIT_CTR,TRADE_ID,CURR_TYPE,CURRENCY,AMT_DOCCUR,\
         CURR_TYPE_10,CURRENCY_10,AMT_DOCCUR_10"
    );
    let head = |number: u32, red: &str| {
        format!(
            "BKPFF,LM20240618T{number},,RFBU,LM,2024-06-18 transaction,1000,20240618,20240618,2024,06,ZB,记-{number},{red}"
        )
    };
    let items = [
        format!(
            "{},1,0030010404,银联充值 t1,20240618,LM20240618T1,,,,00,CNY,100.00,10,CNY,100.00",
            head(1, "")
        ),
        format!(
            "{},3,2011010201,银联充值 t1,20240618,LM20240618T1,,,,00,CNY,-100.00,10,CNY,-100.00",
            head(1, "")
        ),
        // A red debit takes from the debits: X, and the sign of a credit.
        format!(
            "{},1,0030010404,银联充值 t2,20240618,LM20240618T2,,,,00,CNY,-100.00,10,CNY,-100.00",
            head(2, "X")
        ),
        format!(
            "{},1,0000201101,银联充值 t3,20240618,LM20240618T3,,,K1,00,USD,10.00,10,CNY,71.23",
            head(3, "")
        ),
    ];
    for (at, expect) in [1, 3, 5, 9].into_iter().zip(items) {
        assert_eq!(lines[at], expect);
    }
    assert_eq!(lines.len(), 12);
}

#[test]
fn galaxy_gets_a_save_for_each_voucher() {
    let tables = "[entities]\nLM = \"001\"\n[words]\n\"记\" = \"PRE001\"\n[aux]\ncustomer = \"FFLEX6\"\n[currencies]\nCNY = \"PRE001\"\nUSD = \"PRE007\"";
    let text = text_of("galaxy_json", "mode = \"transaction\"", tables);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let head = r#"{"formid":"GL_VOUCHER","data":{"IsVerifyBaseDataField":"true","Model":{"FAccountBookID":{"FNumber":"001"},"FACCBOOKORGID":{"FNumber":"001"},"FDate":"2024-06-18","FBUSDATE":"2024-06-18","FYEAR":2024,"FPERIOD":6,"FVOUCHERGROUPID":{"FNumber":"PRE001"},"FVOUCHERGROUPNO":3,"FATTACHMENTS":1,"FISADJUSTVOUCHER":false,"FSystemID":{"FNumber":"GL"},"FSourceBillKey":{"FNumber":"78050206-2fa6-40e3-b7c8-bd608146fa38"},"FDocumentStatus":"Z","FEntity":["#;
    let first = r#"{"FEXPLANATION":"银联充值 t3","FACCOUNTID":{"FNumber":"201101"},"FDetailID":{"FDETAILID__FFLEX6":{"FNumber":"K1"}},"FCURRENCYID":{"FNumber":"PRE007"},"FEXCHANGERATETYPE":{"FNumber":"HLTX01_SYS"},"FEXCHANGERATE":7.1234,"FAMOUNTFOR":10.00,"FDEBIT":71.23,"FCREDIT":0.00,"FBUSNO":"LM|2024-06-18|transaction|3","FEXPORTENTRYID":1}"#;
    assert!(lines[2].starts_with(&format!("{head}{first},")), "{}", lines[2]);
    assert!(lines[1].contains(r#""FDEBIT":-100.00,"FCREDIT":0.00"#), "{}", lines[1]);
}

#[test]
fn nc_cloud_gets_a_body_for_each_voucher() {
    let tables = "[words]\n\"记\" = \"01\"\n[aux]\ncustomer = \"0001\"\n[people]\nmaker = \"lm\"";
    let text = text_of("ncc_json", "mode = \"transaction\"", tables);
    let head = r#"{"accbookCode":"LM","prepareddate":"2024-06-18","year":"2024","period":"06","vouchertype":"01","num":3,"prepared":"lm","attachment":1,"explanation":"2024-06-18 transaction","free1":"LM|2024-06-18|transaction|3","detail":["#;
    let first = r#"{"detailindex":1,"unitCode":"LM","explanation":"银联充值 t3","accountCode":"201101","currtypeCode":"USD","debitamount":10.00,"creditamount":0.00,"localdebitamount":71.23,"localcreditamount":0.00,"excrate2":7.1234,"busidate":"2024-06-18","ass":[{"checkTypeCode":"0001","checkValueCode":"K1"}]}"#;
    assert!(text.lines().last().unwrap().starts_with(&format!("{head}{first},")), "{text}");
}

#[test]
fn xml_has_every_field_and_escapes_what_it_must() {
    let text = text_of(
        "uf_xml",
        "mode = \"transaction\"",
        "[aux]\ncustomer = \"cust_id\"\n[currencies]\nCNY = \"人民币\"\nUSD = \"美元\"",
    );
    for words in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ufinterface roottag=\"voucher\" billtype=\"gl\" docid=\"\" receiver=\"u8\" sender=\"longmen\" proc=\"add\" codeexchanged=\"N\">",
        "<voucher_making_system>CDM</voucher_making_system>",
        "<reserve2>LM|2024-06-18|transaction|3</reserve2>",
        "<primary_debit_amount>10.00</primary_debit_amount>",
        "<natural_debit_currency>71.23</natural_debit_currency>",
        "<item name=\"cust_id\">K1</item>",
        "<natural_credit_currency>-100.00</natural_credit_currency>",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let text = text_of("gbt24589_xml", "mode = \"transaction\"", "[aux]\ncustomer = \"客户\"");
    for words in [
        "encoding=\"GB18030\"",
        "<借方本币金额>71.23</借方本币金额>",
        "<辅助项1编号 辅助项名称=\"客户\">K1</辅助项1编号>",
        "<贷方原币金额>-0.20</贷方原币金额>",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    for format in ["uf_xml", "gbt24589_xml"] {
        let mut entries = topup("t1");
        entries.iter_mut().for_each(|entry| entry.summary = "<a> & \"b\"".into());
        let settings = settings(format, "reference_in_summary = false", "");
        let bytes = written(&settings, &vouchers_of(&day(entries), &settings, &Conditions::default()));
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("&lt;a&gt; &amp; ") && !text.contains("<a>"), "{text}");
    }
}

#[test]
fn columns_of_ones_own_are_written() {
    let columns = r#"columns = [
        { title = "日期", field = "compact_date" }, { title = "凭证", field = "reference" }, { title = "行", field = "line_number" },
        { title = "科目", field = "subject" }, { title = "金额", field = "signed_amount" }, { title = "固定", field = "=x" },
        { title = "零", field = "\#0" }, { title = "客户", field = "aux:客户" }, { title = "方", field = "side_letter" },
    ]"#
    .replace("\\#", "#");
    let columns: String =
        columns.split('\n').map(str::trim).collect::<Vec<_>>().join(" ").replace(", ]", "]");
    let text = text_of(
        "u8_text",
        &format!("mode = \"transaction\"\n{columns}"),
        "[aux]\ncustomer = \"客户\"\n[fixed]\nfirst_line = \"V870\"",
    );
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        (lines[0], lines[9], lines[10]),
        ("V870", "20240618,记-3,1,201101,10.00,x,0,K1,D", "20240618,记-3,2,201102,-10.00,x,0,,C")
    );
}
