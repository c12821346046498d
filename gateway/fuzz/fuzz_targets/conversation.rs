#![no_main]
//! `longmen_fuzz::conversation` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| longmen_fuzz::conversation::run(data));
