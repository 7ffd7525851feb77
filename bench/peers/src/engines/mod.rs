//! The engines, each with the rules in its own form.

mod by_hand;
mod cedar;
mod cel;
mod pointsman;
mod regorus;

use crate::workload::{Request, Workload};
use std::time::{Duration, Instant};

/// An engine with its rules loaded.
pub(crate) trait Engine {
    /// What stands in the table.
    fn name(&self) -> &'static str;

    /// The rule that takes a request: the first in order that holds.
    fn decide(&mut self, request: &Request) -> Option<usize>;
}

/// An engine and how long it took to load its rules.
pub(crate) struct Loaded {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) time: Duration,
}

/// All engines; pointsman first.
pub(crate) fn load(workload: &Workload) -> Vec<Loaded> {
    vec![
        timed(self::pointsman::text(workload), |text| {
            self::pointsman::Pointsman::load(&text)
        }),
        timed(workload.rules, by_hand::Scan::new),
        timed(workload.rules, by_hand::Hash::new),
        timed(self::cel::texts(workload), |texts| self::cel::Cel::load(&texts)),
        timed(self::cedar::text(workload), |text| {
            self::cedar::Cedar::load(&text)
        }),
        timed(self::regorus::chain(workload), self::regorus::Regorus::chain),
        timed(self::regorus::table(workload), |table| {
            self::regorus::Regorus::table(&table)
        }),
    ]
}

fn timed<T, E: Engine + 'static>(rules: T, load: impl FnOnce(T) -> E) -> Loaded {
    let begun = Instant::now();
    let engine = load(rules);
    Loaded {
        time: begun.elapsed(),
        engine: Box::new(engine),
    }
}
