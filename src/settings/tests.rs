//! Flags as typed against what they mean.

use super::*;

fn flags() -> ServeFlags {
    ServeFlags {
        policy: vec![PathBuf::from("policies")],
        listen: "127.0.0.1:8080".to_owned(),
        admin: "localhost:9090".to_owned(),
        admin_token: None,
        tls_cert: None,
        tls_key: None,
        upstream_ca: None,
        anonymous: false,
        shadow: Vec::new(),
        record: record(None, &[]),
        drain_timeout: "10m".to_owned(),
        body_limit: "128MiB".to_owned(),
        proof_budget: "5s".to_owned(),
        unproved: Unproved::Refuse,
    }
}

fn record(directory: Option<&str>, headers: &[&str]) -> RecordFlags {
    RecordFlags {
        directory: directory.map(PathBuf::from),
        headers: headers.iter().map(|name| (*name).to_owned()).collect(),
        ..RecordFlags::default()
    }
}

fn errors(flags: ServeFlags) -> Vec<String> {
    flags
        .settle()
        .map(|_| Vec::new())
        .unwrap_or_else(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn the_defaults_settle() {
    let settings = flags().settle().unwrap();
    assert_eq!(settings.admin.to_string(), "127.0.0.1:9090");
    assert_eq!(settings.body_limit, 128 << 20);
    assert_eq!(settings.drain_timeout, Duration::from_secs(600));
    assert_eq!(settings.proving, Proving::default());
    assert!(matches!(settings.admin_access, AdminAccess::LoopbackNames));
}

#[test]
fn every_error_is_told_at_once() {
    let found = errors(ServeFlags {
        listen: "example.com:80".to_owned(),
        admin: "0.0.0.0:9090".to_owned(),
        record: record(None, &["X-Team"]),
        drain_timeout: "soon".to_owned(),
        body_limit: "12 elephants".to_owned(),
        proof_budget: "2h".to_owned(),
        ..flags()
    });
    let settings: Vec<_> = found
        .iter()
        .map(|error| error.split('`').nth(1).unwrap_or_default())
        .collect();
    assert_eq!(
        settings,
        [
            "--listen",
            "--admin",
            "--record-headers",
            "--drain-timeout",
            "--body-limit",
            "--proof-budget"
        ]
    );
}

#[test]
fn an_admin_address_that_others_reach_needs_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, "a long secret\n").unwrap();
    let settings = ServeFlags {
        admin: "0.0.0.0:9090".to_owned(),
        admin_token: Some(format!("file:{}", path.display())),
        ..flags()
    }
    .settle()
    .unwrap();
    let AdminAccess::Token(token) = settings.admin_access else {
        panic!("no token");
    };
    assert!(token.matches("a long secret"));
    assert!(!token.matches("a long secre"));
    assert!(!format!("{token:?}").contains("secret"));
}

#[test]
fn a_literal_token_is_refused_and_not_repeated() {
    let found = errors(ServeFlags {
        admin_token: Some("hunter2hunter2".to_owned()),
        ..flags()
    });
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("hunter2"), "{}", found[0]);
}

#[test]
fn credentials_are_never_recorded() {
    let found = errors(ServeFlags {
        record: record(Some("records"), &["Authorization"]),
        ..flags()
    });
    assert_eq!(found.len(), 1);
}

#[test]
fn a_policy_for_everyone_is_kept_at_home() {
    let open = ServeFlags {
        listen: "0.0.0.0:8080".to_owned(),
        ..flags()
    };
    let settings = open.clone().settle().unwrap();
    assert!(settings.admits(true).is_ok());
    assert!(settings.admits(false).is_err());
    let anonymous = ServeFlags {
        anonymous: true,
        ..open
    };
    assert!(anonymous.settle().unwrap().admits(false).is_ok());
    assert!(flags().settle().unwrap().admits(false).is_ok());
}

#[test]
fn sizes_have_units() {
    assert_eq!(size::parse("1024"), Some(1024));
    assert_eq!(size::parse("2k"), Some(2000));
    assert_eq!(size::parse("2KiB"), Some(2048));
    assert_eq!(size::parse("MiB"), None);
    assert_eq!(size::parse("-1"), None);
    assert_eq!(size::parse("99999999999999999999"), None);
}
