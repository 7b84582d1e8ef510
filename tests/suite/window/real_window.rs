//! The program itself, in a real window on a display of its own, with real key and pointer events: it opens, follows
//! the keys, saves a session where it is told to, and closes with the window. Needs Xvfb and xdotool.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_there(program: &str) -> bool {
    Process::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn can_run(test: &str) -> bool {
    let missing: Vec<&str> = ["Xvfb", "xdotool"].into_iter().filter(|program| !is_there(program)).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        std::env::var_os("MTLFACE_REQUIRE_PICTURES").is_none_or(|value| value != "1"),
        "{test}: {missing:?} missing, and MTLFACE_REQUIRE_PICTURES=1"
    );
    let words = "(scripts/setup-debian.sh brings them)";
    let _ = writeln!(std::io::stderr(), "SKIPPED window::real_window::{test}: {missing:?} missing {words}");
    false
}

/// A display nobody uses, 1280×800.
fn display() -> (Running, String) {
    let mut server = Process::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = server.stdout.take().unwrap();
    let mut number = String::new();
    let mut byte = [0];
    while stdout.read(&mut byte).unwrap_or(0) == 1 && byte[0] != b'\n' {
        number.push(char::from(byte[0]));
    }
    (Running(server), format!(":{number}"))
}

struct Hand {
    display: String,
}

impl Hand {
    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Process::new("xdotool").env("DISPLAY", &self.display).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn wait_for_window(&self) -> String {
        let begun = Instant::now();
        loop {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "mtlface"]);
            if let Some(window) = found.lines().next() {
                return window.to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "no window came");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn press(&self, keys: &str) {
        self.xdotool(&["key", "--delay", "60", keys]);
        std::thread::sleep(Duration::from_millis(150));
    }
}

fn start(display: &str, home: &Path) -> Running {
    let program = Process::new(env!("CARGO_BIN_EXE_mtlface"))
        .args(["--device", "cpu"])
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Running(program)
}

/// The session's JSON, once the file is there.
fn session(path: &Path) -> Option<serde_json::Value> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).ok()?).ok()?;
    let mut text = String::new();
    archive.by_name("session.json").ok()?.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[test]
fn the_real_window_follows_real_keys_and_saves_a_session() {
    if !can_run("the_real_window_follows_real_keys_and_saves_a_session") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (_server, display) = display();
    let mut program = start(&display, home.path());
    let hand = Hand { display };
    let window = hand.wait_for_window();
    hand.xdotool(&["windowfocus", &window]);
    let path = home.path().join("real.mtlface");
    let begun = Instant::now();
    // Until the ages are there the arrows have nothing to move: save again until they had.
    let saved = loop {
        for _ in 0..3 {
            hand.press("Right");
        }
        save_as(&hand, &path);
        let moved = session(&path).filter(|json| json["target_years"].as_f64().is_some_and(|years| years > 65.0));
        match moved {
            Some(saved) => break saved,
            None => assert!(begun.elapsed() < PATIENCE, "the keys moved nothing: {:?}", session(&path)),
        }
        assert!(program.0.try_wait().unwrap().is_none(), "the program ended");
    };
    assert_eq!(saved["format"], "mtlface session");
    assert_eq!(saved["photos"][0]["source"]["bundled"], "astronaut.jpg");
    assert_eq!(saved["photos"][0]["faces"].as_array().map(Vec::len), Some(1));

    // A click on the second tab, and the view is another.
    hand.xdotool(&["mousemove", "325", "24", "click", "1"]);
    std::thread::sleep(Duration::from_millis(300));
    save_as(&hand, &path);
    let begun = Instant::now();
    while session(&path).is_none_or(|json| json["view"]["workspace"] != "attention") {
        assert!(begun.elapsed() < PATIENCE, "the click did not reach the tab");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Ctrl Shift S, the path into the window's own prompt where no file dialog comes, Enter.
fn save_as(hand: &Hand, path: &Path) {
    hand.press("ctrl+shift+s");
    // The window waits a moment for the system's file dialog before it asks by itself.
    std::thread::sleep(Duration::from_millis(1500));
    hand.press("ctrl+a");
    hand.xdotool(&["type", "--delay", "5", &path.display().to_string()]);
    hand.press("Return");
    std::thread::sleep(Duration::from_millis(700));
}
