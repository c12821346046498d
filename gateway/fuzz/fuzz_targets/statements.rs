#![no_main]
//! `longmen_fuzz::statements` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("statements"), |data: &[u8]| longmen_fuzz::statements::run(data));
