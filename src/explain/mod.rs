//! Decision and trace in words and in JSON.
