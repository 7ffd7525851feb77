//! Order, distance and rendering of diagnostics.
