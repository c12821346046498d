//! Hostile clients against a real node, for a short time.

use std::process::Command;

#[test]
fn a_good_client_is_served_beside_hostile_ones() {
    let output = Command::new(env!("CARGO_BIN_EXE_longmen-loadtest"))
        // The gap is wide: a machine that runs other tests beside this one is slow now and then.
        .args(["torture", "--seconds", "14", "--sockets", "600", "--gap", "10000", "--json"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["audited"], true);
    let stretches = report["stretches"].as_array().unwrap();
    assert_eq!(stretches.len(), 14);
    for stretch in stretches {
        assert!(stretch["connections"].as_u64().unwrap() > 0, "{stretch}");
        assert!(stretch["good_posted"].as_u64().unwrap() > 0, "{stretch}");
    }
    let answers = |attack: &str, code: &str| {
        let stretch = stretches.iter().find(|stretch| stretch["attack"] == attack).unwrap();
        stretch["answers"][code].as_u64().unwrap_or(0)
    };
    assert!(answers("lying lengths", "malformed") > 0, "{text}");
    assert!(answers("hellos", "not_authenticated") > 0, "{text}");
    assert!(answers("nesting", "malformed") > 0, "{text}");
    assert!(answers("extremes", "malformed") > 0 && answers("extremes", "ok") > 0, "{text}");
    assert!(answers("duplicates", "ok") > 0, "{text}");
}
