//! One step of learning for the compact network: faces with what is known of them to losses, gradients, and other
//! parameters. Which faces, and when, is the phases' business.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::config::CompactSettings;
use super::face_classes::{FaceClasses, indices};
use super::frozen::{FACE_NUMBERS, Frozen};
use super::losses::{self, Ages};
use super::student::{Adversary, Beginning, CLASSIFIER, FACES, Student};
use super::terms::{Terms, mean};
use crate::model::config::EMBEDDING_LENGTH;
use crate::model::decomposition::Decomposed;
use crate::model::layers::unit_rows;
use crate::model::{CELLS, CompactConfig, Parameter, ParameterError, Parameters};
use crate::training::named;
use crate::training::optimiser::{Adam, AdamConfig, GatheredGradients, Rules};
use crate::training::phase::{Gates, PhaseError, StepRandom, StepReport};

/// What checkpoints put in front of the network's own names.
const NETWORK: &str = "network.";
/// What checkpoints call the optimiser.
const OPTIMISER: &str = "main";

/// Faces to learn from.
#[derive(Clone, Debug, Default)]
pub struct Faces {
    /// `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub crops: Vec<f32>,
    /// Ages in years of the first faces.
    pub ages_years: Vec<f32>,
    /// Who the last faces show, counted from 0.
    pub classes: Vec<usize>,
    /// Faces that are a person of their own each: their places among the crops, and their classes.
    pub alone: Vec<(usize, usize)>,
    /// Embeddings `[N, 128]` of unit length to stay near to; the teacher's own where there are none.
    pub targets: Option<Vec<f32>>,
}

/// A network to start from.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its widths.
    pub config: CompactConfig,
    /// Its tensors.
    pub parameters: Parameters,
}

/// The student, what it is taught by, and the optimiser.
#[derive(Debug)]
pub struct Learner {
    settings: CompactSettings,
    seed: u64,
    start: Start,
    /// Names of the network's tensors that learn.
    trained: Vec<String>,
    /// Tensors of adversary and classifier as they began.
    beside: Parameters,
    /// The faces that are told apart from each other, if they are.
    faces: Option<FaceClasses>,
    student: Student,
    frozen: Frozen,
    optimiser: Adam,
    device: Device,
}

impl Learner {
    /// A learner that has learned nothing yet. `device` has gradients.
    ///
    /// # Errors
    /// When the start or the teacher lack a tensor, or `trained` speaks of one that is not there.
    pub fn new(
        settings: CompactSettings,
        seed: u64,
        start: Start,
        teacher: &Start,
        device: &Device,
    ) -> Result<Self, PhaseError> {
        let trained = trained_names(&settings.trained, &start.parameters)?;
        let beside = Adversary::fresh(seed);
        let student = Student::new(&start.config, (&start.parameters, &beside), &trained, device)?;
        let (begins, plain) = (Beginning::of(&start.config, &trained), device.clone().inner());
        let own = (&start.config, &start.parameters);
        let frozen = Frozen::new(own, (&teacher.config, &teacher.parameters), begins, &plain)?;
        let mut learner = Self {
            settings,
            seed,
            start,
            trained,
            beside,
            faces: None,
            student,
            frozen,
            optimiser: Adam::default(),
            device: device.clone(),
        };
        learner.optimiser = learner.fresh_optimiser();
        Ok(learner)
    }

    /// Teaches people by name: one direction each, `[classes, 128]`.
    ///
    /// # Errors
    /// When a tensor of the start cannot be brought.
    pub fn teach_classes(&mut self, directions: Vec<f32>) -> Result<(), PhaseError> {
        let shape = vec![directions.len() / EMBEDDING_LENGTH, EMBEDDING_LENGTH];
        self.teach(CLASSIFIER, Parameter { shape, values: directions })
    }

    /// Teaches to tell these faces apart.
    ///
    /// # Errors
    /// When a tensor of the start cannot be brought.
    pub fn teach_faces(&mut self, faces: FaceClasses) -> Result<(), PhaseError> {
        self.teach(FACES, faces.directions())?;
        self.faces = Some(faces);
        Ok(())
    }

    fn teach(&mut self, classifier: &str, directions: Parameter) -> Result<(), PhaseError> {
        self.beside.insert(classifier, directions);
        self.student = self.student_of(&self.start.parameters)?;
        self.optimiser = self.fresh_optimiser();
        Ok(())
    }

    /// The faces that are told apart from each other, if they are.
    pub fn faces(&self) -> Option<&FaceClasses> {
        self.faces.as_ref()
    }

    /// The teacher's embeddings `[N, 128]` of unit length.
    pub fn teacher(&self, crops: &[f32]) -> Tensor<2> {
        self.frozen.embed(crops)
    }

    /// One step on one batch or, with accumulation, on the mean of several.
    ///
    /// # Errors
    /// When gradients are no numbers any more.
    pub fn step(&mut self, step: u64, batches: &[Faces], learning_rate: f64) -> Result<StepReport, PhaseError> {
        let mut gathered = GatheredGradients::default();
        let mut reports = Vec::with_capacity(batches.len());
        for (index, faces) in batches.iter().enumerate() {
            let terms = self.losses(faces, step, index);
            gathered.add(&self.student, &terms.total.backward());
            reports.push(terms.numbers());
        }
        let gathered = gathered.scaled(1.0 / batches.len().max(1) as f64);
        let norm = gathered.norm();
        let mut losses = mean(&reports);
        losses.push(("gradient", norm));
        let images = batches.iter().map(|faces| faces.crops.len() / FACE_NUMBERS).sum();
        if norm.is_finite() {
            let gathered = gathered.clipped(norm, self.settings.longest_gradient);
            self.optimiser.set_learning_rate(learning_rate);
            self.student = self.optimiser.step(self.student.clone(), &gathered);
        }
        Ok(StepReport { losses, images })
    }

    fn losses(&self, faces: &Faces, step: u64, micro: usize) -> Terms {
        let CompactSettings { weights, classifier, impostor_margin, .. } = &self.settings;
        let frozen = self.frozen.features(&faces.crops);
        let [count, ..] = frozen.student.dims();
        let divided = self.student.divide(Tensor::from_inner(frozen.student));
        let embeddings = unit_rows(self.student.identity.forward(divided.x_id));
        let targets = match &faces.targets {
            Some(targets) => {
                Tensor::from_data(TensorData::new(targets.clone(), [count, EMBEDDING_LENGTH]), &self.device)
            }
            None => Tensor::from_inner(frozen.teacher),
        };
        let distillation = losses::distillation(embeddings.clone(), targets.clone());
        let mut terms = Terms::new("distillation", weights.distillation, distillation);
        if let (Some(directions), [_, ..]) = (&self.student.classes, faces.classes.as_slice()) {
            let own = embeddings.clone().narrow(0, count - faces.classes.len(), faces.classes.len());
            let cosines = own.matmul(unit_rows(directions.val()).transpose());
            let people = indices(&faces.classes, &self.device);
            terms.add("identity", weights.identity, losses::identity(cosines, people, *classifier));
        }
        if let Some(faces) = self.told_apart(&faces.alone, embeddings.clone(), targets) {
            terms.add("faces", weights.faces, faces);
        }
        if let aged @ 1.. = faces.ages_years.len() {
            let ages = Ages::new(&faces.ages_years, &self.device);
            let logits = self.age_logits(divided.x_age.narrow(0, 0, aged), step, micro);
            terms.add("age", weights.age, losses::age(logits, &ages));
            let embeddings = embeddings.narrow(0, 0, aged);
            let strength = self.ramp(step) * weights.adversary;
            let seen = losses::before_adversary(embeddings.clone(), strength);
            terms.add("adversary", 1.0, losses::adversary(self.student.adversary.forward(seen), &ages));
            let impostor = losses::impostor(embeddings.clone(), &ages, *impostor_margin);
            terms.add("impostor", weights.impostor, impostor);
            if weights.independence > 0.0 {
                terms.add("independence", weights.independence, losses::independence(embeddings, &ages));
            }
        }
        terms
    }

    /// Age and group logits of age features; some of what the head's layers get may be dropped.
    fn age_logits(&self, x_age: Tensor<4>, step: u64, micro: usize) -> (Tensor<2>, Tensor<2>) {
        let dropping = Dropping { share: self.settings.dropout, seed: self.seed, step, micro };
        self.student.age.forward_with(x_age, |x| dropping.of(x, "age.fc1"), |x| dropping.of(x, "age.age"))
    }

    /// How well the faces at these places are told apart from all others that the teacher takes for strangers.
    fn told_apart(&self, alone: &[(usize, usize)], embeddings: Tensor<2>, targets: Tensor<2>) -> Option<Tensor<1>> {
        let (Some(classes), Some(directions), [_, ..]) = (&self.faces, &self.student.faces, alone) else {
            return None;
        };
        let (places, own): (Vec<usize>, Vec<usize>) = alone.iter().copied().unzip();
        let (places, own) = (indices(&places, &self.device), indices(&own, &self.device));
        let alike = classes.alike(targets.select(0, places.clone()), own.clone());
        let cosines = embeddings.select(0, places).matmul(unit_rows(directions.val()).transpose());
        Some(losses::faces(cosines, own, alike, self.settings.classifier))
    }

    /// The adversary's say, from 0 to 1.
    fn ramp(&self, step: u64) -> f32 {
        match self.settings.adversary_ramp_steps {
            0 => 1.0,
            steps => (step as f32 / steps as f32).min(1.0),
        }
    }

    /// The gates averaged over faces, and the share of each face's cells given to identity, `[N][49]`.
    pub fn gates(&self, crops: &[f32]) -> (Gates, Vec<Vec<f32>>) {
        let student = self.student.valid();
        let divided = student.divide(self.frozen.features(crops).student);
        let numbers = |tensor: Tensor<4>| tensor.into_data().convert::<f32>().iter::<f32>().collect::<Vec<f32>>();
        let gates = Gates {
            spatial: numbers(divided.spatial_gate.clone().mean_dim(0)),
            channel: numbers(divided.channel_gate.clone().mean_dim(0)),
        };
        let shares = identity_shares(&divided);
        (gates, shares)
    }

    /// Every number a bit-exact resume needs.
    pub fn state(&self) -> Parameters {
        let mut state = named::current(&self.student, &self.beside);
        let network = named::current(&self.student, &self.start.parameters);
        for name in &self.trained {
            if let Some(parameter) = parameter(&network, name) {
                state.insert(format!("{NETWORK}{name}"), parameter);
            }
        }
        if let Some(faces) = &self.faces {
            faces.remember(&mut state);
        }
        self.optimiser.remember(OPTIMISER, self.learning(), &mut state);
        state
    }

    /// Goes on from what [`Self::state`] gave.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        let mut network = self.start.parameters.clone();
        for name in &self.trained {
            let shape = self.start.parameters.shape(name).unwrap_or_default().to_vec();
            let values = state.get(&format!("{NETWORK}{name}"), &shape)?.into_owned();
            network.insert(name.as_str(), Parameter { shape, values });
        }
        let names: Vec<String> = self.beside.names().map(str::to_owned).collect();
        for name in names {
            let shape = self.beside.shape(&name).unwrap_or_default().to_vec();
            let values = state.get(&name, &shape)?.into_owned();
            self.beside.insert(name, Parameter { shape, values });
        }
        if let Some(faces) = &mut self.faces {
            faces.recall(state)?;
        }
        self.student = self.student_of(&network)?;
        let mut optimiser = self.fresh_optimiser();
        optimiser.recall(OPTIMISER, self.learning(), state, &self.device)?;
        self.optimiser = optimiser;
        Ok(())
    }

    /// The network as it is now, in the layout of weights files.
    pub fn weights(&self) -> Parameters {
        named::current(&self.student, &self.start.parameters)
    }

    /// Names of the network's tensors that learn.
    pub fn trained(&self) -> &[String] {
        &self.trained
    }

    /// Names of everything that learns.
    fn learning(&self) -> impl Iterator<Item = &str> {
        self.trained.iter().map(String::as_str).chain(self.beside.names())
    }

    fn student_of(&self, network: &Parameters) -> Result<Student, ParameterError> {
        Student::new(&self.start.config, (network, &self.beside), &self.trained, &self.device)
    }

    fn fresh_optimiser(&self) -> Adam {
        let rules = Rules::new(self.learning(), &self.settings.rates, &self.settings.decay);
        let config = AdamConfig { mean_decay: 0.9, square_decay: 0.999, ..AdamConfig::default() };
        Adam::new(config).with_rules(rules)
    }
}

/// The share of each face's cells that is identity's, `[N][49]`: `Σ|x_id| / Σ|x|` over channels.
pub fn identity_shares(divided: &Decomposed) -> Vec<Vec<f32>> {
    let size = |x: Tensor<4>| x.abs().sum_dim(1);
    let all = size(divided.x_id.clone() + divided.x_age.clone()).clamp_min(1e-9);
    let shares = (size(divided.x_id.clone()) / all).into_data().convert::<f32>();
    let shares: Vec<f32> = shares.iter::<f32>().collect();
    shares.chunks(CELLS * CELLS).map(<[f32]>::to_vec).collect()
}

/// Drops a share of numbers and makes the others larger by as much; which ones is a matter of seed and step.
struct Dropping {
    share: f64,
    seed: u64,
    step: u64,
    micro: usize,
}

impl Dropping {
    fn of<const D: usize>(&self, x: Tensor<D>, layer: &str) -> Tensor<D> {
        if self.share == 0.0 {
            return x;
        }
        let random = StepRandom::new(self.seed, self.step, &format!("dropout.{layer}.{}", self.micro));
        let shape = x.shape();
        let kept = (1.0 - self.share) as f32;
        let mask =
            (0..shape.num_elements() as u64).map(|index| if random.uniform(index) < kept { 1.0 / kept } else { 0.0 });
        x.clone() * Tensor::from_data(TensorData::new(mask.collect::<Vec<f32>>(), shape), &x.device())
    }
}

/// The names of the network's tensors that begin with one of these prefixes.
fn trained_names(prefixes: &[String], network: &Parameters) -> Result<Vec<String>, PhaseError> {
    let refused = |what: String, next_step: &str| PhaseError::Needs { what, next_step: next_step.to_owned() };
    for prefix in prefixes {
        if !network.names().any(|name| name.starts_with(prefix.as_str())) {
            let what = format!("decomposition.trained names “{prefix}”, and no tensor of the start weights begins so");
            return Err(refused(what, "Use names such as “afd.” or “backbone.pairs.12.”."));
        }
    }
    let learns = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let names: Vec<String> = network.names().filter(learns).map(str::to_owned).collect();
    match names.iter().find(|name| name.starts_with("generator.")) {
        Some(name) => Err(refused(
            format!("decomposition.trained includes “{name}”, which this phase does not use"),
            "Train the generator with `mtlface train synthesis`.",
        )),
        None => Ok(names),
    }
}

/// A tensor of a set, brought.
fn parameter(parameters: &Parameters, name: &str) -> Option<Parameter> {
    let shape = parameters.shape(name)?;
    let values = parameters.get(name, shape).ok()?.into_owned();
    Some(Parameter { shape: shape.to_vec(), values })
}
