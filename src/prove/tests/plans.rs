//! Plans of requests for embeddings, and of those that ask for what a protocol cannot express.

use super::{said, said_at_length};

const VECTORS: &str = r#"
model one  { provider sim region "eu" vectors "a" }
model twin { provider sim region "eu" vectors "a" }
model far  { provider sim region "us" }
pool mixed { pick least-busy members [one, far] }
assert eu   { when api == "embeddings" that target.region == "eu" }
assert last { when api == "embeddings" that position < 2 && !("far" in fallbacks) }
"#;

#[test]
fn embeddings_stay_in_the_space_of_the_first_target() {
    let rules = format!("{VECTORS} route all {{ target one fallback [far, twin] }}");
    assert_eq!(said(&rules), "");
}

#[test]
fn a_pick_decides_which_space_embeddings_stay_in() {
    let rules = format!("{VECTORS} route all {{ target mixed fallback twin }}");
    assert_eq!(
        said(&rules),
        "P507 the assert `eu` does not hold of the target `far`"
    );
}

#[test]
fn other_requests_reach_every_space() {
    let rules = format!(
        "{VECTORS} route all {{ target one fallback [far, twin] }} \
         assert any {{ that target.region == \"eu\" }}"
    );
    assert_eq!(
        said(&rules),
        "P507 the assert `any` does not hold of the target `far`"
    );
}

#[test]
fn embeddings_pass_by_a_protocol_without_them() {
    let rules = r#"
provider claude { protocol anthropic url "https://a.example" key env "K" region "us" }
model opus { provider claude }
route all { target opus fallback eu }
assert eu { when api == "embeddings" that position == 0 && target.region == "eu" }
"#;
    assert_eq!(said(rules), "");
}

#[test]
fn what_a_protocol_cannot_express_makes_way_for_the_next_target() {
    let rules = r#"
provider claude { protocol anthropic url "https://a.example" key env "K" region "eu" }
model opus { provider claude }
route all { target opus fallback us }
assert first { when api == "chat" that position > 0 || target.region == "eu" }
assert native { when api == "messages" that position > 0 || target.region == "eu" }
"#;
    let said = said_at_length(rules);
    assert!(
        said.starts_with("P507 the assert `first` does not hold of the target `us`\n"),
        "{said}"
    );
    assert!(said.contains("\n  it asks for "), "{said}");
    assert!(!said.contains("native"), "{said}");
}
