//! What a file says of itself to machines: how it was made, and, where it is synthetic, that it is. In PNG both travel
//! in text chunks: XMP with the IPTC digital source type, and a JSON record; in films the record is part of the XMP.
//! The signed manifest that says the same is `signing`'s.

use image::RgbImage;
use serde::Serialize;
use serde_json::Value;

use super::{ExportError, years_text};
use crate::face::{AlignedFace, LandmarkSource, Landmarks, SimilarityTransform};

/// IPTC's term for a photograph of which a part was made by a trained network.
pub(super) const DIGITAL_SOURCE_TYPE: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
/// Keyword of the XMP chunk, fixed by the XMP specification.
const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Keyword of the JSON record.
const RECORD_KEYWORD: &str = "mtlface provenance";

/// How something was made: enough to make it again.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Version of this program.
    pub app_version: &'static str,
    /// SHA-256 of the photograph's file, hex.
    pub source_sha256: String,
    /// SHA-256 of the weights, hex.
    pub weights_sha256: String,
    /// The device that did the work: kind, name, reason.
    pub device: Value,
    /// How the face was aligned.
    pub alignment: Alignment,
    /// Seed of everything random (nothing is, in ageing and reading).
    pub seed: u64,
    /// What was asked for.
    pub parameters: Value,
}

/// How the face was aligned.
#[derive(Clone, Debug, Serialize)]
pub struct Alignment {
    /// The five landmarks in pixels of the photograph.
    pub landmarks_px: Landmarks,
    /// Who placed them.
    pub landmark_source: LandmarkSource,
    /// From pixels of the photograph to pixels of the 112×112 crop.
    pub photo_to_crop: SimilarityTransform,
}

impl From<&AlignedFace> for Alignment {
    fn from(face: &AlignedFace) -> Self {
        Self {
            landmarks_px: face.detection.landmarks_px,
            landmark_source: face.landmark_source,
            photo_to_crop: face.photo_to_crop,
        }
    }
}

impl Provenance {
    /// The record of a result made from one face. `device` is the device report, `parameters` what was asked for.
    pub fn new(
        face: &AlignedFace,
        weights_sha256: &str,
        device: &impl Serialize,
        seed: u64,
        parameters: Value,
    ) -> Self {
        Self {
            app_version: env!("CARGO_PKG_VERSION"),
            source_sha256: face.photo_sha256.clone(),
            weights_sha256: weights_sha256.to_owned(),
            device: serde_json::to_value(device).unwrap_or(Value::Null),
            alignment: face.into(),
            seed,
            parameters,
        }
    }
}

/// What a picture shows, which decides its mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureKind {
    /// One synthetic face at this age in years.
    Synthetic(f32),
    /// Several synthetic faces.
    SyntheticSheet,
    /// A film of one face from one age to another, in years.
    SyntheticFilm([f32; 2]),
    /// A drawing of numbers over a photograph: nothing in it pretends to be a face.
    Drawing,
}

/// Encodes a picture as PNG with its record and, where it is synthetic, its mark.
///
/// # Errors
/// When the encoder refuses, which an empty picture makes it do.
pub fn encode_png(picture: &RgbImage, kind: PictureKind, provenance: &Provenance) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    if let Some(description) = synthetic_description(kind) {
        encoder.add_itxt_chunk(XMP_KEYWORD.to_owned(), xmp(&description, ""))?;
    }
    let record = serde_json::to_string(provenance).unwrap_or_default();
    encoder.add_itxt_chunk(RECORD_KEYWORD.to_owned(), record)?;
    encoder.write_header()?.write_image_data(picture.as_raw())?;
    Ok(bytes)
}

/// Whether a file says of itself that a trained network made it or part of it: this program's mark, or the same IPTC
/// term in the metadata of any other file.
pub fn is_marked_synthetic(file_bytes: &[u8]) -> bool {
    const TERM: &[u8] = b"rainedAlgorithmicMedia";
    file_bytes.windows(TERM.len()).any(|window| window == TERM)
}

fn synthetic_description(kind: PictureKind) -> Option<String> {
    match kind {
        PictureKind::Synthetic(age_years) => Some(format!("Synthetic face, age {}", years_text(age_years))),
        PictureKind::SyntheticSheet => Some("Sheet of synthetic faces".to_owned()),
        PictureKind::SyntheticFilm(ends) => {
            let [from, to] = ends.map(years_text);
            Some(format!("Film of a synthetic face, age {from} to {to}"))
        }
        PictureKind::Drawing => None,
    }
}

/// The XMP packet of a film, with the record in it.
pub(super) fn film_xmp(kind: PictureKind, provenance: &Provenance) -> String {
    let record = serde_json::to_string(provenance).unwrap_or_default();
    let escaped = record.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let record = format!("\n   <mtlface:provenance>{escaped}</mtlface:provenance>");
    xmp(&synthetic_description(kind).unwrap_or_default(), &record)
}

fn xmp(description: &str, more: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:mtlface="urn:x-mtlface:">
   <Iptc4xmpExt:DigitalSourceType>{DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>mtlface {version}</xmp:CreatorTool>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>{more}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{feff}'
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn provenance() -> Provenance {
        Provenance {
            app_version: "0",
            source_sha256: "ab".to_owned(),
            weights_sha256: "cd".to_owned(),
            device: Value::Null,
            alignment: Alignment {
                landmarks_px: [[0.0; 2]; 5],
                landmark_source: LandmarkSource::Hand,
                photo_to_crop: SimilarityTransform::IDENTITY,
            },
            seed: 0,
            parameters: serde_json::json!({"strength": 1.0}),
        }
    }

    #[test]
    fn a_synthetic_picture_carries_mark_and_record() -> Result<(), Box<dyn std::error::Error>> {
        let picture = RgbImage::from_pixel(4, 3, image::Rgb([1, 2, 3]));
        let bytes = encode_png(&picture, PictureKind::Synthetic(65.0), &provenance())?;
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info()?;
        let texts = &reader.info().utf8_text;
        assert_eq!(texts.len(), 2);
        assert!(texts[0].get_text()?.contains(DIGITAL_SOURCE_TYPE));
        let record: Value = serde_json::from_str(&texts[1].get_text()?)?;
        assert_eq!(record["alignment"]["landmark_source"], "hand");
        assert!(is_marked_synthetic(&bytes));
        assert_eq!(image::load_from_memory(&bytes)?.to_rgb8(), picture);
        Ok(())
    }

    #[test]
    fn a_drawing_is_not_marked_synthetic() -> Result<(), ExportError> {
        let bytes = encode_png(&RgbImage::new(2, 2), PictureKind::Drawing, &provenance())?;
        assert!(!is_marked_synthetic(&bytes));
        Ok(())
    }
}
