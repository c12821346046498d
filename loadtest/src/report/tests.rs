use super::chart::{Axis, Chart, Line};
use super::*;

fn report() -> Report {
    let page = Page {
        title: "a run <of> tests".into(),
        intro: "Nothing is measured.".into(),
        conclusion: Remark::all(false, "It did NOT hold.", &["account U1 & U2".to_owned()]),
        sections: vec![Section {
            tables: vec![Grid {
                heads: vec![
                    Head { text: "row".into(), figures: false },
                    Head { text: "rate".into(), figures: true },
                    Head { text: String::new(), figures: false },
                ],
                rows: vec![
                    vec!["a".into(), "1/s".into(), "held".into()],
                    vec!["b".into(), "2/s".into(), "BELOW THE BAR, 3 % of it".into()],
                    vec!["c".into(), "held".into(), "BOOKS WRONG".into()],
                ],
            }],
            remarks: vec![Remark::plain("max < 4 ms")],
            charts: vec![Chart::of(
                "how it went",
                Axis::linear("seconds", 10.0),
                Axis::linear("a second", 5.0),
                vec![Line::new("rate", [(1.0, 2.0), (3.0, 4.0)])],
            )],
            ..Section::new("figures", "what there is")
        }],
    };
    Report { origin: Origin::here(None).unwrap(), page }
}

#[test]
fn a_page_says_all_of_it_and_fetches_nothing() {
    let html = report().html().unwrap();
    for part in [
        "<title>Longmen: a run &lt;of&gt; tests</title>",
        r#"<p class="wrong">It did NOT hold.</p>"#,
        "account U1 &amp; U2",
        r##"<a href="#figures">figures</a>"##,
        r#"<section id="figures">"#,
        r#"<td class="figure">1&#x2f;s</td><td class="held">held</td>"#,
        r#"<td class="missed">BELOW THE BAR, 3 % of it</td>"#,
        r#"<td class="figure">held</td><td class="wrong">BOOKS WRONG</td>"#,
        r#"<li class="plain">max &lt; 4 ms</li>"#,
        "<figcaption>how it went</figcaption>",
        "<th>command</th><td>longmen-loadtest",
        "<th>program</th>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert_eq!(html.matches("<svg").count(), 1);
    assert!(!html.contains("http") && !html.contains("<script") && !html.contains("{{"), "{html}");
}

/// The file of a run has its figures, its machine, its commit and its command, and the page that is drawn of it is the same.
#[test]
fn a_page_is_drawn_again_from_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run.json");
    let report = report();
    let text = report.json(&serde_json::json!({ "rate": 7, "held": true })).unwrap();
    fs::write(&path, &text).unwrap();
    assert_eq!(Report::read(&path).unwrap().html().unwrap(), report.html().unwrap());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((value["rate"].as_u64(), value["held"].as_bool()), (Some(7), Some(true)));
    assert!(value["machine"]["cores"].as_u64().unwrap() > 0 && value["machine"].get("commit").is_some());
    assert!(value["command"].as_str().unwrap().starts_with("longmen-loadtest"));
    assert_eq!(value["at"].as_str().unwrap().len(), "2026-11-29T12:00:00Z".len(), "{text}");
}

#[test]
fn what_no_run_has_written_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.json");
    assert!(Report::read(&path).unwrap_err().to_string().contains("other.json"));
    for text in ["", "{}", r#"{"command":"x","page":{}}"#, "[1]"] {
        fs::write(&path, text).unwrap();
        let error = Report::read(&path).unwrap_err().to_string();
        assert!(error.contains("other.json") && error.contains("not what a run writes"), "{error}");
    }
}
