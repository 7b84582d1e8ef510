//! Films of a made-up face: their ages, their files, and that nothing is left of one that was stopped.

use image::Rgb;

use super::*;
use crate::aging::Change;
use crate::aging::change::CROP_AREA;
use crate::aging::export::is_marked_synthetic;
use crate::aging::export::provenance::tests::provenance;
use crate::model::AgeGroup;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn film(format: FilmFormat) -> Film {
    Film {
        format,
        from_years: 10.0,
        to_years: 70.0,
        there_and_back: true,
        seconds: 0.8,
        frames_per_second: 10,
        framing: FilmFraming::WholePhoto,
    }
}

fn timeline() -> Timeline {
    let change = |index: f32| Change {
        flow_px: vec![[index, 0.0]; CROP_AREA],
        residual_levels: vec![[8.0 * index; 3]; CROP_AREA],
    };
    Timeline::new((0..7).map(|index| change(index as f32)).collect(), AgeGroup::ALL.map(AgeGroup::anchor_years), 30.0)
}

fn photo() -> RgbImage {
    RgbImage::from_fn(241, 181, |x, y| Rgb([x as u8, y as u8, ((x / 16 + y / 16) % 2 * 90) as u8]))
}

fn write(path: &Path, film: &Film, credentials: &Credentials, stop_at: usize) -> Result<(), ExportError> {
    let (photo, timeline) = (photo(), timeline());
    let to_crop = SimilarityTransform { matrix: [[1.0, 0.0, -60.0], [0.0, 1.0, -30.0]] };
    let face = FilmFace { photo: &photo, photo_to_crop: &to_crop, timeline: &timeline, own_years: 30.0, strength: 1.0 };
    write_film(path, film, &face, &provenance(), credentials, &[], &mut |done, _| {
        if done >= stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

#[test]
fn the_ages_go_there_and_back_or_only_there() {
    let there_and_back = film(FilmFormat::Mp4);
    assert_eq!(there_and_back.frames(), 8);
    let ages: Vec<f32> = (0..8).map(|frame| there_and_back.years_at(frame)).collect();
    assert_eq!(ages, [10.0, 25.0, 40.0, 55.0, 70.0, 55.0, 40.0, 25.0]);
    let there = Film { there_and_back: false, from_years: 60.0, to_years: 18.0, ..there_and_back };
    assert_eq!((there.years_at(0), there.years_at(7)), (60.0, 18.0));
    // A GIF cannot say 30 frames a second: 3 hundredths is the nearest.
    let quick = Film { frames_per_second: 30, seconds: 3.0, ..film(FilmFormat::Gif) };
    assert_eq!(quick.frames(), 100);
}

#[test]
fn a_film_is_signed_and_only_its_signer_unknown() -> Tested {
    let folder = tempfile::tempdir()?;
    let credentials = Credentials::for_this_session();
    for format in [FilmFormat::Mp4, FilmFormat::Gif] {
        let path = folder.path().join(format!("film.{}", format.ending()));
        write(&path, &film(format), &credentials, usize::MAX)?;
        assert!(credentials.has_signed(), "{:?}", credentials.notice());
        let mut bytes = std::fs::read(&path)?;
        assert!(is_marked_synthetic(&bytes));
        let failures = |bytes: &[u8]| -> Result<Vec<String>, c2pa::Error> {
            let reader = c2pa::Reader::from_context(c2pa::Context::new());
            let reader = reader.with_stream(format.container().mime(), io::Cursor::new(bytes.to_vec()))?;
            Ok(reader.validation_status().unwrap_or_default().iter().map(|status| status.code().to_owned()).collect())
        };
        assert_eq!(failures(&bytes)?, ["signingCredential.untrusted"], "{format:?}");
        // The pictures of a film lie before its XMP, which comes last.
        let at = bytes.windows(9).rposition(|window| window == b"<?xpacket").ok_or("no XMP")? - 400;
        bytes[at] ^= 4;
        assert!(failures(&bytes)?.iter().any(|code| code.ends_with("Hash.mismatch")), "{:?}", failures(&bytes)?);
    }
    Ok(())
}

#[test]
fn a_gif_holds_every_frame_and_shows_the_photo_outside_the_face() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("film.gif");
    write(&path, &film(FilmFormat::Gif), &Credentials::off(), usize::MAX)?;
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(std::fs::File::open(&path)?)?;
    assert_eq!((decoder.width(), decoder.height()), (240, 180));
    let mut sizes = Vec::new();
    while let Some(frame) = decoder.read_next_frame()? {
        assert_eq!(frame.delay, 10);
        sizes.push(u32::from(frame.width) * u32::from(frame.height));
    }
    assert_eq!(sizes.len(), 8);
    assert!(sizes[1..].iter().all(|size| *size < sizes[0]), "{sizes:?}");
    Ok(())
}

#[test]
fn an_mp4_begins_with_its_index_and_decodes() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("film.mp4");
    write(&path, &film(FilmFormat::Mp4), &Credentials::for_this_session(), usize::MAX)?;
    let bytes = std::fs::read(&path)?;
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).ok_or("a box is missing");
    assert!(place(b"moov")? < place(b"mdat")?);
    let mut again = Vec::new();
    write(&path, &film(FilmFormat::Mp4), &Credentials::off(), usize::MAX)?;
    again.push(std::fs::read(&path)?);
    write(&path, &film(FilmFormat::Mp4), &Credentials::off(), usize::MAX)?;
    again.push(std::fs::read(&path)?);
    assert!(again[0] == again[1], "without a signature the same film is not the same file");
    Ok(())
}

#[test]
fn a_stopped_film_leaves_nothing_behind_and_an_older_one_in_place() -> Tested {
    let folder = tempfile::tempdir()?;
    for format in [FilmFormat::Mp4, FilmFormat::Gif] {
        let path = folder.path().join(format!("film.{}", format.ending()));
        std::fs::write(&path, "older")?;
        assert!(matches!(write(&path, &film(format), &Credentials::off(), 2), Err(ExportError::Stopped)));
        assert_eq!(std::fs::read_to_string(&path)?, "older");
        std::fs::remove_file(&path)?;
    }
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}
