//! Live state of targets (requests in flight, latencies), kept over reloads.
