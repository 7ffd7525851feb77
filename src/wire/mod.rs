//! Shapes of the providers' requests, responses and stream events: pure conversion, no sockets.
