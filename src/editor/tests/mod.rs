//! Policies on an editor's desk: texts with a mark `‸` where the cursor stands, and what the server makes of them.

mod completion;
mod formatting;
mod hover;
mod lens;
mod navigation;
mod overlay;
mod protocol;
mod renaming;
mod texts;

use super::analysis::Analysis;
use super::buffers::Buffers;
use super::home::Home;
use super::places::uri_of;
use super::policies::Policies;
use super::positions::Encoding;

/// Where the cursor stands.
const CURSOR: char = '‸';

/// The complete policy of the language's description, in one file.
const EXAMPLE: &str = r#"
provider openai {
  protocol openai
  url      "https://api.openai.com/v1"
  key      env "OPENAI_API_KEY"
}
provider vllm-eu {
  protocol openai
  url      "http://vllm.eu.internal:8000/v1"
  region   "eu"
}
model gpt-mini {
  provider openai
  name     "gpt-4o-mini"
  serves   ["gpt-4o-mini", "gpt-4o-mini-*"]
  context  128k
  price    input $0.15 cached $0.075 output $0.60
  region   "us"
  can      [tools, vision, json]
}
model llama-eu {
  provider vllm-eu
  name     "llama-3.3-70b"
  context  128k
  price    input $0.30 output $0.30
  tags     ["own"]
}
pool small {
  pick    least-busy
  members [gpt-mini, llama-eu]
}
fact tier one of ["free", "pro", "gold"] from tenant default "free"
fact team string from header "x-team" default ""
tenant acme {
  key    ci sha256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  tier   "gold"
  region "eu"
  tags   ["vip"]
}
let heavy = tokens > 100000 || images > 4
let ours = ["llama-eu"]
guard residency {
  when    region == "eu"
  require target.region == "eu" && target.model in ours
}
route free {
  when     tier == "free" && !heavy && tenant != "acme"
  target   split by user { gpt-mini 90% llama-eu 10% }
  fallback small on [connect, server]
}
route named {
  when   requested == "gpt-mini"
  target requested
}
route default {
  target   gpt-mini
  fallback llama-eu
}
"#;

/// Texts on a desk, one of them with the cursor.
struct Desk {
    buffers: Buffers,
    name: String,
    offset: usize,
}

impl Desk {
    /// Files of one directory that is on no disk.
    fn new(files: &[(&str, &str)]) -> Self {
        let mut desk = Desk {
            buffers: Buffers::default(),
            name: String::new(),
            offset: 0,
        };
        for (file, text) in files {
            let name = format!("/no/such/directory/{file}");
            if let Some(at) = text.find(CURSOR) {
                (desk.name, desk.offset) = (name.clone(), at);
            }
            let text = text.replace(CURSOR, "");
            desk.buffers.open(uri_of(&name).unwrap(), 1, text);
        }
        if desk.name.is_empty() {
            desk.name = desk.buffers.names().next().unwrap().to_owned();
        }
        desk
    }

    /// A file beside the whole example.
    fn beside_example(text: &str) -> Self {
        Desk::new(&[("00-example.policy", EXAMPLE), ("90-own.policy", text)])
    }

    /// The example with the cursor behind the first of these words.
    fn in_example(at: &str) -> Self {
        let (before, behind) = at.split_once(CURSOR).unwrap();
        let whole = format!("{before}{behind}");
        let found = EXAMPLE.find(&whole).unwrap() + before.len();
        let mut text = EXAMPLE.to_owned();
        text.insert(found, CURSOR);
        Desk::new(&[("00-example.policy", &text)])
    }

    fn analysis(&self) -> Analysis {
        Analysis::new(&Home::of(&self.name), &self.buffers, None)
    }
}

/// The file's own name and the line that holds a byte, the bytes of the range between marks.
fn shown(analysis: &Analysis, name: &str, range: std::ops::Range<usize>) -> String {
    let text = analysis.text(name).unwrap();
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |at| range.end + at);
    let file = name.rsplit('/').next().unwrap();
    let line = text[..range.start].matches('\n').count() + 1;
    format!(
        "{file}:{line}: {}«{}»{}",
        text[start..range.start].trim_start(),
        &text[range.clone()],
        &text[range.end..end]
    )
}

#[test]
fn the_example_is_right() {
    let analysis = Desk::new(&[("00-example.policy", EXAMPLE)]).analysis();
    let errors: Vec<&str> = analysis
        .diagnostics
        .iter()
        .filter(|found| found.severity() == crate::diagnostic::Severity::Error)
        .map(crate::diagnostic::Diagnostic::message)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn what_one_broken_rule_holds_back_is_only_its_own() {
    let desk = Desk::beside_example(
        "guard a { when tier == }\nguard b { when tier == \"gratis\" deny 403 \"no\" }\n",
    );
    let mut policies = Policies::new(None);
    policies.touch(&desk.name);
    let (shown, _) = policies.refresh(&desk.buffers, Encoding::Utf16, None);
    let own = shown
        .iter()
        .find(|shown| shown.name.ends_with("90-own.policy"))
        .unwrap();
    let lines: Vec<u32> = own.findings.iter().map(|found| found.range.start.line).collect();
    assert_eq!(lines, [0, 1], "{own:?}");
}
