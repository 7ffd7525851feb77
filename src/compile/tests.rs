//! Files found, ordered and read.

use super::*;
use crate::diagnostic::Severity;
use crate::model::Named;

/// The smallest policy.
const SMALL: &str = "provider p { protocol simulated }\nmodel m { provider p }\nroute default { target m }\n";

/// A tenant table's key.
const KEY: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn names(compiled: &Compiled) -> Vec<&str> {
    let files = compiled.tree.sources().files();
    files.map(|(_, file)| file.name()).collect()
}

/// Each error's code, place and message.
fn errors(files: Texts) -> Vec<String> {
    let Err(rejected) = compile(&mut { files }) else {
        return vec!["it loads".to_owned()];
    };
    let errors = rejected.diagnostics.iter();
    errors
        .filter(|found| found.severity() == Severity::Error)
        .map(|found| {
            let place = found
                .primary()
                .map(|label| rejected.sources.locate(label.span))
                .unwrap_or_default();
            format!("{} {place} {}", found.code(), found.message())
        })
        .collect()
}

#[test]
fn a_used_file_stands_once_and_just_before_the_one_that_uses_it() {
    let mut files = Texts::new([
        (
            "a/one.policy",
            "use \"../b/two.policy\"\nuse \"/shared.policy\"\nroute default { target m }",
        ),
        (
            "z.policy",
            "use 'b/./two.policy'\n# use \"nothing\"\nguard g { deny 403 \"no\" }",
        ),
    ])
    .with("b/two.policy", "use '../shared.policy' model m { provider p }")
    .with("shared.policy", "provider p { protocol simulated }");
    let compiled = compile(&mut files).unwrap();
    assert_eq!(
        names(&compiled),
        ["shared.policy", "b/two.policy", "a/one.policy", "z.policy"]
    );
    assert_eq!(
        compiled.tree.policy().requested("m"),
        Some(Named::Model(crate::model::ModelId(0)))
    );
}

#[test]
fn a_circle_of_uses_is_told_with_its_chain() {
    let files = Texts::new([("a", "use \"b\"")])
        .with("b", "# first\nuse \"c\"")
        .with("c", "use \"b\"");
    assert_eq!(
        errors(files)[0],
        "P203 c:1:5 files use each other in a circle: `b` → `c` → `b`"
    );
    let itself = Texts::new([("a", "use \"a\"")]);
    assert_eq!(
        errors(itself)[0],
        "P203 a:1:5 files use each other in a circle: `a` → `a`"
    );
}

#[test]
fn files_that_cannot_be_read_are_told_and_hide_no_other_error() {
    let files = Texts::new([
        (
            "a",
            "use \"gone\"\nmodel m { provider p contxt 5 }\nroute r { target unknown }".as_bytes(),
        ),
        ("b", b"guard g { deny 403 \"caf\xe9\" }"),
        ("c", b" \n\t"),
        ("d", b"use \"c\" use \"gone\""),
    ]);
    let errors = errors(files);
    assert_eq!(
        errors,
        [
            "P701 a:1:5 cannot read `gone`: there is no such file",
            "P401 a:2:22 a model has no clause `contxt`",
            "P105 b:1:24 `b` is not UTF-8: byte 23, in line 1",
            "P706 c:1:1 `c` is empty",
        ]
    );
}

#[test]
fn an_empty_policy_does_not_load() {
    assert!(errors(Texts::new([("a", "")]))[0].starts_with("P706 a:1:1 `a` is empty"));
    assert!(errors(Texts::new([("a", "# nothing yet")]))[0].starts_with("P702  "));
    assert!(errors(Texts::new::<&str, &str>([]))[0].starts_with("P702  "));
    for blank in ["", " \r\n\t\n", "\u{feff}", "\u{feff}\n"] {
        let errors = errors(Texts::new([("a", SMALL), ("b", blank)]));
        assert_eq!(errors, ["P706 b:1:1 `b` is empty"], "{blank:?}");
    }
    assert_eq!(errors(Texts::new([("a", SMALL), ("b", "# later")])), ["it loads"]);
}

#[test]
fn old_line_ends_do_not_make_one_long_comment() {
    let guard = "provider p { protocol simulated }\rmodel m { provider p }\r# who pays\rguard g { when tenant == \"x\" # and\r deny 403 \"no\" }\rroute default { target m }\r";
    let compiled = compile(&mut Texts::new([("a", guard)])).unwrap();
    assert_eq!(compiled.tree.policy().guards.len(), 1);
}

#[test]
fn one_broken_statement_does_not_silence_the_rest() {
    let errors = errors(Texts::new([(
        "a",
        "provider p { protocol }\nmodel m { provider p serves [m, m] }\nlet x = 1 +\nroute r { when x > 1 && tokns > 1 target m }\nroute d { target q }",
    )]));
    let codes: Vec<&str> = errors.iter().map(|error| &error[..4]).collect();
    assert_eq!(codes, ["P101", "P405", "P101", "P201", "P201"], "{errors:#?}");
}

#[test]
fn bounds_on_files_are_told() {
    let many: Vec<(String, String)> = (0..=order::MAX_FILES)
        .map(|index| (format!("{index}"), "# nothing".to_owned()))
        .collect();
    assert_eq!(
        errors(Texts::new(many))[0],
        "P103 1024:1:1 the policy has more than 1024 files"
    );
    let mut order = order::Order::default();
    order.bytes = order::MAX_POLICY_BYTES - 2;
    let mut files = Texts::new([("a", "ab"), ("b", "c")]).with("large", vec![b'#'; (32 << 20) + 1]);
    let mut said = |name: &str| match order.bytes_of(name, &mut files) {
        Ok(_) => "fine".to_owned(),
        Err(found) => found.message().to_owned(),
    };
    assert_eq!(said("a"), "fine");
    assert_eq!(said("b"), "with `b` the policy is larger than 128 MiB");
    assert_eq!(said("large"), "`large` is larger than 32 MiB");
}

#[test]
fn a_chain_of_uses_as_long_as_a_policy_may_be_overflows_nothing() {
    let last = order::MAX_FILES - 1;
    let files = (0..last).fold(Texts::new([("0", "use \"1\"")]), |files, index| {
        files.with(format!("{index}"), format!("use \"{}\"", index + 1))
    });
    let compiled = compile(&mut files.with(format!("{last}"), SMALL)).unwrap();
    assert_eq!(names(&compiled).len(), order::MAX_FILES);
    assert_eq!(names(&compiled)[0], last.to_string());
}

#[test]
fn the_hash_covers_files_in_order_and_tables() {
    let policy = format!("{SMALL}tenants from \"t.csv\"");
    let table = |tier: &str| format!("tenant,key,tier\nacme,{KEY},{tier}\n");
    let hash = |files: Texts| *compile(&mut { files }).unwrap().tree.hash();
    let gold = hash(Texts::new([("a", policy.as_str())]).with("t.csv", table("gold")));
    let free = hash(Texts::new([("a", policy.as_str())]).with("t.csv", table("free")));
    assert_ne!(gold, free);
    let written = table("gold");
    let expected = crate::tree::PolicyHash::of([policy.as_bytes(), written.as_bytes()]);
    assert_eq!(gold, expected);
}

#[test]
fn wrong_tables_are_told_by_line_and_column() {
    let policy = format!(
        "{SMALL}fact seats int from tenant default 1\nguard g {{ when seats > 5 deny 403 \"\" }}\ntenants from \"t.csv\""
    );
    let said = |table: &str| errors(Texts::new([("a", policy.as_str())]).with("t.csv", table));
    assert_eq!(
        said(
            "tenant,key,tier,seats,tags\nacme,ci:HASH,gold,7,a;b\n"
                .replace("HASH", KEY)
                .as_str()
        ),
        ["it loads"]
    );
    assert_eq!(
        said("tenant,kye,seats,seats\n"),
        [
            "P703 a:6:14 `t.csv`, line 1: `kye` is neither `tenant`, `key`, `tags` nor a fact from tenant",
            "P703 a:6:14 `t.csv`, line 1: the column `seats` stands twice",
        ]
    );
    assert_eq!(
        said(
            "tenant,key,seats\nacme,secret,1\n\nanonymous,,\nb,,many\nacme,,2,3\n,,\n\"c\nd\",,5\nc,,5\nc,,6\n"
        ),
        [
            "P703 a:6:14 `t.csv`, line 2: column `key`: a key is the SHA-256 of it in 64 hex digits, or `NAME:` and that",
            "P703 a:6:14 `t.csv`, line 4: no tenant can be named `anonymous`: it stands for callers without one",
            "P703 a:6:14 `t.csv`, line 5: column `seats` is an int, not `many`",
            "P703 a:6:14 `t.csv`, line 6: the header has 3 columns, this row 4",
            "P703 a:6:14 `t.csv`, line 7: column `tenant`: it is empty",
            "P703 a:6:14 `t.csv`, line 8: column `tenant`: it holds a control character",
            "P703 a:6:14 `t.csv`, line 11: the tenant `c` is declared twice",
        ]
    );
    assert_eq!(said("tenant,key\n"), ["P703 a:6:14 `t.csv`: it has no tenant"]);
    assert_eq!(
        said(""),
        ["P703 a:6:14 `t.csv`, line 1: there is no column `tenant`"]
    );
    let many = format!("tenant,seats\n{}", "x,y\n".repeat(50));
    assert_eq!(said(&many).len(), 21);
}

#[test]
fn a_table_is_named_once_and_tables_are_one_world_with_tenants() {
    let table = format!("tenant,key\nacme,{KEY}\n");
    let twice = Texts::new([("a", format!("{SMALL}tenants from \"t\" tenants from \"./t\""))])
        .with("t", table.as_str());
    assert_eq!(errors(twice), ["P405 a:4:31 the table `t` is named twice"]);
    let shared = Texts::new([(
        "a",
        format!("{SMALL}tenant globex {{ key ci sha256 \"{KEY}\" }} tenants from \"t\" guard g {{ when tenant == \"acme\" deny 403 \"\" }}"),
    )])
    .with("t", table.as_str());
    assert_eq!(
        errors(shared),
        ["P703 a:4:113 `t`, line 2: column `key`: the key `key` is one of the tenant `globex` already"]
    );
    let missing = Texts::new([(
        "a",
        format!("{SMALL}tenants from \"t\" guard g {{ when tenant == \"x\" deny 403 \"\" }}"),
    )]);
    assert_eq!(
        errors(missing),
        ["P701 a:4:14 cannot read `t`: there is no such file"]
    );
}

#[test]
fn secrets_in_a_policy_are_not_repeated() {
    let hidden = "hidden-é-value";
    let text = format!(
        "provider p {{ protocol openai url \"https://me:{hidden}@host/\" key \"{hidden}\" header \"api-key\" \"{hidden}\" }}\n\
         provider q {{ protocol openai url \"https://host/\" key env \"{hidden}\" }}\n\
         tenant t {{ key \"{hidden}\" key a sha256 \"{hidden}\" key b \"{hidden}\" }}\n\
         route r {{ target nothing }}\n"
    );
    let rejected = compile_text(&text).unwrap_err();
    assert_eq!(rejected.diagnostics.len(), 8);
    let said = diagnostic::render_human(&rejected.diagnostics, &rejected.sources, false)
        + &diagnostic::render_json(&rejected.diagnostics, &rejected.sources).to_string()
        + &format!("{rejected:?}");
    assert!(!said.contains("hidden"), "{said}");
    assert!(said.contains("target nothing"), "{said}");
}

#[test]
fn of_very_many_errors_the_first_thousand_are_shown() {
    let text = format!(
        "{}{SMALL}",
        "tenant t { key k env \"K\" }\nlet a = 1\n".repeat(5_000)
    );
    let errors = errors(Texts::new([("a", text)]));
    assert_eq!(errors.len(), MAX_DIAGNOSTICS);
    assert!(errors[0].starts_with("P202 a:3:8 the tenant `t` is declared twice"));
}

#[test]
fn what_was_meant_is_searched_for_the_first_unknown_names_only() {
    let routes: String = (0..1_000)
        .map(|index| format!("route r{index} {{ when stream target n }}\n"))
        .collect();
    let Err(rejected) = compile_text(&format!("{routes}{SMALL}")) else {
        panic!("it loads");
    };
    let hinted = rejected
        .diagnostics
        .iter()
        .filter(|found| {
            found
                .help_lines()
                .iter()
                .any(|help| help.contains("did you mean"))
        })
        .count();
    assert!((100..1_000).contains(&hinted), "{hinted}");
}
