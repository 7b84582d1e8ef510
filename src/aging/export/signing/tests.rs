//! Signed files as another reader sees them: valid but for the trust in the signer, and broken by one changed pixel.

use std::io::Cursor;

use c2pa::{Reader, ValidationState};
use image::{Rgb, RgbImage};
use serde_json::Value;

use super::*;
use crate::aging::export::encode_png;
use crate::aging::export::provenance::tests::provenance;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn picture() -> RgbImage {
    RgbImage::from_fn(64, 48, |x, y| Rgb([(x * 4) as u8, (y * 5) as u8, 90]))
}

fn signed(kind: PictureKind) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let credentials = Credentials::for_this_session();
    let bytes = credentials.signed(Container::Png, kind, &provenance(), encode_png(&picture(), kind, &provenance())?);
    assert!(credentials.has_signed(), "{:?}", credentials.notice());
    Ok(bytes)
}

fn opened(bytes: Vec<u8>) -> c2pa::Result<Reader> {
    Reader::from_context(Context::new()).with_stream("image/png", Cursor::new(bytes))
}

/// What is wrong with a file, by the names the specification gives.
fn failures(reader: &Reader) -> Vec<String> {
    reader.validation_status().unwrap_or_default().iter().map(|status| status.code().to_owned()).collect()
}

#[test]
fn a_signed_picture_is_valid_and_only_its_signer_unknown() -> Tested {
    for kind in [PictureKind::Synthetic(65.0), PictureKind::SyntheticSheet] {
        let reader = opened(signed(kind)?)?;
        assert_eq!(failures(&reader), ["signingCredential.untrusted"], "{kind:?}");
        assert_eq!(reader.validation_state(), ValidationState::Valid);
        let manifest: Value = serde_json::from_str(&reader.json())?;
        let manifest = &manifest["manifests"][reader.active_label().ok_or("no manifest")?];
        assert_eq!(manifest["claim_generator_info"][0]["name"], "mtlface");
        let text = manifest.to_string();
        for said in ["compositeWithTrainedAlgorithmicMedia", "org.mtlface.provenance", "sha256:ab", "\"strength\":1"] {
            assert!(text.contains(said), "{said} is missing in {text}");
        }
        assert!(manifest["ingredients"][0]["thumbnail"].is_null() && manifest["thumbnail"].is_null());
    }
    Ok(())
}

#[test]
fn one_changed_pixel_breaks_the_signature() -> Tested {
    let bytes = signed(PictureKind::Synthetic(65.0))?;
    let at = bytes.windows(4).position(|window| window == b"IDAT").ok_or("no pixels")? + 40;
    let mut changed = bytes;
    changed[at] ^= 1;
    let reader = opened(changed)?;
    assert!(failures(&reader).contains(&"assertion.dataHash.mismatch".to_owned()), "{:?}", failures(&reader));
    assert_eq!(reader.validation_state(), ValidationState::Invalid);
    Ok(())
}

#[test]
fn the_picture_and_its_other_marks_stay_as_they_are() -> Tested {
    let bytes = signed(PictureKind::Synthetic(65.0))?;
    assert_eq!(image::load_from_memory(&bytes)?.to_rgb8(), picture());
    let reader = png::Decoder::new(Cursor::new(&bytes)).read_info()?;
    assert_eq!(reader.info().utf8_text.len(), 2);
    Ok(())
}

#[test]
fn without_a_folder_to_keep_the_key_the_picture_is_still_there_and_the_reason_told() -> Tested {
    let place = tempfile::tempdir()?;
    let file = place.path().join("a file");
    std::fs::write(&file, "")?;
    let credentials = Credentials::in_folder(&file.join("signing"));
    let kind = PictureKind::Synthetic(65.0);
    let plain = encode_png(&picture(), kind, &provenance())?;
    assert_eq!(credentials.signed(Container::Png, kind, &provenance(), plain.clone()), plain);
    let told = credentials.notice().ok_or("nothing was said")?;
    assert!(told.contains("carries no signature, because"), "{told}");
    assert!(!credentials.has_signed());
    Ok(())
}

#[test]
fn switched_off_nothing_is_signed_and_nothing_complained_of() {
    let credentials = Credentials::off();
    let plain = vec![1, 2, 3];
    assert_eq!(credentials.signed(Container::Png, PictureKind::SyntheticSheet, &provenance(), plain.clone()), plain);
    assert!(credentials.notice().is_none() && !credentials.has_signed());
}

#[test]
fn a_key_that_does_not_belong_to_its_certificate_is_told() -> Tested {
    let place = tempfile::tempdir()?;
    let (mine, other) = (Identity::make()?, Identity::make()?);
    std::fs::write(place.path().join(KEY_FILE), &mine.key_pem)?;
    std::fs::write(place.path().join(CERTIFICATES_FILE), &mine.certificates_pem)?;
    assert_eq!(Credentials::in_folder(place.path()).notice(), None);
    std::fs::write(place.path().join(CERTIFICATES_FILE), &other.certificates_pem)?;
    let told = Credentials::in_folder(place.path()).notice().ok_or("nothing was said")?;
    assert!(told.contains(&place.path().display().to_string()), "{told}");
    Ok(())
}
