//! `pick prefix`: a prompt keeps to its member while that one is not overloaded.

use super::*;

/// The first turn of a dialogue, and a later one.
fn turns(question: &str) -> [String; 2] {
    let first =
        format!(r#"{{"role":"system","content":"be brief"}},{{"role":"user","content":"{question}"}}"#);
    [
        format!(r#"{{"model":"x","messages":[{first}]}}"#),
        format!(
            r#"{{"model":"x","messages":[{first},{{"role":"assistant","content":"yes"}},{{"role":"user","content":"go on"}}]}}"#
        ),
    ]
}

#[test]
fn the_turns_of_a_dialogue_keep_to_one_member() {
    let policy = policy("http://x", Pick::Prefix);
    let targets = Registry::new().bind(&policy);
    let mut firsts = [0; 3];
    for number in 0..300 {
        let [first, later] = turns(&format!("question {number}"));
        let order = |body: &str, seed| {
            asked(&targets, &policy, asking(seed, Instant::now(), body.as_bytes())).unwrap()
        };
        assert_eq!(order(&first, 1), order(&later, 2));
        firsts[order(&first, 3)[0] as usize] += 1;
    }
    assert!(firsts.iter().all(|count| *count > 60), "{firsts:?}");
}

#[test]
fn no_member_has_more_than_a_quarter_above_the_mean() {
    let policy = policy("http://x", Pick::Prefix);
    let targets = Registry::new().bind(&policy);
    let [body, _] = turns("all the same");
    let mut under_way = Vec::new();
    for count in 1..=40_u64 {
        let order = asked(&targets, &policy, asking(0, Instant::now(), body.as_bytes())).unwrap();
        under_way.push(targets.state(ModelId(order[0])).unwrap().begin());
        let bound = (count * 5).div_ceil(4 * 3);
        for index in 0..3 {
            assert!(targets.state(ModelId(index)).unwrap().in_flight() <= bound);
        }
    }
}

#[test]
fn a_request_without_a_prompt_goes_by_load() {
    let policy = policy("http://x", Pick::Prefix);
    let targets = Registry::new().bind(&policy);
    let _busy = targets.state(ModelId(0)).unwrap().begin();
    assert_eq!(order(&targets, &policy), Some(vec![1, 2, 0]));
}
