//! Bodies in pieces.

use crate::provider::RequestBody;
use crate::wire::splice::{Edit, splice};
use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;

fn edits(length: usize) -> Vec<Edit> {
    let edit = |at, text: &str| Edit {
        at,
        text: text.to_owned(),
    };
    vec![edit(length - 1..length, "end"), edit(1..1, "new"), edit(2..5, "")]
}

#[tokio::test]
async fn long_and_short_bodies_are_what_the_edits_make() {
    for length in [10, 64 * 1024, 64 * 1024 + 1, 3_000_000] {
        let text: Vec<u8> = (0..length).map(|at| b'a' + (at % 26) as u8).collect();
        let expected = splice(&text, edits(length));
        let body = RequestBody::spliced(&Bytes::from(text), edits(length));
        assert_eq!(body.len(), expected.len());
        assert_eq!(body.size_hint().exact(), Some(expected.len() as u64));
        assert_eq!(body.to_bytes(), expected);
        let collected = body.clone().collect().await.unwrap().to_bytes();
        assert_eq!(collected, expected, "{length}");
    }
}

#[tokio::test]
async fn a_long_body_is_handed_over_without_a_copy() {
    let client = Bytes::from(vec![b'a'; 1_000_000]);
    let mut body = RequestBody::spliced(&client, edits(client.len()));
    let held = client.as_ptr_range();
    let mut kept = 0;
    while let Some(frame) = body.frame().await {
        let piece = frame.unwrap().into_data().unwrap();
        assert!(piece.len() <= 256 * 1024);
        if held.contains(&piece.as_ptr()) {
            kept += piece.len();
        }
    }
    assert_eq!(kept, client.len() - 4);
}
