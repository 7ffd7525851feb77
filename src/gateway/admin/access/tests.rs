//! Names of this machine.

use super::is_loopback;

#[test]
fn only_loopback_names_are_taken() {
    for host in [
        "localhost",
        "LOCALHOST:9090",
        "127.0.0.1:9090",
        "127.8.0.1",
        "[::1]:9090",
        "localhost.",
    ] {
        assert!(is_loopback(host), "{host}");
    }
    for host in [
        "",
        "example.com",
        "localhost.example.com",
        "10.0.0.1:9090",
        "[::2]",
        "127.0.0.1.example.com",
    ] {
        assert!(!is_loopback(host), "{host}");
    }
}
