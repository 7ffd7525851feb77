//! The HTTP proxy: observe, decide, execute, respond, record.
