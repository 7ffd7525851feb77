//! One plan carried out: attempts, retries, commit, cancellation.
