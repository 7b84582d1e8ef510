//! MTCNN's three networks: proposal, refinement, output (ARCHITECTURE C.1). Valid convolutions, PReLU per channel,
//! maximum pooling that rounds up.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, PRelu};
use burn::tensor::activation::softmax;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::layers::Source;
use crate::model::{ParameterError, Parameters};

/// A convolution with its PReLU and, where there is one, the pooling behind it.
#[derive(Debug)]
struct Stage {
    conv: Conv2d,
    activation: PRelu,
    pool: Option<usize>,
}

impl Stage {
    fn new(
        source: Source<'_>,
        net: &str,
        number: usize,
        [channels_in, channels_out]: [usize; 2],
        kernel: usize,
        pool: Option<usize>,
    ) -> Result<Self, ParameterError> {
        Ok(Self {
            conv: valid_conv(source, &format!("{net}.conv{number}"), [channels_in, channels_out], kernel)?,
            activation: source.prelu(&format!("{net}.prelu{number}"), channels_out)?,
            pool,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.activation.forward(self.conv.forward(x));
        match self.pool {
            Some(size) => max_pool2d(y, MaxPoolOptions::new([size, size]).with_stride([2, 2]).with_ceil_mode(true)),
            None => y,
        }
    }
}

fn valid_conv(source: Source<'_>, name: &str, channels: [usize; 2], kernel: usize) -> Result<Conv2d, ParameterError> {
    let [channels_in, channels_out] = channels;
    let mut conv = Conv2dConfig::new(channels, [kernel, kernel]).init(source.device);
    let weight = source.tensor(&format!("{name}.weight"), [channels_out, channels_in, kernel, kernel])?;
    conv.weight = Param::from_tensor(weight);
    conv.bias = Some(Param::from_tensor(source.tensor(&format!("{name}.bias"), [channels_out])?));
    Ok(conv)
}

fn forward_all(stages: &[Stage], x: Tensor<4>) -> Tensor<4> {
    stages.iter().fold(x, |x, stage| stage.forward(x))
}

/// The proposal network, run over the whole picture.
#[derive(Debug)]
pub struct ProposalNet {
    stages: Vec<Stage>,
    face: Conv2d,
    regression: Conv2d,
}

impl ProposalNet {
    /// Takes its parameters from names below `pnet.`.
    pub fn new(source: Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self {
            stages: vec![
                Stage::new(source, "pnet", 1, [3, 10], 3, Some(2))?,
                Stage::new(source, "pnet", 2, [10, 16], 3, None)?,
                Stage::new(source, "pnet", 3, [16, 32], 3, None)?,
            ],
            face: valid_conv(source, "pnet.conv4_1", [32, 2], 1)?,
            regression: valid_conv(source, "pnet.conv4_2", [32, 4], 1)?,
        })
    }

    /// A picture `[1, 3, H, W]` to the probability of a face per cell `[1, h, w]` and box regressions `[1, 4, h, w]`.
    pub fn forward(&self, picture: Tensor<4>) -> (Tensor<3>, Tensor<4>) {
        let features = forward_all(&self.stages, picture);
        let face = softmax(self.face.forward(features.clone()), 1).narrow(1, 1, 1).squeeze_dim::<3>(1);
        (face, self.regression.forward(features))
    }
}

/// The refinement network on 24-pixel crops, or the output network on 48-pixel crops.
#[derive(Debug)]
pub struct CropNet {
    stages: Vec<Stage>,
    hidden: Linear,
    hidden_activation: PRelu,
    face: Linear,
    regression: Linear,
    landmarks: Option<Linear>,
}

/// What a crop network says of a batch of crops.
pub struct CropReading {
    /// Probability of a face.
    pub face: Vec<f32>,
    /// Box regression, in shares of the box.
    pub regression: Vec<[f32; 4]>,
    /// Landmarks in shares of the box: five x, then five y; zeros where the network has none.
    pub landmarks: Vec<[f32; 10]>,
}

impl CropNet {
    /// The refinement network, from names below `rnet.`.
    pub fn refinement(source: Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self {
            stages: vec![
                Stage::new(source, "rnet", 1, [3, 28], 3, Some(3))?,
                Stage::new(source, "rnet", 2, [28, 48], 3, Some(3))?,
                Stage::new(source, "rnet", 3, [48, 64], 2, None)?,
            ],
            hidden: source.linear("rnet.dense4", 576, 128, true)?,
            hidden_activation: source.prelu("rnet.prelu4", 128)?,
            face: source.linear("rnet.dense5_1", 128, 2, true)?,
            regression: source.linear("rnet.dense5_2", 128, 4, true)?,
            landmarks: None,
        })
    }

    /// The output network, from names below `onet.`.
    pub fn output(source: Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self {
            stages: vec![
                Stage::new(source, "onet", 1, [3, 32], 3, Some(3))?,
                Stage::new(source, "onet", 2, [32, 64], 3, Some(3))?,
                Stage::new(source, "onet", 3, [64, 64], 3, Some(2))?,
                Stage::new(source, "onet", 4, [64, 128], 2, None)?,
            ],
            hidden: source.linear("onet.dense5", 1152, 256, true)?,
            hidden_activation: source.prelu("onet.prelu5", 256)?,
            face: source.linear("onet.dense6_1", 256, 2, true)?,
            regression: source.linear("onet.dense6_2", 256, 4, true)?,
            landmarks: Some(source.linear("onet.dense6_3", 256, 10, true)?),
        })
    }

    /// Reads crops `[N, 3, s, s]`.
    pub fn forward(&self, crops: Tensor<4>) -> CropReading {
        let features = forward_all(&self.stages, crops).flatten::<2>(1, 3);
        let hidden = self.hidden_activation.forward(self.hidden.forward(features));
        let face = softmax(self.face.forward(hidden.clone()), 1).narrow(1, 1, 1);
        let landmarks = self.landmarks.as_ref().map(|layer| rows::<10>(layer.forward(hidden.clone())));
        let face = values(face);
        CropReading {
            landmarks: landmarks.unwrap_or_else(|| vec![[0.0; 10]; face.len()]),
            regression: rows::<4>(self.regression.forward(hidden)),
            face,
        }
    }
}

/// The three networks on one device.
#[derive(Debug)]
pub struct Networks {
    /// Stage one.
    pub proposal: ProposalNet,
    /// Stage two.
    pub refinement: CropNet,
    /// Stage three.
    pub output: CropNet,
    /// Where they run.
    pub device: Device,
}

impl Networks {
    /// Builds all three.
    pub fn new(parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        let source = Source::running(parameters, device);
        Ok(Self {
            proposal: ProposalNet::new(source)?,
            refinement: CropNet::refinement(source)?,
            output: CropNet::output(source)?,
            device: device.clone(),
        })
    }

    /// A batch of pictures of one size, normalised as the networks expect: `(x - 127.5) / 128`.
    pub fn upload(&self, pictures: &[image::RgbImage]) -> Tensor<4> {
        let (width, height) = pictures.first().map_or((0, 0), |picture| picture.dimensions());
        let area = (width * height) as usize;
        let mut values = vec![0.0_f32; pictures.len() * 3 * area];
        for (picture, planes) in pictures.iter().zip(values.chunks_mut((3 * area).max(1))) {
            for (at, pixel) in picture.pixels().enumerate() {
                for channel in 0..3 {
                    planes[channel * area + at] = (f32::from(pixel.0[channel]) - 127.5) * 0.007_812_5;
                }
            }
        }
        let shape = [pictures.len(), 3, height as usize, width as usize];
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }
}

/// All numbers of a tensor, row-major.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().iter::<f32>().collect()
}

fn rows<const N: usize>(tensor: Tensor<2>) -> Vec<[f32; N]> {
    values(tensor).as_chunks::<N>().0.to_vec()
}
