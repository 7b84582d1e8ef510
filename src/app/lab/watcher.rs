//! The Lab's own thread: it reads the run that is watched about twice a second while the Lab is looked at, starts
//! processes that train, and passes orders on. What it finds goes to the window as finished data; of news that were
//! not taken yet only the latest are kept.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::config::{self, Planned};
use super::reader::RunReader;
use super::run::Run;
use super::samples::SamplePicture;
use super::state::Training;
use super::trainer::{Ended, Trainer};
use crate::app::pool::Wake;
use crate::training::run::control::{CONTROL, Command};
use crate::weights::write_whole;

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Time between two looks at nothing, for the end of a process that nobody looks at.
const IDLE: Duration = Duration::from_secs(3600);

/// What the thread is told.
#[derive(Clone, Debug)]
pub enum Order {
    /// Read this folder.
    Watch(PathBuf),
    /// The Lab is looked at, or not.
    Look(bool),
    /// Show the picture of this step, or the latest.
    Show(Option<u64>),
    /// Begin a run by a config.
    Train(PathBuf),
    /// Go on with the run that is watched.
    Resume,
    /// Tell the run that is watched.
    Tell(Command),
    /// What went wrong was read.
    Dismiss,
}

/// What the thread found.
#[derive(Clone)]
pub struct News {
    /// The run that is watched, as far as it was read.
    pub run: Option<Arc<Run>>,
    /// The folder that is watched is not there.
    pub is_gone: bool,
    /// The picture that is shown.
    pub picture: Option<Arc<SamplePicture>>,
    /// The process this window started.
    pub training: Training,
    /// What could not be done, or how the process failed.
    pub problem: Option<String>,
    /// A folder to watch from now on, because a run was begun there.
    pub began: Option<PathBuf>,
}

/// The window's handle on the thread. Dropping it waits until the thread has done what it was told.
#[derive(Debug)]
pub struct Watcher {
    orders: Option<Sender<Order>>,
    news: Receiver<News>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts the thread. `program` is what trains.
    pub fn start(program: PathBuf, wake: Wake) -> Self {
        let (orders, told) = channel();
        // One place: the thread keeps newer news until the window has taken what lies there.
        let (sender, news) = sync_channel(1);
        let watching = Watching::new(program, sender, wake);
        let thread = thread::Builder::new().name("lab".to_owned()).spawn(move || watching.go_on(&told));
        if let Err(error) = &thread {
            log::error!("no thread for the Lab: {error}");
        }
        Self { orders: Some(orders), news, thread: thread.ok() }
    }

    /// Tells the thread; never waits.
    pub fn tell(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // Without a thread nothing can be done; the log says so.
            let _ = orders.send(order);
        }
    }

    /// What is new, if anything; never waits.
    pub fn try_news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic was told already, on stderr.
            let _ = thread.join();
        }
    }
}

/// The thread's own state.
struct Watching {
    program: PathBuf,
    sender: SyncSender<News>,
    wake: Wake,
    reader: Option<RunReader>,
    is_gone: bool,
    is_looked_at: bool,
    wanted_step: Option<u64>,
    picture: Option<Arc<SamplePicture>>,
    trainer: Option<Trainer>,
    training: Training,
    problem: Option<String>,
    began: Option<PathBuf>,
    /// Something is new and was not sent yet.
    is_new: bool,
    has_more: bool,
}

impl Watching {
    fn new(program: PathBuf, sender: SyncSender<News>, wake: Wake) -> Self {
        Self {
            program,
            sender,
            wake,
            reader: None,
            is_gone: false,
            is_looked_at: false,
            wanted_step: None,
            picture: None,
            trainer: None,
            training: Training::None,
            problem: None,
            began: None,
            is_new: false,
            has_more: false,
        }
    }

    fn go_on(mut self, told: &Receiver<Order>) {
        loop {
            match told.recv_timeout(self.pause()) {
                Ok(order) => self.obey_guarded(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            loop {
                match told.try_recv() {
                    Ok(order) => self.obey_guarded(order),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.guarded(Self::look);
            self.send();
        }
    }

    fn pause(&self) -> Duration {
        match (self.has_more, self.is_looked_at && self.reader.is_some(), self.trainer.is_some() || self.is_new) {
            (true, true, _) => Duration::ZERO,
            (_, true, _) | (_, _, true) => LOOK_EVERY,
            _ => IDLE,
        }
    }

    fn obey_guarded(&mut self, order: Order) {
        self.guarded(|watching| watching.obey(order));
    }

    /// A fault in one look must not end all of them.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.say("Something went wrong inside the program. Open the run's folder again.".to_owned());
        }
    }

    fn say(&mut self, sentence: String) {
        self.problem = Some(sentence);
        self.is_new = true;
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Watch(folder) => self.watch(folder),
            Order::Look(is_looked_at) => self.is_looked_at = is_looked_at,
            Order::Show(step) => self.wanted_step = step,
            Order::Train(config) => match config::plan(&config) {
                Ok(plan) => self.start(&plan, false),
                Err(sentence) => self.say(sentence),
            },
            Order::Resume => match self.plan_to_resume() {
                Ok(plan) => self.start(&plan, true),
                Err(sentence) => self.say(sentence),
            },
            Order::Tell(command) => self.pass_on(command),
            Order::Dismiss => {
                self.problem = None;
                self.is_new = true;
            }
        }
    }

    fn watch(&mut self, folder: PathBuf) {
        self.problem = None;
        self.picture = None;
        self.wanted_step = None;
        self.reader = Some(RunReader::new(folder));
        self.is_new = true;
    }

    fn plan_to_resume(&self) -> Result<Planned, String> {
        let run = self.reader.as_ref().map(RunReader::run);
        let run = run.ok_or("Open the folder of a run first.")?;
        let status = run.status.as_ref().ok_or("The run in this folder never began. Start it by its config.")?;
        config::plan_to_resume(&run.folder, &status.phase)
    }

    fn start(&mut self, plan: &Planned, resume: bool) {
        if self.trainer.is_some() {
            return self.say("A run that was started here goes on. Stop it before you start another.".to_owned());
        }
        match Trainer::start(&self.program, plan, resume) {
            Ok(trainer) => {
                self.training = Training::Running { output: plan.output.clone() };
                self.trainer = Some(trainer);
                self.began = Some(plan.output.clone());
                if self.reader.as_ref().is_none_or(|reader| reader.folder() != plan.output) {
                    self.watch(plan.output.clone());
                }
                self.problem = None;
                self.is_new = true;
            }
            Err(sentence) => self.say(sentence),
        }
    }

    fn pass_on(&mut self, command: Command) {
        let Some(folder) = self.reader.as_ref().map(|reader| reader.folder().to_owned()) else { return };
        if !folder.is_dir() {
            return self.say(format!("The run cannot be told: {} is not there any more.", folder.display()));
        }
        if let Err(error) = write_whole(&folder.join(CONTROL), command.word().as_bytes()) {
            self.say(format!("The run cannot be told: {error}"));
        }
    }

    fn look(&mut self) {
        self.look_at_trainer();
        if !self.is_looked_at {
            return;
        }
        let trainer = self.trainer.as_ref();
        let Some(reader) = &mut self.reader else { return };
        let own = trainer.filter(|trainer| trainer.output == reader.folder()).map(Trainer::process_id);
        let is_gone = own.is_none() && !reader.folder().is_dir();
        self.is_new |= is_gone != self.is_gone;
        self.is_gone = is_gone;
        let look = reader.look(own);
        self.is_new |= look.is_new;
        self.has_more = look.has_more;
        let shown = reader.picture_step(self.wanted_step);
        if shown != self.picture.as_ref().map(|picture| picture.step) {
            self.picture = reader.picture(self.wanted_step).map(Arc::new);
            self.is_new = true;
        }
    }

    fn look_at_trainer(&mut self) {
        let Some(ended) = self.trainer.as_mut().and_then(Trainer::ended) else { return };
        self.trainer = None;
        self.training = Training::None;
        self.is_new = true;
        if let Ended::Badly(sentence) = ended {
            self.problem = Some(sentence);
        }
    }

    /// Sends what is new; keeps it while the window has not taken what was sent before.
    fn send(&mut self) {
        if !self.is_new || self.has_more {
            return;
        }
        let is_known = |path: &Path| self.reader.as_ref().is_some_and(|reader| reader.folder() == path);
        let news = News {
            run: self.reader.as_ref().map(|reader| Arc::new(reader.run().clone())),
            is_gone: self.is_gone,
            picture: self.picture.clone(),
            training: self.training.clone(),
            problem: self.problem.clone(),
            began: self.began.clone().filter(|folder| is_known(folder)),
        };
        if self.sender.try_send(news).is_ok() {
            self.is_new = false;
            self.began = None;
            self.wake.call();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn watcher(program: &Path) -> Watcher {
        Watcher::start(program.to_owned(), Wake::new(|| {}))
    }

    fn wait(watcher: &Watcher, is_so: impl Fn(&News) -> bool) -> News {
        let begun = Instant::now();
        loop {
            if let Some(news) = watcher.try_news().filter(|news| is_so(news)) {
                return news;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn orders_reach_the_run_even_when_the_window_closes_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let watcher = watcher(Path::new("/no/program"));
        watcher.tell(Order::Watch(folder.path().to_owned()));
        watcher.tell(Order::Tell(Command::Stop));
        drop(watcher);
        assert_eq!(std::fs::read_to_string(folder.path().join(CONTROL)).unwrap(), "stop");
    }

    #[test]
    fn what_cannot_be_started_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("a.toml");
        std::fs::write(&config, "output = \"run\"\n[synthesis]\n").unwrap();
        let watcher = watcher(Path::new("/no/program"));
        watcher.tell(Order::Train(config));
        let news = wait(&watcher, |news| news.problem.is_some());
        assert!(news.problem.unwrap().contains("could not be started"));
        watcher.tell(Order::Resume);
        wait(&watcher, |news| news.problem.as_deref() == Some("Open the folder of a run first."));
    }

    #[cfg(unix)]
    #[test]
    fn a_process_is_watched_to_its_end_and_its_error_told() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        std::fs::write(&program, "#!/bin/sh\nsleep 0.2\necho 'mtlface: No faces.' >&2\nexit 1\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let config = folder.path().join("a.toml");
        std::fs::write(&config, "output = \"run\"\n[synthesis]\n").unwrap();
        let watcher = watcher(&program);
        watcher.tell(Order::Train(config));
        let news = wait(&watcher, |news| news.began.is_some());
        assert_eq!(news.training, Training::Running { output: folder.path().join("run") });
        let news = wait(&watcher, |news| news.training == Training::None);
        assert_eq!(news.problem.as_deref(), Some("No faces."));
    }

    #[test]
    fn a_folder_that_vanishes_is_told_and_nothing_is_read_unlooked_at() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        std::fs::create_dir(&run).unwrap();
        std::fs::write(run.join("metrics.jsonl"), "{\"step\":1,\"losses\":{\"total\":2.0}}\n").unwrap();
        let watcher = watcher(Path::new("/no/program"));
        watcher.tell(Order::Watch(run.clone()));
        let news = wait(&watcher, |_| true);
        assert!(news.run.unwrap().losses.is_empty(), "nobody looks");
        watcher.tell(Order::Look(true));
        let news = wait(&watcher, |news| news.run.as_ref().is_some_and(|run| !run.losses.is_empty()));
        assert!(!news.is_gone);
        std::fs::remove_dir_all(&run).unwrap();
        wait(&watcher, |news| news.is_gone);
    }
}
