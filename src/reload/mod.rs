//! Watches the policy's files, compiles aside, swaps one pointer.
