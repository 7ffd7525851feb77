//! Two attempts that race each other: the second begins where the first has had no content in time, and whichever has
//! content first wins. The other is dropped at once, which closes its connection.

use super::attempt::Attempting;
use super::client::{Client, Race};
use super::failure::Failure;
use super::journal::{Journal, Side};
use super::report::Outcome;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::sleep;

/// What an attempt comes to.
type Made = Result<Outcome, Failure>;

/// What became of a race.
pub(super) struct Hedged {
    /// What became of the attempt that decided it.
    pub(super) made: Made,
    /// Which one that was.
    pub(super) decided: Side,
    /// The failure of the other one, where this one went on without it.
    pub(super) other: Option<Failure>,
}

/// What a race comes to first.
enum Step {
    /// One of them has had content.
    Won(Side),
    /// One of them has ended.
    Ended(Side, Made),
}

/// Makes the first attempt and, where it has had no content `after` its start, the one that `second` gives beside it.
pub(super) async fn race<'c>(
    first: &Attempting<'_>,
    after: Duration,
    client: &mut Client,
    journal: &Journal,
    second: impl FnOnce() -> Option<Attempting<'c>>,
) -> Hedged {
    let (race, mut lanes) = client.race();
    let hedged = run(first, after, &race, &mut lanes, journal, second).await;
    client.rejoin(&race, lanes);
    hedged
}

async fn run<'c>(
    first: &Attempting<'_>,
    after: Duration,
    race: &Race,
    [one, other]: &mut [Client; 2],
    journal: &Journal,
    second: impl FnOnce() -> Option<Attempting<'c>>,
) -> Hedged {
    let (left, right) = (journal.lane(Side::First), journal.lane(Side::Second));
    let mut first = Box::pin(first.finish(one, left));
    tokio::select! {
        biased;
        made = &mut first => return by(Side::First, made),
        () = sleep(after) => {}
    }
    // With content, or without a second, the first goes on alone.
    let second = race.winner().is_none().then(second).flatten();
    let Some(second) = second else {
        return by(Side::First, first.await);
    };
    let mut second = Box::pin(second.finish(other, right));
    let came = poll_fn(|context| step(race, first.as_mut(), second.as_mut(), context)).await;
    match came {
        Step::Won(Side::First) => {
            drop(second);
            right.cancel();
            by(Side::First, first.await)
        }
        Step::Won(Side::Second) => {
            drop(first);
            left.cancel();
            by(Side::Second, second.await)
        }
        Step::Ended(Side::First, Err(failure)) if race.winner().is_none() => {
            drop(first);
            Hedged {
                other: Some(failure),
                ..by(Side::Second, second.await)
            }
        }
        Step::Ended(Side::Second, Err(failure)) if race.winner().is_none() => {
            drop(second);
            Hedged {
                other: Some(failure),
                ..by(Side::First, first.await)
            }
        }
        Step::Ended(side, made) => {
            drop((first, second));
            match side {
                Side::First => right.cancel(),
                Side::Second => left.cancel(),
            }
            by(side, made)
        }
    }
}

fn by(decided: Side, made: Made) -> Hedged {
    Hedged {
        made,
        decided,
        other: None,
    }
}

/// Looks at both in turn. The second is not looked at again once the first has had content, and so cannot have any.
fn step(
    race: &Race,
    first: Pin<&mut impl Future<Output = Made>>,
    second: Pin<&mut impl Future<Output = Made>>,
    context: &mut Context<'_>,
) -> Poll<Step> {
    if let Poll::Ready(made) = first.poll(context) {
        return Poll::Ready(Step::Ended(Side::First, made));
    }
    if race.winner().is_some() {
        return Poll::Ready(Step::Won(Side::First));
    }
    if let Poll::Ready(made) = second.poll(context) {
        return Poll::Ready(Step::Ended(Side::Second, made));
    }
    match race.winner() {
        Some(_) => Poll::Ready(Step::Won(Side::Second)),
        None => Poll::Pending,
    }
}
