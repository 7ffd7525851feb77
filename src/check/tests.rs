//! Readers of numbers, URLs and globs, and that no text makes the checker panic.

use super::items::parse_count;
use super::serving::overlap;
use super::tenant::parse_sha256;
use super::url::{UrlFault, check_url};
use crate::model::glob_fits;
use proptest::prelude::*;

#[test]
fn counts_are_whole_numbers_with_k_or_m() {
    for (text, count) in [
        ("0", Some(0)),
        ("128k", Some(128_000)),
        ("2M", Some(2_000_000)),
        ("1.5k", None),
        ("k", None),
        ("1K", None),
        ("-1", None),
        ("+1", None),
        ("", None),
        ("é", None),
        ("18446744073709551616", None),
        ("18446744073709551615k", None),
    ] {
        assert_eq!(parse_count(text), count, "{text}");
    }
}

#[test]
fn a_hash_has_64_hex_digits() {
    let digits = "0123456789abcdefABCDEF0123456789".repeat(2);
    assert_eq!(
        parse_sha256(&digits).map(|hash| (hash[0], hash[11])),
        Some((0x01, 0x01))
    );
    assert_eq!(parse_sha256(&digits[1..]), None);
    assert_eq!(parse_sha256(&format!("{}g", &digits[1..])), None);
    assert_eq!(parse_sha256(&format!("{}é", &digits[2..])), None);
}

#[test]
fn base_urls_have_scheme_and_host_and_no_secret() {
    for url in [
        "https://api.openai.com/v1",
        "http://localhost:11434",
        "http://[::1]:8000/v1",
        "http://10.0.0.1/a%20b",
        "https://x.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21",
    ] {
        assert_eq!(check_url(url), Ok(()), "{url}");
    }
    for url in [
        "",
        "api.openai.com/v1",
        "ftp://host/",
        "https://",
        "https:///v1",
        "https://host:/v1",
        "https://host:0/",
        "https://host:65536/",
        "https://host:+1/",
        "https://ho st/",
        "https://höst/",
        "https://host/#part",
        "https://host/{name}",
        "https://[::1/",
        "https://[localhost]/",
        "https://host/\n",
    ] {
        assert!(matches!(check_url(url), Err(UrlFault::Malformed(_))), "{url:?}");
    }
    for url in [
        "https://me:pass@host/",
        "https://token@host",
        "https://host/v1?key=abc",
    ] {
        assert_eq!(check_url(url), Err(UrlFault::Secret), "{url}");
    }
}

/// All texts over two letters with at most `longest` of them.
fn texts(longest: u32) -> impl Iterator<Item = String> {
    (0..=longest).flat_map(|length| {
        (0..1u32 << length).map(move |bits| {
            (0..length)
                .map(|place| if bits >> place & 1 == 0 { 'a' } else { 'b' })
                .collect()
        })
    })
}

proptest! {
    #[test]
    fn globs_overlap_where_a_name_fits_both(left in "[ab*]{0,4}", right in "[ab*]{0,4}") {
        let common = texts(8).find(|text| glob_fits(&left, text) && glob_fits(&right, text));
        prop_assert_eq!(overlap(&left, &right), common.is_some(), "{:?}", common);
        prop_assert_eq!(overlap(&left, &right), overlap(&right, &left));
    }

    #[test]
    fn a_policy_with_a_piece_cut_out_is_checked_to_the_end(start in 0usize..6_000, length in 1usize..60) {
        let text = include_str!("../../tests/cases/right/every-clause.policy");
        let cut: String = text
            .char_indices()
            .filter(|(at, _)| !(start..start + length).contains(at))
            .map(|(_, character)| character)
            .collect();
        let file = crate::source::SourceMap::new().add("policy", cut.as_str());
        let (document, found) = crate::syntax::parse(file, &cut);
        let (policy, said) = super::check(super::Input {
            documents: &[document],
            tables: &std::collections::BTreeMap::new(),
            complete: found.is_empty(),
            all_files: true,
        });
        prop_assert!(policy.is_some() || !found.is_empty() || !said.is_empty());
    }
}
