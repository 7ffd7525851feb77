//! Exact counts of tokens, for policies that ask for them: OpenAI's vocabularies, which the `bpe-openai` crate carries.

use crate::model::Tokenizer;
use crate::wire::tokens::Counter;

/// What counts tokens as a policy wants it. A vocabulary that is not in memory yet is made ready here, where a policy
/// is loaded, so that no request waits for it.
pub(super) fn counter(tokenizer: Tokenizer) -> Counter {
    let count: fn(&str) -> u64 = match tokenizer {
        Tokenizer::Estimate => return Counter::Estimate,
        Tokenizer::O200k => |text| number(bpe_openai::o200k_base(), text),
        Tokenizer::Cl100k => |text| number(bpe_openai::cl100k_base(), text),
    };
    count("");
    Counter::Exact(count)
}

fn number(tokenizer: &bpe_openai::Tokenizer, text: &str) -> u64 {
    u64::try_from(tokenizer.count(text)).unwrap_or(u64::MAX)
}
