//! Simulated answers and faults.

use crate::model::{FailureClass, SimulatedBehaviour, SimulatedFault};
use crate::provider::simulated::SimulatedProvider;
use crate::provider::{Backend, UpstreamRequest, UpstreamResponse};
use crate::quantity::Share;
use crate::wire::answer::{Whole, read_answer};
use crate::wire::endpoint::Endpoint;
use crate::wire::events::EventReader;
use crate::wire::openai::{is_done, read_chunk};
use ::http::HeaderMap;
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const NONE: &[SimulatedFault] = &[];

fn provider(faults: &[SimulatedFault]) -> SimulatedProvider {
    SimulatedProvider::new(SimulatedBehaviour {
        latency: Duration::from_millis(20),
        first_token: Duration::from_millis(100),
        rate: Some(10.0),
        faults: faults.to_vec(),
    })
}

fn always(class: FailureClass) -> [SimulatedFault; 1] {
    let share = Share::from_basis_points(Share::WHOLE).unwrap();
    [SimulatedFault { class, share }]
}

fn request(stream: bool) -> UpstreamRequest {
    UpstreamRequest {
        endpoint: Endpoint::Chat,
        model: "m".to_owned(),
        body: Bytes::from_static(br#"{"stream_options":{"include_usage":true}}"#).into(),
        headers: HeaderMap::new().into(),
        stream,
        tokens: 12,
        max_tokens: Some(5),
        seed: 7,
        connect_timeout: Duration::from_secs(1),
    }
}

/// The body as far as it comes, and whether it broke; silence of an hour counts as an end.
async fn read(response: UpstreamResponse) -> (Vec<u8>, bool) {
    let mut body = response.body;
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = timeout(Duration::from_secs(3600), body.next()).await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(_) => return (bytes, true),
        }
    }
    (bytes, false)
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_takes_its_time() {
    let start = Instant::now();
    let response = provider(NONE).call(request(false)).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(20 + 100 + 4 * 100));
    let Whole::Answer(answer) = read_answer(Endpoint::Chat, &read(response).await.0) else {
        panic!("an answer");
    };
    let usage = answer.usage.unwrap();
    assert_eq!((answer.content, usage.input, usage.output), (true, 12, 5));
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_a_role_content_an_end_and_usage() {
    let start = Instant::now();
    let response = provider(NONE).call(request(true)).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(20));
    let (bytes, broke) = read(response).await;
    assert_eq!((broke, start.elapsed()), (false, Duration::from_millis(520)));
    let mut events = Vec::new();
    EventReader::new().push(&bytes, &mut events).unwrap();
    let done = events.pop().and_then(|event| event.data).unwrap();
    assert!(is_done(&done));
    let chunks: Vec<_> = events
        .iter()
        .map(|e| read_chunk(e.data.as_deref().unwrap()).unwrap())
        .collect();
    assert_eq!(chunks.iter().filter(|chunk| chunk.content).count(), 5);
    assert_eq!(chunks.iter().filter(|chunk| chunk.finished > 0).count(), 1);
    assert!(!chunks[0].content);
    assert_eq!(chunks.last().unwrap().usage.unwrap().output, 5);
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_what_it_is_called() {
    for class in FailureClass::ALL {
        for stream in [false, true] {
            let call = provider(&always(class)).call(request(stream));
            let answer = timeout(Duration::from_secs(3600), call).await;
            let expected = match class {
                FailureClass::Connect => "no connection".to_owned(),
                FailureClass::TimeoutHeaders | FailureClass::TimeoutTotal => "silence".to_owned(),
                FailureClass::TimeoutFirstToken | FailureClass::TimeoutIdle | FailureClass::Empty => {
                    "200 whole".to_owned()
                }
                FailureClass::Truncated => "200 broken".to_owned(),
                FailureClass::RateLimit | FailureClass::Quota => "429 whole".to_owned(),
                FailureClass::Overload => "503 whole".to_owned(),
                FailureClass::Server => "500 whole".to_owned(),
                FailureClass::Auth => "401 whole".to_owned(),
                _ => "400 whole".to_owned(),
            };
            let found = match answer {
                Err(_) => "silence".to_owned(),
                Ok(Err(_)) => "no connection".to_owned(),
                Ok(Ok(response)) => {
                    let status = response.status.as_u16();
                    let broke = read(response).await.1;
                    format!("{status} {}", if broke { "broken" } else { "whole" })
                }
            };
            assert_eq!(found, expected, "{class}");
        }
    }
}

#[test]
fn faults_have_their_share() {
    let share = Share::from_basis_points(2_500).unwrap();
    let classes = [FailureClass::RateLimit, FailureClass::Truncated];
    let faults = classes.map(|class| SimulatedFault { class, share });
    let provider = provider(&faults);
    let drawn: Vec<_> = (0..4000u64)
        .map(|seed| provider.fault(&mut fastrand::Rng::with_seed(seed)))
        .collect();
    for class in [Some(classes[0]), Some(classes[1])] {
        let count = drawn.iter().filter(|fault| **fault == class).count();
        assert!((900..1100).contains(&count), "{class:?} {count}");
    }
}
