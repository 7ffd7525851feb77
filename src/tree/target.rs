//! What `require` reads of a target: a model's attributes, resolved once when the policy is loaded.

use crate::model::{Model, Policy, TargetAttribute};

/// The attributes of one model as conditions see them. What a model lacks is empty (a price: not a number); the
/// checker refuses a policy that reads it of a model that is routed to.
#[derive(Clone, Debug)]
pub(super) struct TargetView {
    model: String,
    name: String,
    provider: String,
    protocol: &'static str,
    region: String,
    tags: Vec<String>,
    can: Vec<String>,
    context: i64,
    price_input: f64,
    price_output: f64,
}

impl TargetView {
    /// The views of all models of a policy, in the order of their ids.
    pub(super) fn all(policy: &Policy) -> Vec<TargetView> {
        policy
            .models
            .iter()
            .map(|model| TargetView::of(policy, model))
            .collect()
    }

    fn of(policy: &Policy, model: &Model) -> TargetView {
        let provider = policy.provider(model.provider);
        let price = model.price.as_ref();
        TargetView {
            model: model.name.clone(),
            name: model.upstream_name.clone(),
            provider: provider.map(|provider| provider.name.clone()).unwrap_or_default(),
            protocol: provider
                .map(|provider| provider.protocol.name())
                .unwrap_or_default(),
            region: model.region.clone().unwrap_or_default(),
            tags: model.tags.clone(),
            can: model
                .can
                .iter()
                .flatten()
                .map(|word| word.name().to_owned())
                .collect(),
            context: model
                .context
                .map_or(0, |context| i64::try_from(context).unwrap_or(i64::MAX)),
            price_input: price.map_or(f64::NAN, |price| price.input.dollars_per_million()),
            price_output: price.map_or(f64::NAN, |price| price.output.dollars_per_million()),
        }
    }

    /// An attribute's text; empty for one that is no string.
    pub(super) fn text(&self, attribute: TargetAttribute) -> &str {
        match attribute {
            TargetAttribute::Model => &self.model,
            TargetAttribute::Name => &self.name,
            TargetAttribute::Provider => &self.provider,
            TargetAttribute::Protocol => self.protocol,
            TargetAttribute::Region => &self.region,
            _ => "",
        }
    }

    /// An attribute's strings; none for one that is no list.
    pub(super) fn list(&self, attribute: TargetAttribute) -> &[String] {
        match attribute {
            TargetAttribute::Tags => &self.tags,
            TargetAttribute::Can => &self.can,
            _ => &[],
        }
    }

    /// The context window in tokens.
    pub(super) fn context(&self) -> i64 {
        self.context
    }

    /// An attribute's price in USD per million tokens; not a number for one that is no price.
    pub(super) fn price(&self, attribute: TargetAttribute) -> f64 {
        match attribute {
            TargetAttribute::PriceInput => self.price_input,
            TargetAttribute::PriceOutput => self.price_output,
            _ => f64::NAN,
        }
    }
}
