//! The command line: one file per command, an enum of exit codes.
