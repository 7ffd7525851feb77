//! Secrets from files are read again, and never shown.

use crate::model::CredentialSource;
use crate::provider::Secret;
use std::time::Duration;

fn file(text: &str) -> (tempfile::TempDir, CredentialSource) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    std::fs::write(&path, text).unwrap();
    let source = CredentialSource::File(path.display().to_string());
    (directory, source)
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_is_used_after_five_seconds() {
    let (directory, source) = file(" one\n");
    let secret = Secret::resolve(&source).unwrap();
    assert_eq!(&*secret.current().await, "one");
    std::fs::write(directory.path().join("key"), "two").unwrap();
    assert_eq!(&*secret.current().await, "one");
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(&*secret.current().await, "two");
    std::fs::remove_file(directory.path().join("key")).unwrap();
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(&*secret.current().await, "two");
    assert!(!secret.reread().await);
}

#[tokio::test(start_paused = true)]
async fn a_reread_tells_whether_the_secret_changed() {
    let (directory, source) = file("one");
    let secret = Secret::resolve(&source).unwrap();
    assert!(!secret.reread().await);
    std::fs::write(directory.path().join("key"), "two").unwrap();
    assert!(secret.reread().await);
    assert_eq!(&*secret.text(), "two");
}

#[tokio::test]
async fn what_cannot_be_had_is_named() {
    let missing = CredentialSource::Environment("POINTSMAN_TEST_NEVER_SET".to_owned());
    assert_eq!(
        Secret::resolve(&missing).unwrap_err().to_string(),
        "the environment variable `POINTSMAN_TEST_NEVER_SET` is not set"
    );
    let (_directory, blank) = file(" \n");
    assert!(
        Secret::resolve(&blank)
            .unwrap_err()
            .to_string()
            .ends_with("is empty")
    );
    let (_directory, source) = file("s3cret");
    let shown = format!("{:?}", Secret::resolve(&source).unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
}
