//! The policy engine in Python: policies compiled, rows of Arrow data decided and replayed. Data comes in and goes out
//! through the Arrow PyCapsule interface, so that any data frame can take part.

mod columns;
mod decisions;
mod policy;
mod replay;
mod report;

use pyo3::prelude::*;

/// The module beneath the package `pointsman`.
#[pymodule]
fn _pointsman(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("PolicyError", module.py().get_type::<policy::PolicyError>())?;
    module.add_class::<policy::Policy>()?;
    module.add_class::<decisions::Decisions>()?;
    module.add_class::<replay::Replay>()?;
    module.add_class::<replay::Run>()?;
    module.add_class::<report::Report>()?;
    module.add_function(wrap_pyfunction!(report::merge, module)?)
}
