//! Films from the command line: what is in their files, what becomes of them without a signature, and that nothing is
//! left of one that was interrupted.

use std::path::Path;
use std::process::Command;

use mtlface::aging::export::is_marked_synthetic;

use crate::command_line::{Tested, demo, failed, json, signing_folder, succeeded};

/// What a reader of C2PA has to say against a file, by the names of the specification.
pub fn objections(path: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let format = c2pa::format_from_path(path).ok_or("no ending")?;
    let reader = c2pa::Reader::from_context(c2pa::Context::new());
    let reader = reader.with_stream(&format, std::fs::File::open(path)?)?;
    Ok(reader.validation_status().unwrap_or_default().iter().map(|status| status.code().to_owned()).collect())
}

fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let names = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name().display().to_string()));
    let mut names: Vec<String> = names.collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn a_film_is_written_alone_or_beside_pictures_and_all_of_it_is_signed() -> Tested {
    let folder = tempfile::tempdir()?;
    let (mp4, gif) = (folder.path().join("film.mp4"), folder.path().join("film.gif"));
    let [mp4_name, gif_name] = [&mp4, &gif].map(|path| path.display().to_string());
    let place = folder.path().display().to_string();
    let photo = demo("astronaut.jpg");
    let alone = succeeded(&[
        "age",
        &photo,
        "--film",
        &mp4_name,
        "--from",
        "20",
        "--until",
        "70",
        "--seconds",
        "1",
        "--fps",
        "12",
        "--json",
    ])?;
    assert_eq!((&alone["film"]["frames"], &alone["signed"]), (&12.into(), &true.into()), "{alone}");
    assert!(alone["outputs"].as_array().is_some_and(Vec::is_empty) && alone["sheet_path"].is_null());
    assert_eq!(alone["film"]["bytes"].as_u64(), Some(std::fs::metadata(&mp4)?.len()));
    assert_eq!(names_in(folder.path())?, ["film.mp4"]);
    let both = succeeded(&[
        "age",
        &photo,
        "--to",
        "65",
        "-o",
        &place,
        "--film",
        &gif_name,
        "--framing",
        "face",
        "--there-and-back",
        "--seconds",
        "1",
        "--json",
    ])?;
    assert_eq!(both["film"]["frames"], 10);
    let written =
        ["photo_path", "face_path"].map(|key| both["outputs"][0][key].as_str().unwrap_or_default().to_owned());
    for path in written.iter().map(Path::new).chain([mp4.as_path(), &gif]) {
        assert_eq!(objections(path)?, ["signingCredential.untrusted"], "{}", path.display());
        assert!(is_marked_synthetic(&std::fs::read(path)?), "{}", path.display());
    }
    Ok(())
}

#[test]
fn without_a_place_for_the_key_the_picture_is_written_and_the_reason_told() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    std::fs::write(&file, "")?;
    for (signing, is_told) in [(file.join("signing").display().to_string(), true), ("off".to_owned(), false)] {
        let film = folder.path().join("film.gif");
        let output = Command::new(env!("CARGO_BIN_EXE_mtlface"))
            .args(["age", &demo("astronaut.jpg"), "--seconds", "0.5", "--json", "--device", "cpu", "--film"])
            .arg(&film)
            .env("MTLFACE_SIGNING", &signing)
            .output()?;
        let object = json(&output)?;
        assert_eq!(object["signed"], false, "{object}");
        assert_eq!(object["warnings"].to_string().contains("carries no signature"), is_told, "{object}");
        assert!(is_marked_synthetic(&std::fs::read(&film)?) && objections(&film).is_err());
    }
    Ok(())
}

#[test]
fn a_film_never_replaces_the_photo() -> Tested {
    let folder = tempfile::tempdir()?;
    let photo = folder.path().join("photo.gif");
    std::fs::copy(demo("astronaut.jpg"), &photo)?;
    let name = photo.display().to_string();
    let told = failed(&["age", &name, "--film", &name])?;
    assert!(told.contains("never overwritten"), "{told}");
    let told = failed(&["age", &name, "--film", &folder.path().join("not/there.mp4").display().to_string()])?;
    assert!(told.contains("another file for --film"), "{told}");
    assert_eq!(names_in(folder.path())?, ["photo.gif"]);
    Ok(())
}

/// Ctrl-C, as a terminal sends it, once the film is being made.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_film_leaves_nothing_behind() -> Tested {
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir()?;
    let child = Command::new(env!("CARGO_BIN_EXE_mtlface"))
        .args(["age", &demo("astronaut.jpg"), "--seconds", "60", "--fps", "50", "--json", "--device", "cpu", "--film"])
        .arg(folder.path().join("film.gif"))
        .env("MTLFACE_SIGNING", signing_folder())
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    let is_open = || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
        let mut links = files.into_iter().flatten().flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
        links.any(|link| link.starts_with(folder.path()))
    };
    let begun = Instant::now();
    // Open twice in a row: whether the folder can be written to is tried for a moment at the start.
    while !(is_open() && {
        std::thread::sleep(Duration::from_millis(200));
        is_open()
    }) {
        assert!(begun.elapsed() < Duration::from_secs(100), "no film was begun");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success());
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)?["error"], "The film was stopped.");
    assert!(names_in(folder.path())?.is_empty());
    Ok(())
}
