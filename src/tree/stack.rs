//! Room on the stack for the interpreter, which recurses along an expression with large frames.

/// Bytes of stack that one level of an expression takes, in the interpreter's parser and its evaluation. Measured:
/// 256 levels fit in 2 MiB when optimised, 8 levels of parentheses do when not.
const LEVEL: usize = if cfg!(debug_assertions) {
    256 << 10
} else {
    16 << 10
};

/// Bytes for what does not grow with the expression.
const BASE: usize = 128 << 10;

/// Most levels that room is made for; deeper expressions are refused before.
pub(super) const MOST_LEVELS: usize = 512;

/// Calls `work` with room for an expression of `levels` levels: on the present stack where it has that much left,
/// else on another one.
pub(super) fn with_room<T>(levels: usize, work: impl FnOnce() -> T) -> T {
    let bytes = BASE + levels.min(MOST_LEVELS) * LEVEL;
    stacker::maybe_grow(bytes, bytes, work)
}
