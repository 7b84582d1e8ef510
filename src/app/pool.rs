//! Two threads for work that must not hold up a frame: decoding, thumbnails, aligned crops, files. Work goes in as a
//! closure and comes back as an [`Arrival`]; a panic in one piece of work becomes a sentence and the pool goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::arrivals::Arrival;

const THREADS: usize = 2;

type Work = Box<dyn FnOnce() -> Option<Arrival> + Send>;

/// The window's handle on the threads. Dropping it ends them after what they are at.
#[derive(Debug)]
pub struct Pool {
    work: Sender<Work>,
    sender: Sender<Arrival>,
    arrivals: Receiver<Arrival>,
    wake: Wake,
}

/// Asks for a new frame from any thread.
#[derive(Clone)]
pub struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    /// Wakes by calling this.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Asks for a new frame.
    pub fn call(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Wake {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Wake")
    }
}

/// Sends one arrival from elsewhere, such as a dialog's own thread.
#[derive(Clone, Debug)]
pub struct Teller {
    sender: Sender<Arrival>,
    wake: Wake,
}

impl Teller {
    /// Tells the window.
    pub fn tell(&self, arrival: Arrival) {
        // A window that has closed needs no arrival.
        let _ = self.sender.send(arrival);
        self.wake.call();
    }
}

impl Pool {
    /// Starts the threads.
    pub fn start(wake: Wake) -> Self {
        let (work, waiting) = channel::<Work>();
        let (sender, arrivals) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..THREADS {
            let (waiting, teller) = (Arc::clone(&waiting), Teller { sender: sender.clone(), wake: wake.clone() });
            let started = thread::Builder::new().name("pool".to_owned()).spawn(move || work_on(&waiting, &teller));
            if let Err(error) = started {
                let text = format!("The system refused to start a thread ({error}). Close other programs.");
                let _ = sender.send(Arrival::Problem(text));
            }
        }
        Self { work, sender, arrivals, wake }
    }

    /// Runs this on one of the threads; what it returns arrives.
    pub fn run(&self, work: impl FnOnce() -> Option<Arrival> + Send + 'static) {
        // The threads hold the other end for as long as this handle lives.
        let _ = self.work.send(Box::new(work));
    }

    /// A way to tell the window from elsewhere.
    pub fn teller(&self) -> Teller {
        Teller { sender: self.sender.clone(), wake: self.wake.clone() }
    }

    /// A way to ask for a new frame from elsewhere.
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// The next arrival, if there is one; never waits.
    pub fn try_arrival(&self) -> Option<Arrival> {
        self.arrivals.try_recv().ok()
    }
}

fn work_on(waiting: &Mutex<Receiver<Work>>, teller: &Teller) {
    loop {
        // A receiver cannot be left half changed by a panic elsewhere.
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Some(arrival)) => teller.tell(arrival),
            Ok(None) => {}
            Err(_) => teller.tell(Arrival::Problem(
                "Something went wrong inside the program; it goes on without that result. Try it again.".to_owned(),
            )),
        }
    }
}
