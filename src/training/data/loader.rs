//! Threads that read, align and change faces ahead of the step, and deliver batches in the order they were asked for.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde::Serialize;

use super::augmentation::FaceRandom;
use super::face::Face;
use super::{Batch, DataError, Dataset, Request};
use crate::training::phase::StepRandom;

/// Faces that are made ahead of those taken, at most; the batch that is waited for is made whatever its size.
const MOST_AHEAD: usize = 512;
/// Pictures in a row that may be broken before a batch is given up.
const MOST_BROKEN: usize = 1000;
/// Index of the random number that draws the face behind a border.
const BEHIND: u64 = 2;

/// A picture that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenPicture {
    /// Its source and its path inside.
    pub name: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// Reads, aligns and changes faces on threads of its own.
#[derive(Debug)]
pub struct Loader {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    dataset: Arc<Dataset>,
    seed: u64,
    queue: Mutex<Queue>,
    /// There may be work to do, or none any more.
    work: Condvar,
    /// A face is done.
    done: Condvar,
    /// By sample.
    broken: Mutex<BTreeMap<usize, BrokenPicture>>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Batches asked for and not taken, the oldest first.
    pending: VecDeque<Pending>,
    /// How many batches have been taken.
    taken: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Pending {
    request: Arc<Request>,
    /// The next place that no thread has begun.
    next: usize,
    /// How many are done.
    done: usize,
    faces: Vec<Option<Result<Loaded, DataError>>>,
}

/// A face of a batch.
#[derive(Debug)]
struct Loaded {
    sample: usize,
    face: Face,
    mask: Vec<f32>,
}

/// One face to make: of which batch, counted from the first that was asked for, and at which place of it.
struct Job {
    batch: u64,
    place: usize,
    request: Arc<Request>,
}

impl Loader {
    /// Starts the threads, at least one. The seed and a request alone say what a batch is.
    pub fn new(dataset: Arc<Dataset>, seed: u64, threads: usize) -> Self {
        let (work, done) = (Condvar::new(), Condvar::new());
        let (queue, broken) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { dataset, seed, queue, work, done, broken });
        let start = |_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                while let Some(job) = shared.next_job() {
                    shared.deliver(&job, shared.load(&job))
                }
            })
        };
        let threads = (0..threads.max(1)).map(start).collect();
        Self { shared, threads }
    }

    /// Asks for a batch, to be taken later.
    pub fn ask(&self, request: Request) {
        let faces = (0..request.count).map(|_| None).collect();
        let pending = Pending { request: Arc::new(request), next: 0, done: 0, faces };
        self.shared.queue().pending.push_back(pending);
        self.shared.work.notify_all();
    }

    /// Takes the oldest batch that was asked for, as soon as it is there. A broken picture is replaced by the next one
    /// of the same draw.
    ///
    /// # Errors
    /// When none was asked for, the data holds no face of the kind, or all that were tried are broken.
    pub fn take(&self) -> Result<Batch, DataError> {
        let mut queue = self.shared.queue();
        let pending = loop {
            match queue.pending.front() {
                None => return Err(DataError::NothingAsked),
                Some(pending) if pending.done == pending.request.count => break queue.pending.pop_front(),
                Some(_) => queue = self.shared.done.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        };
        queue.taken += 1;
        drop(queue);
        self.shared.work.notify_all();
        self.shared.batch(pending.into_iter().flat_map(|pending| pending.faces).flatten())
    }

    /// The pictures that could not be used so far.
    pub fn broken(&self) -> Vec<BrokenPicture> {
        self.shared.broken().values().cloned().collect()
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.shared.queue().is_closed = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that failed has said so; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

impl Shared {
    // What is held is whole at every moment, also when a thread fails while it holds the lock.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn broken(&self) -> MutexGuard<'_, BTreeMap<usize, BrokenPicture>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next face to make, waited for; nothing when the loader is closed.
    fn next_job(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if queue.is_closed {
                return None;
            }
            if let Some(job) = queue.begin() {
                return Some(job);
            }
            queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn deliver(&self, job: &Job, face: Result<Loaded, DataError>) {
        let mut queue = self.queue();
        // A batch is taken only when it is done, so it is still there.
        let index = usize::try_from(job.batch - queue.taken).unwrap_or(usize::MAX);
        if let Some(pending) = queue.pending.get_mut(index) {
            pending.faces[job.place] = Some(face);
            pending.done += 1;
        }
        drop(queue);
        self.done.notify_all();
    }

    /// Makes a face, or says why there is none.
    fn load(&self, job: &Job) -> Result<Loaded, DataError> {
        let Request { stream, step, draw, augmentation, .. } = &*job.request;
        let random = FaceRandom::new(StepRandom::new(self.seed, *step, stream), job.place);
        let draws = self.dataset.draws();
        let (sample, mut face) = self.first_usable(draws.candidates(draw, job.place, &random)?)?;
        if augmentation.fills(&face, &random) && !draws.aligned.is_empty() {
            let (_, behind) = self.first_usable(draws.aligned.drawn(random.fraction(BEHIND)))?;
            face.fill_border(&behind);
        }
        augmentation.apply(&mut face, &random);
        let mask = face.soft_mask();
        Ok(Loaded { sample, face, mask })
    }

    /// The first of these samples whose picture can be used; those before it are broken.
    fn first_usable(&self, samples: impl Iterator<Item = usize>) -> Result<(usize, Face), DataError> {
        let (mut tried, mut last) = (0, None);
        for sample in samples.take(MOST_BROKEN) {
            // Bound first: the lock is not held while a picture is read.
            let known = self.broken().get(&sample).cloned();
            let broken = match known {
                Some(broken) => broken,
                None => match self.face(sample) {
                    Ok(face) => return Ok((sample, face)),
                    Err(reason) => BrokenPicture { name: self.dataset.name(sample), reason },
                },
            };
            tried += 1;
            last = Some(broken.clone());
            self.broken().insert(sample, broken);
        }
        let BrokenPicture { name, reason } =
            last.unwrap_or_else(|| BrokenPicture { name: String::new(), reason: String::new() });
        Err(DataError::AllBroken { tried, name, reason })
    }

    /// The face of a sample; a decoder that panics has met a broken picture.
    fn face(&self, sample: usize) -> Result<Face, String> {
        catch_unwind(AssertUnwindSafe(|| self.dataset.face(sample))).unwrap_or_else(|panic| Err(told(&*panic)))
    }

    /// Puts a batch together; the error of its first place that has one.
    fn batch(&self, faces: impl Iterator<Item = Result<Loaded, DataError>>) -> Result<Batch, DataError> {
        let mut batch = Batch::default();
        for loaded in faces {
            let Loaded { sample, face, mask } = loaded?;
            batch.crops.extend_from_slice(&face.pixels);
            batch.photographed.extend_from_slice(&mask);
            batch.samples.push(self.dataset.samples()[sample]);
            batch.names.push(self.dataset.name(sample));
            batch.indices.push(sample);
        }
        Ok(batch)
    }
}

impl Queue {
    /// The next face that no thread has begun, unless enough are made ahead.
    fn begin(&mut self) -> Option<Job> {
        let mut ahead = 0;
        for (index, pending) in self.pending.iter_mut().enumerate() {
            if index > 0 && ahead >= MOST_AHEAD {
                return None;
            }
            if pending.next < pending.request.count {
                let place = pending.next;
                pending.next += 1;
                return Some(Job { batch: self.taken + index as u64, place, request: Arc::clone(&pending.request) });
            }
            ahead += pending.request.count;
        }
        None
    }
}

/// What a panic said, as a sentence.
fn told(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("The picture made its decoder fail ({}).", said.unwrap_or("it did not say why"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::data::testing::{png, write};
    use crate::training::data::{Augmentation, DataConfig, DataKind, Draw};

    /// Twelve aligned faces of four people, one of them an empty file and one no picture.
    fn dataset(folder: &std::path::Path) -> Arc<Dataset> {
        for index in 0_u8..12 {
            let name = format!("person {}/{index:02}.png", index % 4);
            let bytes = match index {
                4 => Vec::new(),
                7 => b"no picture".to_vec(),
                _ => png(16, [index * 20, 255 - index * 20, 128]),
            };
            write(folder, &[(&name, &bytes)]);
        }
        let config = DataConfig { aligned: true, ..DataConfig::new(folder, DataKind::Folder) };
        Arc::new(Dataset::open(&[config], &mut |_, _| {}).unwrap())
    }

    fn request(step: u64, draw: Draw) -> Request {
        Request { stream: "faces", step, count: 7, draw, augmentation: Augmentation::default() }
    }

    fn batches(dataset: &Arc<Dataset>, threads: usize, steps: std::ops::Range<u64>) -> Vec<Batch> {
        let loader = Loader::new(Arc::clone(dataset), 5, threads);
        steps.clone().for_each(|step| loader.ask(request(step, Draw::ByIdentity)));
        steps.map(|_| loader.take().unwrap()).collect()
    }

    #[test]
    fn neither_threads_nor_an_interruption_change_a_batch() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = dataset(folder.path());
        let whole = batches(&dataset, 1, 0..6);
        assert_eq!(whole, batches(&dataset, 3, 0..6));
        assert_eq!(whole[3..], batches(&dataset, 2, 3..6));
        assert_ne!(whole[0].crops, whole[1].crops);
        assert_eq!(whole[0].crops.len(), 7 * 3 * 112 * 112);
        assert_eq!(whole[0].photographed.len(), 7 * 112 * 112);
        assert!(whole[0].crops.iter().all(|value| (-1.0..=1.0).contains(value)));
    }

    #[test]
    fn streams_and_seeds_draw_differently() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = dataset(folder.path());
        let drawn = |seed, stream| {
            let loader = Loader::new(Arc::clone(&dataset), seed, 1);
            loader.ask(Request { stream, count: 20, ..request(0, Draw::Any) });
            loader.take().unwrap().names
        };
        assert_eq!(drawn(1, "faces"), drawn(1, "faces"));
        assert_ne!(drawn(1, "faces"), drawn(2, "faces"));
        assert_ne!(drawn(1, "faces"), drawn(1, "others"));
    }

    #[test]
    fn broken_pictures_are_counted_and_replaced_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = dataset(folder.path());
        let loader = Loader::new(Arc::clone(&dataset), 1, 2);
        // Names are sorted, so each person's three pictures stand together: 4 is the second of person 0.
        let place = |name: &str| (0..12).find(|sample| dataset.name(*sample).ends_with(name)).unwrap();
        let listed = Draw::Listed(vec![place("04.png"), place("07.png"), place("08.png")]);
        loader.ask(Request { count: 3, augmentation: Augmentation::none(), ..request(0, listed) });
        let batch = loader.take().unwrap();
        assert!(batch.names.iter().all(|name| name.ends_with("08.png")), "{:?}", batch.names);
        assert_eq!(batch.indices, [place("08.png"); 3]);
        let broken = loader.broken();
        assert_eq!(broken.len(), 2);
        assert!(broken[0].reason.contains("is empty") && broken[0].name.ends_with("person 0/04.png"), "{broken:?}");
        assert!(broken[1].reason.contains("is not a picture"), "{broken:?}");
    }

    #[test]
    fn what_cannot_be_had_is_said_and_the_next_batch_comes() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = dataset(folder.path());
        let loader = Loader::new(Arc::clone(&dataset), 1, 2);
        assert!(matches!(loader.take(), Err(DataError::NothingAsked)));
        let broken = (0..12).filter(|sample| dataset.name(*sample).ends_with("04.png")).collect();
        loader.ask(request(0, Draw::ByAge { evenness: 0.5 }));
        loader.ask(request(0, Draw::Listed(broken)));
        loader.ask(request(0, Draw::Any));
        assert!(loader.take().unwrap_err().to_string().contains("No picture of the data has an age"));
        let said = loader.take().unwrap_err().to_string();
        assert!(said.starts_with("1 pictures in a row could not be used") && said.contains("is empty"), "{said}");
        assert_eq!(loader.take().unwrap().samples.len(), 7);
    }

    #[test]
    fn no_more_than_enough_is_made_ahead() {
        let mut queue = Queue::default();
        for _ in 0..3 {
            let request = Arc::new(Request { count: MOST_AHEAD, ..request(0, Draw::Any) });
            queue.pending.push_back(Pending { request, next: 0, done: 0, faces: Vec::new() });
        }
        let begun = std::iter::from_fn(|| queue.begin()).count();
        assert_eq!(begun, MOST_AHEAD);
    }
}
