//! The sums that estimates of a candidate's outcomes rest on, from records whose targets were drawn with known
//! probabilities. All of them are whole numbers and merge in any order.
//!
//! Records of one user hang together, so that users, and not records, are what was drawn independently. To keep the memory
//! bounded users are gathered in groups by the hash of their name, each wholly in one group; a record without a user is on
//! its own, and goes to a group by its seed. That the groups are independent is all that the variance asks for (the method
//! of random groups: Wolter, "Introduction to Variance Estimation", 1985).

use super::arms::Support;
use super::exact;
use super::seed::{hash_of, mixed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many groups users are gathered in.
const GROUPS: u16 = 256;

/// The parts of one that weights are held in.
pub(super) const PARTS_OF_A_WEIGHT: f64 = 4_294_967_296.0;

/// A target of the candidate's, by its number, and the size of the prompt.
pub(super) type Like = (u32, u8);

/// One record as the estimates take it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Observation {
    /// Which group its user belongs to.
    pub(super) group: u16,
    /// The size of its prompt.
    pub(super) size: u8,
    /// The recorded target, where the candidate knows it.
    pub(super) taken: Option<u32>,
    /// How much more often the candidate takes that target than the recording did: the ratio of the probabilities.
    pub(super) weight: f64,
    /// The targets that the candidate may take, with their probabilities.
    pub(super) arms: Vec<(u32, f64)>,
    /// What was measured, in parts: for each outcome, where it is known.
    pub(super) values: Vec<Option<i128>>,
}

/// Records that went, or would go, to one target with prompts of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LikeSums {
    /// How many went there.
    pub(super) records: u64,
    /// What was measured of them.
    #[serde(with = "exact::whole")]
    pub(super) sum: i128,
    /// Their weights.
    #[serde(with = "exact::whole")]
    pub(super) weight: i128,
    /// The probabilities with which the candidate would go there, of all records.
    #[serde(with = "exact::whole")]
    pub(super) mass: i128,
}

/// The records of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupSums {
    pub(super) records: u64,
    /// What was measured.
    #[serde(with = "exact::whole")]
    pub(super) sum: i128,
    #[serde(with = "exact::whole")]
    pub(super) weight: i128,
    /// What was measured, each times its weight.
    #[serde(with = "exact::whole")]
    pub(super) weighted: i128,
    #[serde(with = "exact::pairs")]
    pub(super) likes: BTreeMap<Like, LikeSums>,
}

/// The sums of one outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OutcomeSums {
    #[serde(with = "exact::pairs")]
    pub(super) groups: BTreeMap<u16, GroupSums>,
    /// The squares of the weights.
    #[serde(with = "exact::whole")]
    pub(super) squares: u128,
}

/// How far the recording supports the candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SupportCounts {
    /// Records that were sent on, and that the candidate sends on.
    pub(super) records: u64,
    /// Those that the candidate may send where the recording could not have gone.
    pub(super) zero: u64,
    /// Of the others those of which nobody knows whether it could have.
    pub(super) unknown: u64,
}

/// What there is to estimate from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Valuation {
    pub(super) support: SupportCounts,
    pub(super) outcomes: Vec<OutcomeSums>,
}

impl Valuation {
    /// Of so many outcomes, nothing yet.
    pub(super) fn new(outcomes: usize) -> Self {
        Valuation {
            support: SupportCounts::default(),
            outcomes: vec![OutcomeSums::default(); outcomes],
        }
    }

    /// Takes a record, and what it tells, if its propensity is known.
    pub(super) fn add(&mut self, support: Support, observation: Option<&Observation>) {
        self.support.records += 1;
        match support {
            Support::Given => {}
            Support::Zero => self.support.zero += 1,
            Support::Unknown => self.support.unknown += 1,
        }
        let Some(observation) = observation else {
            return;
        };
        for (sums, value) in self.outcomes.iter_mut().zip(&observation.values) {
            if let Some(value) = value {
                sums.add(observation, *value);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Valuation) {
        self.support.records += other.support.records;
        self.support.zero += other.support.zero;
        self.support.unknown += other.support.unknown;
        for (own, other) in self.outcomes.iter_mut().zip(other.outcomes) {
            own.merge(other);
        }
    }
}

impl OutcomeSums {
    fn add(&mut self, observation: &Observation, value: i128) {
        let weight = parts(observation.weight);
        let squared = weight.unsigned_abs().saturating_mul(weight.unsigned_abs());
        self.squares = self.squares.saturating_add(squared);
        let group = self.groups.entry(observation.group).or_default();
        group.records += 1;
        group.sum = group.sum.saturating_add(value);
        group.weight = group.weight.saturating_add(weight);
        group.weighted = group.weighted.saturating_add(weight.saturating_mul(value));
        if let Some(taken) = observation.taken {
            let like = group.likes.entry((taken, observation.size)).or_default();
            like.records += 1;
            like.sum = like.sum.saturating_add(value);
            like.weight = like.weight.saturating_add(weight);
        }
        for (target, probability) in &observation.arms {
            let like = group.likes.entry((*target, observation.size)).or_default();
            like.mass = like.mass.saturating_add(parts(*probability));
        }
    }

    /// All groups as one.
    pub(super) fn whole(&self) -> GroupSums {
        let mut whole = GroupSums::default();
        self.groups.values().for_each(|group| whole.merge(group.clone()));
        whole
    }

    fn merge(&mut self, other: OutcomeSums) {
        self.squares = self.squares.saturating_add(other.squares);
        for (group, other) in other.groups {
            self.groups.entry(group).or_default().merge(other);
        }
    }
}

impl GroupSums {
    fn merge(&mut self, other: GroupSums) {
        self.records += other.records;
        self.sum = self.sum.saturating_add(other.sum);
        self.weight = self.weight.saturating_add(other.weight);
        self.weighted = self.weighted.saturating_add(other.weighted);
        for (like, other) in other.likes {
            self.likes.entry(like).or_default().merge(other);
        }
    }

    /// The sums of these without a group that is among them.
    pub(super) fn without(&self, group: &GroupSums) -> GroupSums {
        let mut likes = self.likes.clone();
        for (like, own) in &group.likes {
            likes.entry(*like).or_default().remove(own);
        }
        GroupSums {
            records: self.records.saturating_sub(group.records),
            sum: self.sum.saturating_sub(group.sum),
            weight: self.weight.saturating_sub(group.weight),
            weighted: self.weighted.saturating_sub(group.weighted),
            likes,
        }
    }
}

impl LikeSums {
    pub(super) fn merge(&mut self, other: LikeSums) {
        self.records += other.records;
        self.sum = self.sum.saturating_add(other.sum);
        self.weight = self.weight.saturating_add(other.weight);
        self.mass = self.mass.saturating_add(other.mass);
    }

    fn remove(&mut self, other: &LikeSums) {
        self.records = self.records.saturating_sub(other.records);
        self.sum = self.sum.saturating_sub(other.sum);
        self.weight = self.weight.saturating_sub(other.weight);
        self.mass = self.mass.saturating_sub(other.mass);
    }

    /// The mean of what was measured; `None` of none.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.records > 0).then(|| self.sum as f64 / self.records as f64)
    }
}

/// A weight in whole parts: the same for a record whoever reads it, so that sums of them are exact.
fn parts(weight: f64) -> i128 {
    (weight * PARTS_OF_A_WEIGHT).round() as i128
}

/// The group of a user; a record without one has the group of its seed.
pub(super) fn group(user: &str, seed: u64) -> u16 {
    let hash = if user.is_empty() {
        mixed(seed)
    } else {
        hash_of(user)
    };
    u16::try_from(hash % u64::from(GROUPS)).unwrap_or_default()
}
