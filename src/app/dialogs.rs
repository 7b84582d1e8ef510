//! The system's file dialogs, on threads of their own. Where the system has none, the window asks for a path itself:
//! a dialog that ends within a moment without an answer was never seen by anyone.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::App;
use super::arrivals::Arrival;
use super::export;
use super::lab::{LabCommand, LabPrompt};
use super::session::{self, SessionCommand, SessionPrompt};
use super::state::{Prompt, SaveWhat};
use super::switching;

/// Nobody cancels a dialog faster than this.
const NEVER_SEEN: Duration = Duration::from_millis(400);

/// Asks which photos to open.
pub(super) fn open(app: &App) {
    let folder = app.settings.values.last_folder.clone();
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Open photos")
        .add_filter("Pictures", &["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "JPG", "JPEG", "PNG"]);
    let asked = starting_in(dialog, folder.as_deref()).pick_files();
    let (teller, begun) = (app.pool.teller(), Instant::now());
    let start = shown_folder(folder.as_deref());
    in_background(asked, move |files: Option<Vec<rfd::FileHandle>>| match files {
        Some(files) if !files.is_empty() => {
            let paths = files.iter().map(|file| file.path().to_owned()).collect();
            teller.tell(Arrival::Files { paths, note: None });
        }
        _ if begun.elapsed() < NEVER_SEEN => teller.tell(Arrival::NoDialog(Prompt::OpenPath { text: start })),
        _ => {}
    });
}

/// Asks which folders to open.
pub(super) fn open_folders(app: &App) {
    let folder = app.settings.values.last_folder.clone();
    let dialog = rfd::AsyncFileDialog::new().set_title("Open folders");
    let asked = starting_in(dialog, folder.as_deref()).pick_folders();
    let (teller, begun) = (app.pool.teller(), Instant::now());
    let start = shown_folder(folder.as_deref());
    in_background(asked, move |folders: Option<Vec<rfd::FileHandle>>| match folders {
        Some(folders) if !folders.is_empty() => {
            teller.tell(Arrival::Folders(folders.iter().map(|folder| folder.path().to_owned()).collect()));
        }
        _ if begun.elapsed() < NEVER_SEEN => teller.tell(Arrival::NoDialog(Prompt::OpenPath { text: start })),
        _ => {}
    });
}

/// Asks which weights to use.
pub(super) fn open_weights(app: &App) {
    let folder = app.state.recent_weights.first().and_then(|path| path.parent()).map(Path::to_owned);
    let dialog = rfd::AsyncFileDialog::new().set_title("Open weights").add_filter("Weights", &switching::ENDINGS);
    let asked = starting_in(dialog, folder.as_deref()).pick_file();
    tell(app, asked, shown_folder(folder.as_deref()), Arrival::Weights, |text| Prompt::WeightsPath { text });
}

/// Asks which config to start.
pub(super) fn open_config(app: &App) {
    let folder = runs_folder(app);
    let dialog = rfd::AsyncFileDialog::new().set_title("Start training").add_filter("Configs", &["toml"]);
    let asked = starting_in(dialog, folder.as_deref()).pick_file();
    let chosen = |config| Arrival::Lab(LabCommand::Train(config));
    tell(app, asked, shown_folder(folder.as_deref()), chosen, |text| Prompt::Lab(LabPrompt::ConfigPath { text }));
}

/// Asks which run to watch.
pub(super) fn open_run(app: &App) {
    let folder = runs_folder(app);
    let dialog = rfd::AsyncFileDialog::new().set_title("Open run folder");
    let asked = starting_in(dialog, folder.as_deref()).pick_folder();
    let chosen = |run| Arrival::Lab(LabCommand::Watch(run));
    tell(app, asked, shown_folder(folder.as_deref()), chosen, |text| Prompt::Lab(LabPrompt::FolderPath { text }));
}

/// Asks which session to open.
pub(super) fn open_session(app: &App) {
    let folder = sessions_folder(app);
    let dialog = rfd::AsyncFileDialog::new().set_title("Open session").add_filter("Sessions", &[session::ENDING]);
    let asked = starting_in(dialog, folder.as_deref()).pick_file();
    let chosen = |path| Arrival::Session(SessionCommand::Open(path));
    let prompt = |text| Prompt::Session(SessionPrompt::OpenPath { text });
    tell(app, asked, shown_folder(folder.as_deref()), chosen, prompt);
}

/// Asks where to save the session.
pub(super) fn save_session(app: &App) {
    let folder = sessions_folder(app);
    let name = app.state.session.name().unwrap_or_else(|| "session".to_owned());
    let name = format!("{name}.{}", session::ENDING);
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Save session")
        .set_file_name(&name)
        .add_filter("Sessions", &[session::ENDING]);
    let asked = starting_in(dialog, folder.as_deref()).save_file();
    let start = format!("{}{name}", shown_folder(folder.as_deref()));
    let chosen = |path| Arrival::Session(SessionCommand::SaveTo(path));
    tell(app, asked, start, chosen, |text| Prompt::Session(SessionPrompt::SavePath { text }));
}

/// Where the last session lies.
fn sessions_folder(app: &App) -> Option<PathBuf> {
    let last = app.state.session.path.as_ref().or(app.settings.values.recent_sessions.first());
    last.and_then(|path| path.parent()).map(Path::to_owned)
}

/// Where the run lies that was looked at last.
fn runs_folder(app: &App) -> Option<PathBuf> {
    app.settings.values.last_run.as_deref().and_then(Path::parent).map(Path::to_owned)
}

/// Asks where to save.
pub(super) fn save(app: &mut App, what: SaveWhat) {
    let name = match export::suggested_name(app, what) {
        Ok(name) => name,
        Err(sentence) => return app.toast(super::state::ToastKind::Note, sentence),
    };
    let settings = &app.settings.values;
    let folder = settings.last_save_folder.clone().or_else(|| settings.last_folder.clone()).or_else(pictures_folder);
    let dialog = rfd::AsyncFileDialog::new().set_title("Save").set_file_name(&name);
    let dialog = match what {
        SaveWhat::Film(format) => dialog.add_filter("Film", &[format.ending()]),
        SaveWhat::AttentionAs(format) => dialog.add_filter(format.words(), &[format.ending()]),
        SaveWhat::Photo | SaveWhat::Sheet | SaveWhat::Attention => dialog.add_filter("PNG picture", &["png"]),
    };
    let asked = starting_in(dialog, folder.as_deref()).save_file();
    let start = format!("{}{name}", shown_folder(folder.as_deref()));
    let chosen = move |path: PathBuf| Arrival::SaveTo(what, with_ending(&path, what.ending()));
    tell(app, asked, start, chosen, move |text| Prompt::SavePath { what, text });
}

/// A dialog that begins in a folder, if it is there.
fn starting_in(dialog: rfd::AsyncFileDialog, folder: Option<&Path>) -> rfd::AsyncFileDialog {
    match folder.filter(|folder| folder.is_dir()) {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    }
}

/// Waits for the answer of a dialog that asks for one path, and tells the window what was `chosen`; or, if nobody saw
/// the dialog, which prompt asks for the path instead. `start` is what stands in it.
fn tell(
    app: &App,
    asked: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static,
    start: String,
    chosen: impl FnOnce(PathBuf) -> Arrival + Send + 'static,
    prompt: impl FnOnce(String) -> Prompt + Send + 'static,
) {
    let (teller, begun) = (app.pool.teller(), Instant::now());
    in_background(asked, move |file| match file {
        Some(file) => teller.tell(chosen(file.path().to_owned())),
        None if begun.elapsed() < NEVER_SEEN => teller.tell(Arrival::NoDialog(prompt(start))),
        None => {}
    });
}

/// A path as typed, with `~` for the home folder.
pub(super) fn expand_home(text: &str) -> PathBuf {
    let text = text.trim();
    let home = directories::UserDirs::new().map(|folders| folders.home_dir().to_owned());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// The path of something that is there: a whole path pasted behind the folder that stands in the field counts alone.
pub(super) fn existing(text: &str) -> PathBuf {
    let path = expand_home(text);
    let begins = ["//", "/~/"].into_iter().filter_map(|mark| text.rfind(mark));
    let mut pasted = begins.map(|at| expand_home(&text[at + 1..]));
    match pasted.find(|pasted| pasted.exists()) {
        Some(pasted) if !path.exists() => pasted,
        _ => path,
    }
}

/// The path with this ending where none was typed.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    if path.extension().is_some() { path.to_owned() } else { path.with_extension(ending) }
}

fn pictures_folder() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    Some(folders.picture_dir().unwrap_or(folders.home_dir()).to_owned())
}

fn shown_folder(folder: Option<&Path>) -> String {
    let folder = folder.map(Path::to_owned).or_else(pictures_folder);
    folder.map(|folder| format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR)).unwrap_or_default()
}

/// Waits for a dialog on a thread of its own.
fn in_background<T: 'static>(asked: impl Future<Output = T> + Send + 'static, then: impl FnOnce(T) + Send + 'static) {
    let started = thread::Builder::new().name("dialog".to_owned()).spawn(move || then(wait_for(asked)));
    if let Err(error) = started {
        log::error!("no thread for a file dialog: {error}");
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_an_ending_gets_one() {
        assert_eq!(with_ending(Path::new("/a/face"), "png"), PathBuf::from("/a/face.png"));
        assert_eq!(with_ending(Path::new("/a/face.PNG"), "mp4"), PathBuf::from("/a/face.PNG"));
    }

    #[test]
    fn a_path_pasted_behind_the_folder_in_the_field_counts_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weights.pt");
        std::fs::write(&file, "").unwrap();
        let name = file.display();
        assert_eq!(existing(&format!("/nowhere/{name}")), file);
        assert_eq!(existing(&format!("  {name} ")), file);
        assert_eq!(existing("/nowhere//gone.pt"), PathBuf::from("/nowhere//gone.pt"));
    }

    #[test]
    fn waiting_returns_what_another_thread_sends() {
        let (sender, receiver) = std::sync::mpsc::channel();
        in_background(std::future::ready(7), move |value| sender.send(value).unwrap());
        assert_eq!(receiver.recv().unwrap(), 7);
    }
}
