//! The report as one HTML page that holds all it needs and asks the network for nothing. Everything that traffic or policy
//! names is escaped; what scripts and styles there are is named by its hash, so that nothing else can run.

mod chart;
mod charts;
mod escape;
mod flow;
mod sections;

use self::escape::{Html, base64};
use super::report::Report;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Report {
    /// The report as a page of HTML.
    pub fn to_html(&self) -> String {
        let mut page = Html::default();
        page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.raw(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'\">\n",
            hash(STYLE),
            hash(SCRIPT)
        ));
        page.raw("<title>Policy dry run</title>\n<style>");
        page.raw(STYLE);
        page.raw("</style>\n</head>\n<body>\n<main>\n");
        self.write_sections(&mut page);
        page.raw("</main>\n<script>");
        page.raw(SCRIPT);
        page.raw("</script>\n</body>\n</html>\n");
        page.into_text()
    }
}

/// A source of Content Security Policy: the hash of what stands within a tag.
fn hash(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content)))
}

#[cfg(test)]
mod tests;
