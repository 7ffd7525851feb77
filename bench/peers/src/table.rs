//! The tables: times of a decision, what they are beside pointsman's, and times of loading.

use std::time::Duration;

/// What one engine takes for one number of rules.
pub(crate) struct Cell {
    pub(crate) engine: &'static str,
    /// Nanoseconds of a decision.
    pub(crate) decision: f64,
    pub(crate) load: Duration,
}

/// Prints all three tables in Markdown.
pub(crate) fn print(sizes: &[usize], columns: &[Vec<Cell>]) {
    table(
        "a decision, its input built, the last rule matching",
        sizes,
        columns,
        |_, cell| time(cell.decision),
    );
    table(
        "beside pointsman: how many times as long",
        sizes,
        columns,
        |first, cell| ratio(cell.decision / first.decision),
    );
    table("rules loaded, from text", sizes, columns, |_, cell| {
        time(cell.load.as_secs_f64() * 1e9)
    });
}

fn table(title: &str, sizes: &[usize], columns: &[Vec<Cell>], text: impl Fn(&Cell, &Cell) -> String) {
    let heads: Vec<String> = sizes.iter().map(|size| format!("{size} rules")).collect();
    println!(
        "\n| {title} | {} |\n|---|{}",
        heads.join(" | "),
        "---:|".repeat(sizes.len())
    );
    for (row, cell) in columns.first().into_iter().flatten().enumerate() {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| text(&column[0], &column[row]))
            .collect();
        println!("| {} | {} |", cell.engine, cells.join(" | "));
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.1} µs", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.1}")
    } else {
        format!("{ratio:.0}")
    }
}
