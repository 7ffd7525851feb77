//! The facts of one record under the candidate and the baseline, and which of those that are read it has.

use super::as_recorded::Comparison;
use super::cell::Cell;
use super::columns::Cells;
use super::comparison::{FactPlace, Replay};
use super::mapping::{Entry, Role};
use super::reading::{Line, Origin, Plain, Unread, first, plain};
use super::side::{Side, clear};
use crate::facts::{Builtin, FactId, Facts, Type, Value};
use crate::record::Record;

/// Facts under both policies.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    pub(super) candidate: Facts,
    /// `None` where the comparison is with what was recorded, or where the baseline has the candidate's facts.
    baseline: Option<Facts>,
    /// Whether the baseline has the candidate's facts: both policies know the same ones, and read them alike.
    shared: bool,
    /// For each fact that is read, whether the record has it.
    pub(super) present: Vec<bool>,
}

/// What a value is as a fact under each policy; `None` where a policy has no such fact, or where it is none of its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    candidate: Option<Value>,
    baseline: Option<Value>,
}

impl Known {
    pub(super) fn new(
        replay: &Replay<'_>,
        place: &FactPlace,
        role: &Role,
        cell: &Cell,
    ) -> Result<Self, String> {
        let read = |side: &Side<'_>, id: Option<FactId>| {
            let definition = id.and_then(|id| side.tree.policy().facts.get(id));
            let value = definition.map(|definition| cell.to_value(definition)).transpose();
            value.map_err(|reason| format!("`{}` {reason}", role.name()))
        };
        let baseline = replay.baseline.as_ref();
        let baseline = baseline.map(|side| read(side, place.baseline)).transpose();
        Ok(Known {
            candidate: read(&replay.candidate, place.candidate)?.flatten(),
            baseline: baseline?.flatten().flatten(),
        })
    }
}

impl Buffer {
    /// Empty facts, but for the constants of the mapping.
    pub(super) fn new(replay: &Replay<'_>) -> Self {
        let baseline = replay.baseline.as_ref();
        let shared = baseline.is_some_and(|side| reads_alike(replay, side));
        let mut buffer = Buffer {
            candidate: replay.candidate.blank.clone(),
            baseline: baseline.filter(|_| !shared).map(|side| side.blank.clone()),
            shared,
            present: vec![false; replay.read.len()],
        };
        // Constants were checked when they were mapped.
        let set = buffer.set_constants(replay);
        debug_assert!(set.is_ok(), "a constant that its fact cannot be");
        buffer
    }

    /// The facts under the baseline; `None` where the comparison is with what was recorded.
    pub(super) fn baseline(&self) -> Option<&Facts> {
        match self.shared {
            true => Some(&self.candidate),
            false => self.baseline.as_ref(),
        }
    }

    /// Takes the facts of a record of ours; those that it lacks are empty.
    pub(super) fn take_record(&mut self, replay: &Replay<'_>, record: &Record<'_>) {
        let read = |side: &Side<'_>, facts: &mut Facts| {
            let mut missing = record
                .facts
                .read_into(&side.tree.policy().facts, record.ts, facts);
            facts.set_demands(record.demands);
            for id in &missing {
                clear(facts, &side.blank, *id);
            }
            // What is mapped stands over what the record tells.
            if !replay.mapping.has_fact(Builtin::Prompt) {
                side.recall(&record.prompted, &mut missing, facts);
            }
            missing
        };
        let candidate = read(&replay.candidate, &mut self.candidate);
        let baseline = match (&replay.baseline, &mut self.baseline) {
            (Some(side), Some(facts)) => read(side, facts),
            _ => Vec::new(),
        };
        let lacks = |id: Option<FactId>, missing: &[FactId]| id.is_some_and(|id| missing.contains(&id));
        for (present, (_, place)) in self.present.iter_mut().zip(&replay.read) {
            *present = !lacks(place.candidate, &candidate) && !lacks(place.baseline, &baseline);
        }
    }

    /// Takes what conditions made of a prompt that is not there, under both policies.
    pub(super) fn recall(&mut self, replay: &Replay<'_>, prompted: &[Comparison<'_>]) {
        let recall = |side: &Side<'_>, facts: &mut Facts| {
            let mut missing = vec![FactId::from(Builtin::Prompt)];
            side.recall(prompted, &mut missing, facts);
            missing.is_empty()
        };
        let mut is_there = recall(&replay.candidate, &mut self.candidate);
        if let (Some(side), Some(facts)) = (&replay.baseline, &mut self.baseline) {
            is_there &= recall(side, facts);
        }
        self.mark(replay, Builtin::Prompt, is_there);
    }

    /// Whether the record has this fact, where it is read.
    fn mark(&mut self, replay: &Replay<'_>, builtin: Builtin, is_there: bool) {
        let mut read = replay.read.iter();
        let read = read.position(|(name, _)| name == builtin.name());
        if let Some(present) = read.and_then(|at| self.present.get_mut(at)) {
            *present = is_there;
        }
    }

    /// Facts of which none is missing, under the candidate alone.
    pub(super) fn whole(replay: &Replay<'_>, facts: Facts) -> Self {
        Buffer {
            candidate: facts,
            baseline: None,
            shared: false,
            present: vec![true; replay.read.len()],
        }
    }

    /// Sets the facts that are the same for every record.
    pub(super) fn set_constants(&mut self, replay: &Replay<'_>) -> Result<(), String> {
        for (entry, place) in replay.mapping.entries.iter().zip(&replay.mapped) {
            if let (Some(Origin::Constant(cell)), Some(place)) = (entry.constant(), place) {
                self.set(replay, place, &entry.role, cell)?;
            }
        }
        Ok(())
    }

    /// Sets the facts that columns are mapped to, where a line has these; the others stay.
    pub(super) fn set_columns(&mut self, replay: &Replay<'_>, cells: &Cells) -> Result<(), Unread> {
        self.columns(replay, cells, |_, _, _| {})
    }

    /// The same for the next line, of which all is told by its columns: where it lacks one, the fact is empty.
    pub(super) fn next_columns(&mut self, replay: &Replay<'_>, cells: &Cells) -> Result<(), Unread> {
        self.columns(replay, cells, Self::clear)
    }

    fn columns(
        &mut self,
        replay: &Replay<'_>,
        cells: &Cells,
        lacks: impl Fn(&mut Self, &Replay<'_>, &FactPlace),
    ) -> Result<(), Unread> {
        for (entry, place) in replay.mapping.entries.iter().zip(&replay.mapped) {
            let (None, Some(place)) = (entry.constant(), place) else {
                continue;
            };
            if !self.take_entry(replay, entry, place, cells)? {
                lacks(self, replay, place);
            }
        }
        if replay.names_models {
            self.resolve(replay);
        }
        Ok(())
    }

    /// Sets the fact that an entry is for to what a line has for it; where it has nothing, the fact is empty.
    pub(super) fn set_entry(
        &mut self,
        replay: &Replay<'_>,
        entry: &Entry,
        place: &FactPlace,
        line: &impl Line,
    ) -> Result<(), Unread> {
        if !self.take_entry(replay, entry, place, line)? {
            self.clear(replay, place);
        }
        Ok(())
    }

    /// Sets the fact that an entry is for; whether a line has anything for it.
    #[inline]
    fn take_entry(
        &mut self,
        replay: &Replay<'_>,
        entry: &Entry,
        place: &FactPlace,
        line: &impl Line,
    ) -> Result<bool, Unread> {
        if let Some(value) = plain(&entry.readings, line)
            && self.set_plain(replay, place, value)
        {
            return Ok(true);
        }
        match first(&entry.readings, line)? {
            Some(cell) => self.set(replay, place, &entry.role, &cell)?,
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Sets a fact that is the same under both policies to a number or a moment, where it is of that type and can be that;
    /// whether it is and can.
    #[inline]
    fn set_plain(&mut self, replay: &Replay<'_>, place: &FactPlace, value: Plain) -> bool {
        let (true, Some(id)) = (place.alike || self.baseline.is_none(), place.candidate) else {
            return false;
        };
        let Some(definition) = replay.candidate.tree.policy().facts.get(id) else {
            return false;
        };
        let value = match (definition.ty, value) {
            (Type::Int, Plain::Whole(number)) if definition.range.contains(&number) => Value::Int(number),
            (Type::Timestamp, Plain::Moment(moment)) => Value::Timestamp(moment),
            _ => return false,
        };
        self.put(place, value);
        true
    }

    /// Sets a fact to a value that is known. It is there if both policies know the value.
    pub(super) fn take(&mut self, replay: &Replay<'_>, place: &FactPlace, known: &Known) {
        let mut is_there = true;
        if let Some(id) = place.candidate {
            is_there &= take_on(
                &replay.candidate,
                &mut self.candidate,
                id,
                known.candidate.as_ref(),
            );
        }
        if let (Some(id), Some(facts), Some(side)) = (place.baseline, &mut self.baseline, &replay.baseline) {
            is_there &= take_on(side, facts, id, known.baseline.as_ref());
        }
        if let Some(present) = place.read.and_then(|at| self.present.get_mut(at)) {
            *present = is_there;
        }
    }

    /// Sets `requested` to what serves the name that a foreign record asks for, as the gateway does.
    pub(super) fn resolve(&mut self, replay: &Replay<'_>) {
        let (model, requested) = (FactId::from(Builtin::Model), FactId::from(Builtin::Requested));
        let resolve = |side: &Side<'_>, facts: &mut Facts| {
            let policy = side.tree.policy();
            let named = policy.requested(facts.string(model));
            let name = named.map(|named| policy.name_of(named).to_owned());
            let taken = facts.set(requested, Value::String(name.unwrap_or_default()));
            debug_assert!(taken.is_ok(), "`requested` is a string");
        };
        resolve(&replay.candidate, &mut self.candidate);
        if let (Some(side), Some(facts)) = (&replay.baseline, &mut self.baseline) {
            resolve(side, facts);
        }
        let is_there = !self.candidate.string(model).is_empty();
        self.mark(replay, Builtin::Requested, is_there);
    }

    /// Empties a fact under both policies: it is not there.
    fn clear(&mut self, replay: &Replay<'_>, place: &FactPlace) {
        if let Some(id) = place.candidate {
            clear(&mut self.candidate, &replay.candidate.blank, id);
        }
        if let (Some(id), Some(facts), Some(side)) = (place.baseline, &mut self.baseline, &replay.baseline) {
            clear(facts, &side.blank, id);
        }
        if let Some(present) = place.read.and_then(|at| self.present.get_mut(at)) {
            *present = false;
        }
    }

    /// Sets a fact that can be the same under both policies.
    fn put(&mut self, place: &FactPlace, value: Value) {
        let mut known = true;
        if let (Some(id), Some(facts)) = (place.baseline, &mut self.baseline) {
            known &= facts.set(id, value.clone()).is_ok();
        }
        if let Some(id) = place.candidate {
            known &= self.candidate.set(id, value).is_ok();
        }
        if let Some(present) = place.read.and_then(|at| self.present.get_mut(at)) {
            *present = known;
        }
    }

    /// Sets a fact under both policies. It is there if both of them know the value.
    fn set(
        &mut self,
        replay: &Replay<'_>,
        place: &FactPlace,
        role: &Role,
        cell: &Cell,
    ) -> Result<(), String> {
        let named = |reason: String| format!("`{}` {reason}", role.name());
        if let (true, Some(id)) = (place.alike, place.candidate) {
            let definition = replay.candidate.tree.policy().facts.get(id);
            match definition
                .map(|definition| cell.to_value(definition))
                .transpose()
                .map_err(named)?
                .flatten()
            {
                Some(value) => self.put(place, value),
                None => self.clear(replay, place),
            }
            return Ok(());
        }
        let mut known = true;
        if let Some(id) = place.candidate {
            known &= set_on(&replay.candidate, &mut self.candidate, id, cell).map_err(named)?;
        }
        if let (Some(id), Some(facts), Some(side)) = (place.baseline, &mut self.baseline, &replay.baseline) {
            known &= set_on(side, facts, id, cell).map_err(named)?;
        }
        if let Some(present) = place.read.and_then(|at| self.present.get_mut(at)) {
            *present = known;
        }
        Ok(())
    }
}

/// Whether both policies have the same facts of the same record: neither serves models by other names, nor is told of a
/// prompt that the record lacks.
fn reads_alike(replay: &Replay<'_>, baseline: &Side<'_>) -> bool {
    let own = &replay.candidate;
    let told_of_prompt = [own, baseline].iter().any(|side| side.tree.prompted().len() > 0);
    own.tree.policy().facts == baseline.tree.policy().facts && !replay.names_models && !told_of_prompt
}

/// Sets a fact of one policy to a value, or empties it where there is none; whether there is one.
fn take_on(side: &Side<'_>, facts: &mut Facts, id: FactId, value: Option<&Value>) -> bool {
    match value {
        Some(value) => facts.copy(id, value),
        None => {
            clear(facts, &side.blank, id);
            false
        }
    }
}

/// Sets a fact of one policy; whether the value is one of those that the policy lists for it. One that is not leaves
/// the fact empty.
fn set_on(side: &Side<'_>, facts: &mut Facts, id: FactId, cell: &Cell) -> Result<bool, String> {
    let Some(definition) = side.tree.policy().facts.get(id) else {
        return Ok(false);
    };
    match cell.to_value(definition)? {
        Some(value) => Ok(facts.set(id, value).is_ok()),
        None => {
            clear(facts, &side.blank, id);
            Ok(false)
        }
    }
}
