//! Whatever the bytes, the condition and facts drawn from them come out natively as the interpreter has them.

#![no_main]

#[path = "../../tests/it/expressions.rs"]
mod expressions;
#[path = "../../tests/it/two_ways.rs"]
mod two_ways;

use expressions::Place;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        let place = match first % 4 {
            0 => Place::Route,
            1 => Place::Require,
            2 => Place::Assert,
            _ => Place::Assume,
        };
        two_ways::check(rest, place);
    }
});
