//! Counts the tokens of each text given, exactly: a line `name o200k cl100k` each, as in `tests/cases/tokens/counts.tsv`.

#![allow(clippy::print_stdout, reason = "it prints what it counts")]

use std::path::Path;

fn main() -> Result<(), std::io::Error> {
    println!("# text\to200k_base\tcl100k_base");
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
        let (o200k, cl100k) = (bpe_openai::o200k_base(), bpe_openai::cl100k_base());
        println!("{name}\t{}\t{}", o200k.count(text.as_str()), cl100k.count(text.as_str()));
    }
    Ok(())
}
