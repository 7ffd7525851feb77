//! What is evaluated natively comes out as the interpreter has it.

use crate::expressions::Place;
use crate::two_ways::check;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_route(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Place::Route);
    }

    #[test]
    fn in_a_require(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Place::Require);
    }

    #[test]
    fn in_an_assert(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Place::Assert);
    }

    #[test]
    fn in_an_assumption(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Place::Assume);
    }
}
