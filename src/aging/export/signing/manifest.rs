//! What the manifest says: who made the file, what was done in which order, from which photograph, and how to do it
//! again. The photograph is named by its hash only: no name, no path, no thumbnail.

use serde_json::{Value, json};

use crate::aging::export::provenance::DIGITAL_SOURCE_TYPE;
use crate::aging::export::{PictureKind, Provenance};

/// Label of our own assertion.
pub const PROVENANCE_LABEL: &str = "org.mtlface.provenance";
/// How actions name the photograph.
const PHOTOGRAPH: &str = "photograph";

/// The manifest of a synthetic picture, as `c2pa` reads it.
///
/// A photo with an aged face is the photograph, opened and edited; a sheet and a film are new works in which the
/// photograph was placed.
pub fn definition(kind: PictureKind, provenance: &Provenance) -> Value {
    let agent = json!({ "name": "mtlface", "version": provenance.app_version });
    let source = json!({ "ingredientIds": [PHOTOGRAPH] });
    let (relationship, actions) = match kind {
        PictureKind::Synthetic(_) | PictureKind::Drawing => (
            "parentOf",
            json!([
                { "action": "c2pa.opened", "parameters": source },
                {
                    "action": "c2pa.edited",
                    "digitalSourceType": DIGITAL_SOURCE_TYPE,
                    "softwareAgent": agent,
                    "description": "The face was changed to another age by a trained network.",
                },
            ]),
        ),
        PictureKind::SyntheticSheet | PictureKind::SyntheticFilm(_) => (
            "componentOf",
            json!([
                {
                    "action": "c2pa.created",
                    "digitalSourceType": DIGITAL_SOURCE_TYPE,
                    "softwareAgent": agent,
                    "description": "Faces at other ages, made by a trained network from a photograph.",
                },
                { "action": "c2pa.placed", "parameters": source },
            ]),
        ),
    };
    json!({
        "claim_generator_info": [agent],
        "ingredients": [{
            "label": PHOTOGRAPH,
            "title": "Photograph",
            "relationship": relationship,
            "instance_id": format!("sha256:{}", provenance.source_sha256),
            "description": format!("SHA-256 of the file: {}", provenance.source_sha256),
        }],
        "assertions": [
            { "label": "c2pa.actions.v2", "data": { "actions": actions, "allActionsIncluded": true }, "created": true },
            { "label": PROVENANCE_LABEL, "kind": "Json", "data": provenance, "created": true },
        ],
    })
}
