#![no_main]
//! `longmen_fuzz::records` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("records"), |data: &[u8]| longmen_fuzz::records::run(data));
