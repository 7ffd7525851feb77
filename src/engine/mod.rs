//! One plan carried out: attempts, retries and fallbacks, the commit point, cancellation.

mod answer;
mod call;
mod carry;
mod report;

pub use answer::{Answer, AnswerBody, BrokenAnswer};
pub use call::Call;
pub use carry::carry_out;
pub use report::{Attempt, Outcome, Report};
