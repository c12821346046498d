#![no_main]
//! `longmen_fuzz::imports` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("imports"), |data: &[u8]| longmen_fuzz::imports::run(data));
