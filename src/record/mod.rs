//! The versioned traffic record, with serialised types of its own.
