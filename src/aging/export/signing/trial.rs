//! A key is tried before anything is signed with it: one that does not belong to its certificate, or a certificate that
//! has run out or is for something else, would make signatures that every reader calls broken.

use std::io::Cursor;

use c2pa::{Builder, Context, Reader, Signer};
use image::{ImageFormat, RgbImage};
use serde_json::json;

use crate::aging::export::provenance::DIGITAL_SOURCE_TYPE;

/// What a reader may have against a signer whom it does not know.
const UNKNOWN_SIGNER: &str = "signingCredential.untrusted";

/// Signs a picture of one pixel and reads it again.
///
/// # Errors
/// What a reader has against the signature.
pub fn tried(signer: &dyn Signer) -> Result<(), String> {
    let failed = |error: c2pa::Error| error.to_string();
    let mut picture = Cursor::new(Vec::new());
    RgbImage::new(1, 1).write_to(&mut picture, ImageFormat::Png).map_err(|error| error.to_string())?;
    picture.set_position(0);
    let manifest = json!({
        "claim_generator_info": [{ "name": "mtlface", "version": env!("CARGO_PKG_VERSION") }],
        "assertions": [{
            "label": "c2pa.actions.v2",
            "data": { "actions": [{ "action": "c2pa.created", "digitalSourceType": DIGITAL_SOURCE_TYPE }] },
        }],
    });
    let mut signed = Cursor::new(Vec::new());
    let mut builder = Builder::from_context(Context::new()).with_definition(manifest).map_err(failed)?;
    builder.sign(signer, "image/png", &mut picture, &mut signed).map_err(failed)?;
    signed.set_position(0);
    let reader = Reader::from_context(Context::new()).with_stream("image/png", signed).map_err(failed)?;
    let objections = reader.validation_status().unwrap_or_default().iter();
    let objection = objections
        .filter(|status| status.code() != UNKNOWN_SIGNER)
        .map(|status| status.explanation().map_or_else(|| status.code().to_owned(), str::to_owned));
    objection.into_iter().next().map_or(Ok(()), Err)
}
