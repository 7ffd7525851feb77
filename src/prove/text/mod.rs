//! What is known of one string: tests of it, and whether they can come out as wanted.

mod test;

pub(crate) use test::TextTest;
