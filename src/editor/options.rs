//! What an editor may say when it starts the server.

use serde::Deserialize;
use std::path::PathBuf;

/// The initialisation options; all of them may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Options {
    /// The policy: directories and files, relative to the workspace. Where none is named, a policy is the directory of
    /// an open file.
    pub(super) policy: OneOrMore,
    /// Recorded traffic: what `pointsman replay --traffic` takes, but for standard input.
    pub(super) traffic: OneOrMore,
    /// How traffic of other origin becomes facts: what `pointsman replay --map` takes.
    pub(super) map: OneOrMore,
}

/// One text, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    /// Nothing.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    /// All of them.
    pub(super) fn texts(&self) -> &[String] {
        match self {
            OneOrMore::None => &[],
            OneOrMore::One(text) => std::slice::from_ref(text),
            OneOrMore::More(texts) => texts,
        }
    }
}

impl Options {
    /// The options in what an editor sent, paths made absolute by the workspace's folder. An error says in one line
    /// what cannot be read; such options are left out.
    pub(super) fn read(value: Option<serde_json::Value>, folder: Option<&str>) -> Result<Self, String> {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return Ok(Options::default());
        };
        let options: Options = serde_json::from_value(value)
            .map_err(|error| format!("the initialisation options cannot be read: {error}"))?;
        Ok(Options {
            policy: absolute(&options.policy, folder),
            traffic: absolute(&options.traffic, folder),
            map: options.map,
        })
    }

    /// The paths of the policy.
    pub(super) fn policy_paths(&self) -> Vec<PathBuf> {
        let paths = self.policy.texts().iter();
        paths.filter(|path| !path.is_empty()).map(PathBuf::from).collect()
    }

    /// The paths of the traffic; never standard input, which is the editor's.
    pub(super) fn traffic_paths(&self) -> Vec<String> {
        let paths = self.traffic.texts().iter();
        paths
            .filter(|path| !path.is_empty() && *path != "-")
            .cloned()
            .collect()
    }
}

fn absolute(paths: &OneOrMore, folder: Option<&str>) -> OneOrMore {
    let Some(folder) = folder else {
        return paths.clone();
    };
    let paths = paths.texts().iter().map(|path| match path.as_str() {
        "" | "-" => path.clone(),
        path => PathBuf::from(folder).join(path).to_string_lossy().into_owned(),
    });
    OneOrMore::More(paths.collect())
}
