//! Plans carried out against scripted providers on a paused clock, and against real sockets.

mod bench;
mod breaker;
mod cancel;
mod commit;
mod ejected;
mod fake;
mod flap;
mod give_up;
mod hedge;
mod rescue;
mod retry;
mod sockets;
mod split;
mod streams;
