//! Names, types, totality and lints: syntax trees to the checked policy, with all diagnostics at once.
