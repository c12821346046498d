#![no_main]
//! `longmen_fuzz::snapshots` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| longmen_fuzz::snapshots::run(data));
