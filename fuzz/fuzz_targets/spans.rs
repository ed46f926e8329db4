#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| icdraft_fuzz::spans::check(data));
