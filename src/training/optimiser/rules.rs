//! What holds for some parameters and not for others: learning rates and decay by how their names begin.

use std::collections::{BTreeMap, HashMap};

use burn::module::ParamId;

use crate::model::parameters::parameter_id;

/// A number for every prefix of names; the longest prefix that fits a name decides.
pub type ByPrefix = BTreeMap<String, f64>;

/// Learning rates and decay of single parameters.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    by_id: HashMap<ParamId, Rule>,
}

/// What holds for one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Its learning rate is the optimiser's times this.
    pub rate: f64,
    /// Share of itself, times its learning rate, that it loses in a step.
    pub decay: f64,
}

impl Default for Rule {
    fn default() -> Self {
        Self { rate: 1.0, decay: 0.0 }
    }
}

impl Rules {
    /// The rules of the parameters of these names: rates are 1 and decay is 0 where no prefix fits.
    pub fn new<'name>(names: impl Iterator<Item = &'name str>, rates: &ByPrefix, decay: &ByPrefix) -> Self {
        let rule =
            |name| Rule { rate: longest(rates, name).unwrap_or(1.0), decay: longest(decay, name).unwrap_or(0.0) };
        Self { by_id: names.map(|name| (parameter_id(name), rule(name))).collect() }
    }

    /// What holds for a parameter.
    pub fn of(&self, id: ParamId) -> Rule {
        self.by_id.get(&id).copied().unwrap_or_default()
    }
}

fn longest(numbers: &ByPrefix, name: &str) -> Option<f64> {
    let fitting = numbers.iter().filter(|(prefix, _)| name.starts_with(prefix.as_str()));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        let numbers =
            |pairs: &[(&str, f64)]| pairs.iter().map(|(prefix, number)| ((*prefix).to_owned(), *number)).collect();
        let rates: ByPrefix = numbers(&[("backbone.", 0.1), ("backbone.pairs.12.", 0.5)]);
        let decay: ByPrefix = numbers(&[("age.", 0.02)]);
        let names = ["backbone.pairs.1.act1.weight", "backbone.pairs.12.act1.weight", "age.fc1.bias"];
        let rules = Rules::new(names.into_iter(), &rates, &decay);
        let of = |name| rules.of(parameter_id(name));
        assert_eq!(of(names[0]), Rule { rate: 0.1, decay: 0.0 });
        assert_eq!(of(names[1]), Rule { rate: 0.5, decay: 0.0 });
        assert_eq!(of(names[2]), Rule { rate: 1.0, decay: 0.02 });
        assert_eq!(of("another"), Rule::default());
    }
}
