//! Whatever tokens the bytes stand for, our parse of CEL is the `cel` crate's.

#![no_main]

#[path = "../../tests/it/parsed_twice.rs"]
mod parsed_twice;

use libfuzzer_sys::fuzz_target;
use parsed_twice::{check, differ_by_intent, text_of};

fuzz_target!(|bytes: &[u8]| {
    let text = text_of(bytes);
    if !differ_by_intent(&text) {
        check(&text);
    }
});
