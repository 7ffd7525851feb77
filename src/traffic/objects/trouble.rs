//! What is wrong with a request to the storage, in one line, and what to do about it.

use object_store::Error;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};

/// Said where nothing tells who asks.
pub(super) const NO_CREDENTIALS: &str = "there are no credentials: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` \
     (profiles are not read: `aws configure export-credentials --format env` prints theirs), or `AWS_SKIP_SIGNATURE=true` \
     for a public bucket";

/// Set to `true`, it keeps programs for S3 from asking the machine that they run on for credentials.
const NO_MACHINE: &str = "AWS_EC2_METADATA_DISABLED";

/// Where a machine in a cloud tells the credentials of those that run on it.
const MACHINE: [&str; 2] = ["latest/api/token", "latest/meta-data"];

/// Said of an endpoint where nobody answers.
const NOBODY: [&str; 2] = ["connection refused", "failed to lookup address"];

/// Why an object was not found.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There is none of that name.
    NoObject,
    /// In words.
    Other(String),
}

/// Whether the environment has no credentials, and says that there are none to ask the machine for.
#[allow(clippy::disallowed_methods, reason = "credentials are the world's")]
pub(super) fn has_no_credentials(builder: &AmazonS3Builder) -> bool {
    let known = [
        Key::AccessKeyId,
        Key::SecretAccessKey,
        Key::WebIdentityTokenFile,
        Key::ContainerCredentialsRelativeUri,
        Key::ContainerCredentialsFullUri,
        Key::SkipSignature,
    ];
    let is_set = |key: &Key| {
        builder
            .get_config_value(key)
            .is_some_and(|value| value != "false")
    };
    !known.iter().any(is_set)
        && std::env::var(NO_MACHINE).is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Where the storage is looked for.
const WHERE: &str = "`AWS_ENDPOINT_URL` and `AWS_REGION` say where it is looked for";

/// An error as part of a sentence.
pub(super) fn reason(error: &Error, bucket: &str) -> String {
    let text = format!("{error}: {}", last_cause(error));
    let known = [
        (
            "Received redirect",
            "the bucket is elsewhere: set `AWS_REGION` to its region",
        ),
        (
            "URL scheme is not allowed",
            "`AWS_ENDPOINT_URL` is without TLS: `AWS_ALLOW_HTTP=true` allows that",
        ),
        ("Missing SecretAccessKey", "`AWS_SECRET_ACCESS_KEY` is missing"),
        ("Missing AccessKeyId", "`AWS_ACCESS_KEY_ID` is missing"),
        (MACHINE[0], NO_CREDENTIALS),
        (MACHINE[1], NO_CREDENTIALS),
    ];
    if let Some((_, said)) = known.iter().find(|(part, _)| text.contains(part)) {
        return (*said).to_owned();
    }
    let code = code(&text).unwrap_or_default();
    match code {
        "NoSuchBucket" => format!("there is no bucket `{bucket}`; {WHERE}"),
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidToken"
        | "ExpiredToken"
        | "AuthorizationHeaderMalformed" => format!(
            "the credentials are refused (`{code}`): see `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, \
             `AWS_SESSION_TOKEN` and `AWS_REGION`"
        ),
        _ if NOBODY.iter().any(|part| text.contains(part)) => format!("{}; {WHERE}", last_cause(error)),
        _ => by_kind(error, code),
    }
}

fn by_kind(error: &Error, code: &str) -> String {
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => format!(
            "access is denied{}: the credentials need `s3:ListBucket` on the bucket and `s3:GetObject` on its objects",
            if code.is_empty() {
                String::new()
            } else {
                format!(" (`{code}`)")
            }
        ),
        Error::NotFound { .. } => "there is no such object".to_owned(),
        Error::Precondition { .. } => "the object was changed while it was read".to_owned(),
        _ => last_cause(error),
    }
}

/// The code in S3's answer.
fn code(text: &str) -> Option<&str> {
    text.split_once("<Code>")?
        .1
        .split_once("</Code>")
        .map(|(code, _)| code)
}

/// The innermost cause, in lower case and one line.
fn last_cause(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let io = cause.downcast_ref::<std::io::Error>();
    let text = io.map_or_else(|| cause.to_string(), super::super::reason);
    text.lines().next().unwrap_or_default().to_owned()
}
