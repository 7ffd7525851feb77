//! Names of files: the editor's URIs and the paths that policies know.

use lsp_types::Uri;
use std::fmt::Write;
use std::str::FromStr;

/// The scheme of files on disk.
const FILE: &str = "file://";

/// The name of the file at a URI: its path where it is on disk, else the URI itself.
pub(super) fn name_of(uri: &Uri) -> String {
    let text = uri.as_str();
    let Some(rest) = text.strip_prefix(FILE) else {
        return text.to_owned();
    };
    // A host stands before the path; it is this machine's.
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    let path = decoded(path);
    let mut letters = path.chars();
    let is_drive = letters.next() == Some('/')
        && letters.next().is_some_and(|drive| drive.is_ascii_alphabetic())
        && letters.next() == Some(':');
    match is_drive {
        true => path.trim_start_matches('/').to_owned(),
        false => path,
    }
}

/// The URI of the file of this name; `None` where there is none that could be written.
pub(super) fn uri_of(name: &str) -> Option<Uri> {
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    let text = if name.starts_with('/') {
        format!("{FILE}{}", encoded(name))
    } else if is_drive {
        format!("{FILE}/{}", encoded(&name.replace('\\', "/")))
    } else {
        name.to_owned()
    };
    Uri::from_str(&text).ok()
}

/// Whether the name is a path on disk.
pub(super) fn is_path(name: &str) -> bool {
    name.starts_with('/') || name.as_bytes().get(1) == Some(&b':')
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = (*first == b'%')
            .then(|| behind.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = match hex {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
