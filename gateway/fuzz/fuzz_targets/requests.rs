#![no_main]
//! `longmen_fuzz::requests` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("requests"), |data: &[u8]| longmen_fuzz::requests::run(data));
