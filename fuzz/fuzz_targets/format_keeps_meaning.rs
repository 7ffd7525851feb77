//! Any text that parses is formatted: to text of the same meaning with the same comments, which is formatted to itself.
//! `format` compares all of that before it answers; no text may make it find a difference.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman::format::{FormatError, format};
use pointsman::source::SourceMap;
use pointsman::syntax::parse;

fuzz_target!(|text: &str| {
    let file = SourceMap::new().add("fuzz.policy", text);
    match format(file, text) {
        Ok(formatted) => {
            let again = format(file, &formatted).map_err(|error| error.to_string());
            assert_eq!(again, Ok(formatted));
        }
        Err(FormatError::Syntax(errors)) => assert_eq!(errors, parse(file, text).1),
        Err(error) => panic!("{error}"),
    }
});
