//! A compact network a few channels wide, so that a step of training takes a moment: widths that fit each other, and
//! weights that follow from their names.

use burn::tensor::Device;
use mtlface::model::{CompactConfig, CompactNetwork, Parameter, ParameterError, Parameters};
use mtlface::training::phase::StepRandom;
use serde_json::{Value, json};

/// Widths: the bundled network's with four pairs instead of thirteen and a few channels each.
pub fn description() -> Value {
    json!({
        "input": { "size": 112 },
        "backbone": {
            "stem": 4,
            "pairs": [
                { "in_channels": 4, "out_channels": 6, "stride": 2 },
                { "in_channels": 6, "out_channels": 8, "stride": 2 },
                { "in_channels": 8, "out_channels": 10, "stride": 2 },
                { "in_channels": 10, "out_channels": 12, "stride": 2 }
            ],
            "input_scale": 0.99609375,
            "taps": { "t56": "pairs.0", "t28": "pairs.1", "t14": "pairs.2", "x": "pairs.3" }
        },
        "afd": { "channels": 12, "hidden": 4, "pools": [1, 2, 3] },
        "identity": { "dim": 128 },
        "age": { "squeeze": 3, "hidden": 6, "ages": 101, "groups": 7 },
        "icm": { "width": 22, "unit": 4, "start": [0, 3, 6, 9, 12, 15, 18], "residual_units": 1, "out": 6 },
        "decoder": { "widths": [6, 5, 4, 3], "keep": [4, 3, 2], "max_flow_px": 8.0, "flow_size": 28 }
    })
}

/// The same as the program holds them.
pub fn config() -> CompactConfig {
    serde_json::from_value(description()).expect("the description above is a config")
}

/// Weights for [`config`], each as large as leaves features as large as they came.
pub fn parameters(seed: u64) -> Parameters {
    let config = config();
    let mut parameters = Parameters::default();
    // What the network misses is what it needs.
    loop {
        let (name, shape) = match CompactNetwork::new(&config, &parameters, &Device::flex()) {
            Ok(_) => return parameters,
            Err(ParameterError::Missing { name }) => (name, Vec::new()),
            Err(ParameterError::Shape { name, needed, .. }) => (name, needed),
            Err(error) => panic!("{error}"),
        };
        let values = values(&name, &shape, seed);
        parameters.insert(name, Parameter { shape, values });
    }
}

fn values(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let random = StepRandom::new(seed, 0, name);
    let count: usize = shape.iter().product();
    if name == "generator.window" {
        return mtlface::model::synthesis::Window::over_the_face(&Device::flex()).values().to_vec();
    }
    // The routed blocks have their groups in front.
    let fan_in: usize = shape.iter().skip(if shape.len() == 5 { 2 } else { 1 }).product();
    let size = if shape.len() > 1 { (2.0 / fan_in as f32).sqrt() } else { 0.1 };
    (0..count as u64).map(|index| size * random.normal(index)).collect()
}
