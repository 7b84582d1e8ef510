//! Batch norm, alone and beside convolutions and linear layers. Where a network only runs, a norm is folded into the
//! layer beside it; where it is trained, batch statistics are used and the running ones follow (ARCHITECTURE §0).

use burn::module::{Flag, Module, Param, RunningState};
use burn::nn::{Linear, PRelu};
use burn::tensor::Tensor;
use burn::tensor::module::{batch_norm, batch_norm_train};

use super::convolution::Convolution;
use super::layers::{ConvShape, LEAKY_SLOPE, Mode, Source, leaky};
use super::{CELLS, ParameterError, cpu};

/// Added to every variance.
pub const EPSILON: f64 = 1e-5;
/// Share of a batch in the running statistics everywhere but in the decomposition.
pub const MOMENTUM: f64 = 0.1;

/// A batch norm that stands by itself. On a device with gradients it uses the batch's statistics unless it is frozen.
#[derive(Module, Debug)]
pub struct BatchNorm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    running_mean: RunningState<Tensor<1>>,
    running_variance: RunningState<Tensor<1>>,
    training: Param<Flag>,
    momentum: f64,
}

impl BatchNorm {
    /// From `name.weight`, `name.bias`, `name.running_mean` and `name.running_var`.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(name: &str, channels: usize, momentum: f64, source: Source<'_>) -> Result<Self, ParameterError> {
        let param = |leaf: &str| source.param(&format!("{name}.{leaf}"), [channels]);
        let running = |leaf: &str| source.state(&format!("{name}.{leaf}"), [channels]);
        Ok(Self {
            gamma: param("weight")?,
            beta: param("bias")?,
            running_mean: running("running_mean")?,
            running_variance: running("running_var")?,
            training: Param::from_bool(true),
            momentum,
        })
    }

    /// `[N, C, …]` to the same shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if x.device().is_autodiff() && self.training.is_enabled() {
            return self.forward_training(x);
        }
        let (mean, variance) = self.running();
        batch_norm(x, self.gamma.val(), self.beta.val(), mean, variance, EPSILON)
    }

    /// The running mean and variance as they are now.
    pub fn running(&self) -> (Tensor<1>, Tensor<1>) {
        (self.running_mean.value_sync(), self.running_variance.value_sync())
    }

    fn forward_training<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let dims = x.dims();
        let per_channel = dims.iter().product::<usize>() / dims[1].max(1);
        // Normalising uses the biased variance, the running one follows the unbiased.
        let unbiased = per_channel as f64 / per_channel.saturating_sub(1).max(1) as f64;
        let trained = batch_norm_train(x, self.gamma.val(), self.beta.val(), EPSILON);
        let follow = |running: Tensor<1>, batch: Tensor<1>| {
            running.mul_scalar(1.0 - self.momentum).add(batch.detach().mul_scalar(self.momentum)).detach()
        };
        let (mean, variance) = self.running();
        self.running_mean.update(follow(mean, trained.mean));
        self.running_variance.update(follow(variance, trained.variance.mul_scalar(unbiased)));
        trained.output
    }
}

/// What a batch norm does to each channel where it only runs: `x · scale + shift`.
pub struct Folded {
    /// One per channel.
    pub scale: Vec<f32>,
    /// One per channel.
    pub shift: Vec<f32>,
}

impl Folded {
    /// From the same tensors as [`BatchNorm::new`].
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(name: &str, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let vector = |leaf: &str| source.parameters.get(&format!("{name}.{leaf}"), &[channels]);
        let (gamma, beta) = (vector("weight")?, vector("bias")?);
        let (mean, variance) = (vector("running_mean")?, vector("running_var")?);
        let scale: Vec<f32> = gamma
            .iter()
            .zip(variance.iter())
            .map(|(gamma, variance)| (f64::from(*gamma) / (f64::from(*variance) + EPSILON).sqrt()) as f32)
            .collect();
        let shift = beta.iter().zip(mean.iter().zip(&scale)).map(|(beta, (mean, scale))| beta - mean * scale).collect();
        Ok(Self { scale, shift })
    }

    /// Scales weights `[channels, …]` of the layer in front, one row for each channel.
    pub fn scale_rows(&self, weights: &mut [f32]) {
        let length = (weights.len() / self.scale.len().max(1)).max(1);
        for (row, scale) in weights.chunks_mut(length).zip(&self.scale) {
            row.iter_mut().for_each(|weight| *weight *= scale);
        }
    }

    /// What a bias of the layer in front becomes.
    fn folded_bias(&self, bias: &[f32]) -> Vec<f32> {
        bias.iter().zip(self.scale.iter().zip(&self.shift)).map(|(bias, (scale, shift))| bias * scale + shift).collect()
    }
}

/// A norm over channels with nothing in front of it to fold into, and a slope below zero where there is one behind it.
#[derive(Module, Debug)]
pub struct LeadingNorm {
    norm: Option<BatchNorm>,
    /// The folded norm, `[C]` each, where the network only runs.
    scale: Option<Param<Tensor<1>>>,
    shift: Option<Param<Tensor<1>>>,
    slopes: Option<PRelu>,
}

impl LeadingNorm {
    /// From the batch norm `name`, and the slopes `slopes.weight` where there are any.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(name: &str, slopes: Option<&str>, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let slopes = slopes.map(|slopes| source.prelu(slopes, channels)).transpose()?;
        if source.mode == Mode::Training {
            let norm = BatchNorm::new(name, channels, MOMENTUM, source)?;
            return Ok(Self { norm: Some(norm), scale: None, shift: None, slopes });
        }
        let Folded { scale, shift } = Folded::new(name, channels, source)?;
        let vector = |values| Some(Param::from_tensor(source.vector(values)));
        Ok(Self { norm: None, scale: vector(scale), shift: vector(shift), slopes })
    }

    /// `[N, C, H, W]` to the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let normed = match (&self.norm, &self.scale, &self.shift) {
            (_, Some(scale), Some(shift)) if cpu::runs(&x) => {
                return cpu::scale_shift(x, scale.val(), shift.val(), self.slopes.as_ref());
            }
            (_, Some(scale), Some(shift)) => x * per_channel(scale.val()) + per_channel(shift.val()),
            (Some(norm), ..) => norm.forward(x),
            (None, ..) => x,
        };
        match &self.slopes {
            Some(slopes) => slopes.forward(normed),
            None => normed,
        }
    }
}

/// A convolution and the norm behind it.
#[derive(Module, Debug)]
pub struct ConvNorm {
    conv: Convolution,
    norm: Option<BatchNorm>,
}

/// The names of a convolution and of the norm behind it.
#[derive(Clone, Copy, Debug)]
pub struct ConvNormNames<'a> {
    /// `conv.weight`, and `conv.bias` where `has_bias`.
    pub conv: &'a str,
    /// Whether the convolution has a bias.
    pub has_bias: bool,
    /// The batch norm.
    pub norm: &'a str,
}

impl ConvNorm {
    /// A convolution without a norm.
    pub fn bare(conv: Convolution) -> Self {
        Self { conv, norm: None }
    }

    /// From named tensors.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(
        names: ConvNormNames<'_>,
        shape: ConvShape,
        momentum: f64,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let outputs = shape.channels_out;
        if source.mode == Mode::Training {
            let conv = Convolution::new(names.conv, shape, names.has_bias, source)?;
            let norm = BatchNorm::new(names.norm, outputs, momentum, source)?;
            return Ok(Self { conv, norm: Some(norm) });
        }
        let (weights, shift) = folded_conv(names, shape, source)?;
        Ok(Self { conv: Convolution::of(shape, weights, Some(shift), source), norm: None })
    }

    /// `norm(conv(x))`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.conv.forward(x);
        match &self.norm {
            Some(norm) => norm.forward(y),
            None => y,
        }
    }

    /// `prelu(norm(conv(x)))`.
    pub fn forward_prelu(&self, x: Tensor<4>, slopes: &PRelu) -> Tensor<4> {
        match &self.norm {
            Some(_) => slopes.forward(self.forward(x)),
            None => self.conv.forward_prelu(x, slopes),
        }
    }

    /// `norm(conv(x)) + addend`.
    pub fn forward_add(&self, x: Tensor<4>, addend: Tensor<4>) -> Tensor<4> {
        match &self.norm {
            Some(_) => self.forward(x) + addend,
            None => self.conv.forward_add(x, addend),
        }
    }
}

/// Weights and biases of a convolution with the norm behind it folded in.
///
/// # Errors
/// When a tensor is missing or has another shape.
pub fn folded_conv(
    names: ConvNormNames<'_>,
    shape: ConvShape,
    source: Source<'_>,
) -> Result<(Vec<f32>, Vec<f32>), ParameterError> {
    let outputs = shape.channels_out;
    let folded = Folded::new(names.norm, outputs, source)?;
    let mut weights = source.parameters.get(&format!("{}.weight", names.conv), &shape.weight_shape())?.into_owned();
    folded.scale_rows(&mut weights);
    let biases = match names.has_bias {
        true => folded.folded_bias(&source.parameters.get(&format!("{}.bias", names.conv), &[outputs])?),
        false => folded.shift,
    };
    Ok((weights, biases))
}

/// A linear layer over a feature map with a norm in front of it, behind it, or both.
#[derive(Module, Debug)]
pub struct NormedLinear {
    before: Option<BatchNorm>,
    linear: Linear,
    after: Option<BatchNorm>,
}

/// The names of a linear layer's parts.
#[derive(Clone, Copy, Debug)]
pub struct NormedLinearNames<'a> {
    /// A batch norm over the channels of the map.
    pub before: Option<&'a str>,
    /// `linear.weight`, `linear.bias`.
    pub linear: &'a str,
    /// A batch norm over the outputs.
    pub after: Option<&'a str>,
}

impl NormedLinear {
    /// A layer over `[channels, 7, 7]`, flattened channel by channel.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(
        names: NormedLinearNames<'_>,
        channels: usize,
        outputs: usize,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let (cells, inputs) = (CELLS * CELLS, channels * CELLS * CELLS);
        if source.mode == Mode::Training {
            let norm =
                |name: Option<&str>, width| name.map(|name| BatchNorm::new(name, width, MOMENTUM, source)).transpose();
            return Ok(Self {
                before: norm(names.before, channels)?,
                linear: source.linear(names.linear, inputs, outputs, true)?,
                after: norm(names.after, outputs)?,
            });
        }
        let mut rows = source.parameters.get(&format!("{}.weight", names.linear), &[outputs, inputs])?;
        let mut bias = source.parameters.get(&format!("{}.bias", names.linear), &[outputs])?.into_owned();
        if let Some(before) = names.before {
            let Folded { scale, shift } = Folded::new(before, channels, source)?;
            for (row, bias) in rows.to_mut().chunks_mut(inputs.max(1)).zip(&mut bias) {
                let mut shifted = f64::from(*bias);
                for (map, (scale, shift)) in row.chunks_mut(cells).zip(scale.iter().zip(&shift)) {
                    shifted += map.iter().map(|weight| f64::from(*weight)).sum::<f64>() * f64::from(*shift);
                    map.iter_mut().for_each(|weight| *weight *= scale);
                }
                *bias = shifted as f32;
            }
        }
        if let Some(after) = names.after {
            let folded = Folded::new(after, outputs, source)?;
            folded.scale_rows(rows.to_mut());
            bias = folded.folded_bias(&bias);
        }
        let linear = source.linear_of(&rows, Some(source.vector(bias)), [inputs, outputs]);
        Ok(Self { before: None, linear, after: None })
    }

    /// A linear layer without norms.
    pub fn bare(linear: Linear) -> Self {
        Self { before: None, linear, after: None }
    }

    /// `[N, C, 7, 7]` to `[N, outputs]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.forward_with(x, |normed| normed)
    }

    /// The same with something done to what the norm in front yields.
    pub fn forward_with(&self, x: Tensor<4>, between: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<2> {
        let x = match &self.before {
            Some(norm) => norm.forward(x),
            None => x,
        };
        let x = between(x);
        let y = self.linear.forward(x.flatten(1, 3));
        match &self.after {
            Some(norm) => norm.forward(y),
            None => y,
        }
    }
}

/// Norm over each image's channel alone, without parameters, and leaky ReLU (TPAMI 2022).
pub fn instance_norm_leaky(x: Tensor<4>) -> Tensor<4> {
    if cpu::runs(&x) {
        return cpu::instance_norm(x, LEAKY_SLOPE);
    }
    leaky(instance_norm(x))
}

/// Norm over each image's channel alone, without parameters (ARCHITECTURE §0, generation B).
pub fn instance_norm(x: Tensor<4>) -> Tensor<4> {
    if cpu::runs(&x) {
        return cpu::instance_norm(x, 1.0);
    }
    let [images, channels, height, width] = x.dims();
    let rows = x.reshape([images, channels, height * width]);
    let centred = rows.clone() - rows.mean_dim(2);
    let variance = centred.clone().powf_scalar(2.0).mean_dim(2);
    (centred / variance.add_scalar(EPSILON).sqrt()).reshape([images, channels, height, width])
}

/// `[C]` as `[1, C, 1, 1]`.
pub fn per_channel(vector: Tensor<1>) -> Tensor<4> {
    let [channels] = vector.dims();
    vector.reshape([1, channels, 1, 1])
}
