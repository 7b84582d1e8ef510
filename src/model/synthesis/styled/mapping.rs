//! The mapping network from a random vector to a style (ARCHITECTURE B.4). Ageing never uses it: a face's styles come
//! from its features. It is here because the published weights hold it.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use crate::model::ParameterError;
use crate::model::layers::{Source, leaky};

const LAYERS: usize = 8;
/// The layers learn a hundred times slower than others; their weights are stored that much larger.
const LEARNING_RATE_FACTOR: f32 = 0.01;

/// Eight linear layers.
#[derive(Module, Debug)]
pub struct MappingNetwork {
    layers: Vec<Linear>,
}

impl MappingNetwork {
    /// Takes its parameters from names below `decoder.decoder.style.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(width: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let layer = |index: usize| {
            let name = format!("decoder.decoder.style.{index}");
            let mut rows = source.parameters.get(&format!("{name}.weight"), &[width, width])?.into_owned();
            let scale = LEARNING_RATE_FACTOR / (width as f32).sqrt();
            rows.iter_mut().for_each(|weight| *weight *= scale);
            let bias = source.tensor::<1>(&format!("{name}.bias"), [width])?.mul_scalar(LEARNING_RATE_FACTOR);
            Ok(source.linear_of(&rows, Some(bias), [width, width]))
        };
        Ok(Self { layers: (1..=LAYERS).map(layer).collect::<Result<_, _>>()? })
    }

    /// Vectors `[N, C]` to styles of the same shape.
    pub fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        let power = (z.clone() * z.clone()).mean_dim(1).add_scalar(1e-8);
        let unit = z / power.sqrt();
        self.layers.iter().fold(unit, |x, layer| leaky(layer.forward(x)).mul_scalar(std::f64::consts::SQRT_2))
    }
}
