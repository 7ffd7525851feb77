//! The integration tests, one module a step.
