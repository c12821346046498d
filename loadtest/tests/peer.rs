//! The peer command, small: whole figures where PostgreSQL is installed, and what to install where it is not.

use std::process::Command;

use serde_json::Value;

#[test]
fn postgres_is_measured_and_checked_or_what_is_missing_is_said() {
    let output = Command::new(env!("CARGO_BIN_EXE_longmen-loadtest"))
        .args([
            "peer",
            "postgres",
            "--accounts",
            "100",
            "--seconds",
            "0.5",
            "--warm-up",
            "0",
            "--batch",
            "20",
        ])
        .arg("--json")
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(3) {
        assert!(err.contains("apt-get install postgresql"), "{err}");
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{err}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["held"].as_bool(), report["accounts_compared"].as_u64()), (Some(true), Some(101)));
    assert!(report["version"].as_str().unwrap().contains("PostgreSQL"));
    let loads = report["loads"].as_array().unwrap();
    let shapes: Vec<_> =
        loads.iter().map(|load| (load["connections"].as_u64(), load["batch"].as_u64())).collect();
    assert_eq!(shapes, [(Some(1), Some(1)), (Some(64), Some(1)), (Some(2), Some(20))]);
    for load in loads {
        assert!(load["transactions"].as_u64().unwrap() > 0 && load["p50_us"].as_u64().unwrap() > 0, "{load}");
        assert_eq!(load["transactions"], load["outcomes"]["posted"], "{load}");
    }
}
