//! Streams of events, cut anywhere.

use crate::wire::events::{Event, EventReader, MAX_EVENT_BYTES, TooLong};
use proptest::prelude::*;

fn read(pieces: &[&[u8]]) -> (Vec<Event>, Option<Event>) {
    let mut reader = EventReader::new();
    let mut events = Vec::new();
    for piece in pieces {
        reader.push(piece, &mut events).unwrap();
    }
    (events, reader.finish())
}

fn data(event: &Event) -> &str {
    std::str::from_utf8(event.data.as_deref().unwrap_or(b"(none)")).unwrap()
}

#[test]
fn fields_follow_the_standard() {
    let stream = b"\xef\xbb\xbf: hello\n\ndata: a\ndata:b\ndata\nid: 1\n\nevent: error\rdata:  c\r\rfoo: x\r\n\r\n:data\ndata:d: e\n\n";
    let (events, rest) = read(&[stream]);
    let shown: Vec<_> = events.iter().map(data).collect();
    assert_eq!(shown, ["(none)", "a\nb\n", " c", "(none)", "d: e"]);
    assert_eq!(events[2].name, b"error");
    assert_eq!(rest, None);
    let bytes: Vec<u8> = events.iter().flat_map(|event| event.bytes.clone()).collect();
    assert_eq!(bytes, stream);
}

#[test]
fn a_carriage_return_closes_at_once() {
    let mut reader = EventReader::new();
    let mut events = Vec::new();
    reader.push(b"data: a\r\n\r", &mut events).unwrap();
    assert_eq!(events.len(), 1);
    reader.push(b"\ndata: b\r\n\r\n", &mut events).unwrap();
    assert_eq!(events.iter().map(data).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(events[1].bytes, b"\ndata: b\r\n\r\n");
}

#[test]
fn what_is_left_at_the_end_is_not_closed() {
    let (events, rest) = read(&[b"data: a\n\ndata: [DO", b"NE]"]);
    assert_eq!(events.len(), 1);
    let rest = rest.unwrap();
    assert_eq!((data(&rest), rest.closed), ("[DONE]", false));
    assert_eq!(read(&[b"data: a\n\n\n", b" \n"]).1, None);
    assert_eq!(
        read(&[b"\xef\xbb"]).1.map(|event| event.bytes),
        Some(b"\xef\xbb".to_vec())
    );
}

#[test]
fn an_endless_event_breaks_the_stream() {
    let mut reader = EventReader::new();
    let mut events = Vec::new();
    let piece = vec![b'x'; MAX_EVENT_BYTES / 4];
    let results: Vec<_> = (0..5).map(|_| reader.push(&piece, &mut events)).collect();
    assert_eq!(results, [Ok(()), Ok(()), Ok(()), Ok(()), Err(TooLong)]);
}

proptest! {
    #[test]
    fn cuts_change_nothing(stream in r"(\u{feff})?([:a-d\n\r ]|data: ?|event|\r\n){0,60}", cuts in proptest::collection::vec(0usize..99, 0..9)) {
        let bytes = stream.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (whole, whole_rest) = read(&[bytes]);
        let (cut, cut_rest) = read(&pieces);
        let meaning = |events: &[Event]| events.iter().map(|e| (e.data.clone(), e.name.clone())).collect::<Vec<_>>();
        prop_assert_eq!(meaning(&whole), meaning(&cut));
        prop_assert_eq!(whole_rest.and_then(|e| e.data), cut_rest.clone().and_then(|e| e.data));
        let mut joined: Vec<u8> = cut.into_iter().flat_map(|event| event.bytes).collect();
        joined.extend(cut_rest.map(|rest| rest.bytes).unwrap_or_default());
        prop_assert!(bytes.starts_with(&joined));
        prop_assert!(bytes[joined.len()..].iter().all(u8::is_ascii_whitespace));
    }
}
