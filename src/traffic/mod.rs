//! Record files written and read: rotation, compression, torn tails.
