//! From a trained network back to tensors by name, in the layout of files: its parameters and running statistics as
//! they are now, or their gradients. Modules and names find each other through parameter ids, which networks derive
//! from names when they are built (`model::layers`), so the names are written down once.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{Gradients, Tensor};

use crate::model::parameters::parameter_id;
use crate::model::{Parameter, Parameters};

/// The tensors a network was built from, brought up to date with a module of it. What the module does not have, such
/// as counters and constants, stays as it was.
pub fn current(module: &impl Module, built_from: &Parameters) -> Parameters {
    let mut reading = Reading::new(built_from, None);
    // A snapshot, because visiting a running statistic yields it without the latest update.
    module.valid().visit(&mut reading);
    let mut updated = built_from.clone();
    for (name, parameter) in reading.found {
        updated.insert(name, parameter);
    }
    updated
}

/// The gradient of every parameter of a module that has one.
pub fn gradients(module: &impl Module, built_from: &Parameters, gradients: &Gradients) -> Parameters {
    let mut reading = Reading::new(built_from, Some(gradients));
    module.visit(&mut reading);
    let mut by_name = Parameters::default();
    for (name, parameter) in reading.found {
        by_name.insert(name, parameter);
    }
    by_name
}

/// Goes through a module and collects its tensors, or their gradients.
struct Reading<'a> {
    built_from: &'a Parameters,
    names: HashMap<ParamId, &'a str>,
    gradients: Option<&'a Gradients>,
    /// The types of the modules around the tensor being visited, outermost first.
    containers: Vec<String>,
    found: Vec<(String, Parameter)>,
}

impl<'a> Reading<'a> {
    fn new(built_from: &'a Parameters, gradients: Option<&'a Gradients>) -> Self {
        let names = built_from.names().map(|name| (parameter_id(name), name)).collect();
        Self { built_from, names, gradients, containers: Vec::new(), found: Vec::new() }
    }

    fn numbers<const D: usize>(&self, tensor: Tensor<D>) -> Vec<f32> {
        // burn keeps linear weights as [in, out], files as [out, in].
        let is_linear = self.containers.last().is_some_and(|container| container == "Struct:Linear");
        let tensor = if is_linear && D == 2 { tensor.transpose() } else { tensor };
        tensor.into_data().convert::<f32>().iter::<f32>().collect()
    }
}

impl ModuleVisitor for Reading<'_> {
    fn enter_module(&mut self, _name: &str, container: &str) {
        self.containers.push(container.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(name) = self.names.get(&param.id).copied() else { return };
        let tensor = match self.gradients {
            Some(gradients) => param.val().grad(gradients),
            None => Some(param.val()),
        };
        let (Some(tensor), Some(shape)) = (tensor, self.built_from.shape(name)) else { return };
        let parameter = Parameter { shape: shape.to_vec(), values: self.numbers(tensor) };
        self.found.push((name.to_owned(), parameter));
    }
}
