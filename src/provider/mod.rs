//! Calls to providers: deadlines, streams, failure class and blame.
