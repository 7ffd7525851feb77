//! The programs of a policy's conditions, each distinct one compiled once and numbered.

use super::cel_text::ProgramText;
use super::interpreter::Program;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Programs by their texts; texts that are alike can differ in what their names stand for.
#[derive(Debug, Default)]
pub(super) struct Programs {
    by_text: BTreeMap<String, Vec<(ProgramText, Arc<Program>)>>,
    count: u32,
}

impl Programs {
    /// The program of a condition of so many levels. An error says in one line what is not taken.
    pub(super) fn compile(&mut self, source: ProgramText, levels: usize) -> Result<Arc<Program>, String> {
        let alike = self.by_text.entry(source.text.clone()).or_default();
        if let Some((_, program)) = alike.iter().find(|(known, _)| *known == source) {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(Program::compile(&source, levels)?.numbered(self.count));
        self.count += 1;
        alike.push((source, Arc::clone(&program)));
        Ok(program)
    }
}
