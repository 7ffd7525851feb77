//! Contradicting sets made smaller.

/// Makes a contradicting set of indices, in rising order, smaller: leaves out one after the other and asks `again`,
/// at most `rounds` times, whether the rest still contradicts itself; that answers with the part that does. With
/// rounds enough and answers always certain, no index of the result can be left out.
pub(crate) fn shrink(
    mut core: Vec<usize>,
    rounds: usize,
    mut again: impl FnMut(&[usize]) -> Option<Vec<usize>>,
) -> Vec<usize> {
    let mut at = 0;
    for _ in 0..rounds {
        let Some(left_out) = core.get(at).copied() else {
            break;
        };
        if core.len() == 1 {
            break;
        }
        let rest: Vec<usize> = core.iter().copied().filter(|index| *index != left_out).collect();
        match again(&rest) {
            Some(smaller) => {
                at = smaller.partition_point(|index| *index < left_out);
                core = smaller;
            }
            None => at += 1,
        }
    }
    core
}
