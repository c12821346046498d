#![no_main]
//! `longmen_fuzz::imports` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| longmen_fuzz::imports::run(data));
