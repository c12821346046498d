#![no_main]
//! `longmen_fuzz::requests` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| longmen_fuzz::requests::run(data));
