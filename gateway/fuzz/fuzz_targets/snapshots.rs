#![no_main]
//! `longmen_fuzz::snapshots` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("snapshots"), |data: &[u8]| longmen_fuzz::snapshots::run(data));
