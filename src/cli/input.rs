//! Input that may be a file, standard input, or JSON text on the command line.

use crate::facts::distinct;
use crate::traffic::reason;
use std::io::Read;

/// Most bytes of an input.
const MAX_INPUT: u64 = 256 << 20;

/// The bytes that an argument stands for: `-` is standard input, what begins with `{` is the text itself, anything
/// else a file.
pub(super) fn read(argument: &str) -> Result<Vec<u8>, String> {
    if argument.trim_start().starts_with('{') {
        return Ok(argument.as_bytes().to_vec());
    }
    let (name, bytes) = if argument == "-" {
        ("standard input", bounded(std::io::stdin().lock()))
    } else {
        (argument, std::fs::File::open(argument).and_then(bounded))
    };
    match bytes {
        Ok(bytes) if bytes.len() as u64 > MAX_INPUT => Err(format!("`{name}` is longer than 256 MiB")),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(format!("`{name}` cannot be read: {}", reason(&error))),
    }
}

fn bounded(input: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The JSON value that an argument stands for; no object in it has a name twice.
pub(super) fn json(argument: &str) -> Result<serde_json::Value, String> {
    let bytes = read(argument)?;
    distinct::parse(&bytes).map_err(|error| {
        let name = match argument {
            "-" => "standard input".to_owned(),
            text if text.trim_start().starts_with('{') => "the text".to_owned(),
            file => format!("`{file}`"),
        };
        match error.is_data() {
            true => format!("{name} is ambiguous: {error}"),
            false => format!("{name} is not JSON: {}", error.to_string().to_lowercase()),
        }
    })
}
