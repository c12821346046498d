#![no_main]
//! `longmen_fuzz::cold` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("cold"), |data: &[u8]| longmen_fuzz::cold::run(data));
