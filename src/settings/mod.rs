//! What the operator typed, then what it means.
