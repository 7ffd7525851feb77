//! What is evaluated natively comes out as the interpreter has it.

use crate::two_ways::check;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_route(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, false);
    }

    #[test]
    fn in_a_require(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, true);
    }
}
