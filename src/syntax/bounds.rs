//! How much text the language takes. Every bound is checked before anything recurses.

/// Bytes of one file.
pub const MAX_FILE_BYTES: usize = 32 << 20;

/// Bytes of one statement, from its first to its last word; the plain elements of lists are not counted.
pub const MAX_STATEMENT_BYTES: usize = 256 << 10;

/// Brackets open at one place.
pub const MAX_NESTING: usize = 64;

/// Nodes of one expression; literals that are elements of a list are not counted.
pub const MAX_EXPRESSION_NODES: usize = 4096;

/// Nodes from an expression's root to its deepest leaf.
pub const MAX_EXPRESSION_DEPTH: usize = 256;

/// Elements of one list.
pub const MAX_LIST_ELEMENTS: usize = 100_000;

/// Elements of all lists of one statement.
pub const MAX_STATEMENT_ELEMENTS: usize = 1_000_000;

/// Errors told of one file; the rest of the file is not read then.
pub const MAX_FILE_ERRORS: usize = 500;

/// Errors told of one statement's clauses that do not parse.
pub(super) const MAX_CLAUSE_ERRORS: usize = 10;

/// Errors of brackets and strings told of one statement: what follows the first few is mostly their echo.
pub(super) const MAX_BRACKET_ERRORS: usize = 4;
