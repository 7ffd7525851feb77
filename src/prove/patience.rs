//! How long a proof may take. Proofs have no clock: whoever asks for one says when to stop.

/// Says when to stop.
pub trait Patience {
    /// Whether time is up. Asked often; once true it stays true.
    fn is_over(&self) -> bool;
}

/// Proofs may take as long as they need.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Patience for Unlimited {
    fn is_over(&self) -> bool {
        false
    }
}
