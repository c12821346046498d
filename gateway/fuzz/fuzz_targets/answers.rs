#![no_main]
//! `longmen_fuzz::answers` under libFuzzer.

libfuzzer_sys::fuzz_target!(init: longmen_fuzz::write_seeds("answers"), |data: &[u8]| longmen_fuzz::answers::run(data));
