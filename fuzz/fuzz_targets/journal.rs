#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    repoint_fuzz::journal(input);
});
