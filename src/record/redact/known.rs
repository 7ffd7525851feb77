//! What e-mail addresses, telephone numbers, cards and keys look like, as patterns of RE2's syntax.

use crate::model::Sensitive;

/// Letters of any script in name and host, at least one dot in the host.
const EMAIL: &str = r"[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+";

/// With `+` or `00` before the country, as in North America, and with an area code that begins with 0.
const PHONE: &str = concat!(
    r"(?:\+|\b00)[1-9](?:[ ().\-/]{0,2}[0-9]){6,14}\b",
    r"|(?:\([2-9][0-9]{2}\) ?|\b[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}\b",
    r"|(?:\(|\b)0[1-9][0-9]{1,4}(?:\) ?|[ /-])[0-9][0-9 -]{3,10}[0-9]\b",
);

/// Runs of digits, blanks and dashes that have room for a card's number; which of them are some is told by `card`.
const CARD: &str = r"\b[0-9](?:[ -]?[0-9]){12,}\b";

/// What well known providers begin their keys with, tokens of JSON (JWT), what stands behind `Bearer`, and private keys
/// in PEM, cut ones too.
const KEY: &str = concat!(
    r"\bsk-[A-Za-z0-9_-]{16,}",
    r"|\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}",
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"|\bAIza[A-Za-z0-9_-]{35}",
    r"|\bgh[oprsu]_[A-Za-z0-9]{36,}",
    r"|\bgithub_pat_[A-Za-z0-9_]{22,}",
    r"|\bglpat-[A-Za-z0-9_-]{20,}",
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"|\bhf_[A-Za-z0-9]{30,}",
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    r"|\bBearer +[A-Za-z0-9._~+/-]{16,}=*",
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
);

/// What something that is known by its form looks like.
pub(super) fn pattern(known: Sensitive) -> &'static str {
    match known {
        Sensitive::Email => EMAIL,
        Sensitive::Phone => PHONE,
        Sensitive::Card => CARD,
        Sensitive::Key => KEY,
    }
}
