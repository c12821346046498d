#![no_main]
//! `longmen_fuzz::conversation` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("conversation"), |data: &[u8]| longmen_fuzz::conversation::run(data));
