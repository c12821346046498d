#![no_main]
//! `longmen_fuzz::records` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| longmen_fuzz::records::run(data));
