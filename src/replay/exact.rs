//! How the exact numbers of a tally stand in JSON: money and sums of 128 bits as decimal strings, maps with compound keys
//! as lists of pairs.

/// Money as a decimal string of dollars.
pub(super) mod cost {
    use crate::quantity::Cost;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::replay) fn serialize<S: Serializer>(cost: &Cost, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(cost)
    }

    pub(in crate::replay) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cost, D::Error> {
        let text = String::deserialize(deserializer)?;
        Cost::parse_dollars(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no sum of dollars")))
    }
}

/// A whole number of 128 bits, with a sign or without, as a decimal string.
pub(super) mod whole {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::fmt::Display;
    use std::str::FromStr;

    pub(in crate::replay) fn serialize<N: Display, S: Serializer>(
        number: &N,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(in crate::replay) fn deserialize<'de, N: FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<N, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom(format!("`{text}` is no whole number")))
    }
}

/// A map as the list of its entries.
pub(super) mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub(in crate::replay) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(in crate::replay) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
