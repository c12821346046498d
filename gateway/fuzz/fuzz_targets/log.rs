#![no_main]
//! `longmen_fuzz::log` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("log"), |data: &[u8]| longmen_fuzz::log::run(data));
