//! The numbers of the attention maps as one CSV table: cells, channels, regions and ages, a number a row, so that any
//! program can pick what it needs by its `quantity`.

use std::fmt::Write as _;

use crate::engine::FaceReading;

/// One face in the table.
#[derive(Clone, Copy, Debug)]
pub struct TabledFace<'a> {
    /// The photo's name.
    pub name: &'a str,
    /// The age of a synthetic face, in years; nothing for a photograph.
    pub synthetic_years: Option<f32>,
    /// SHA-256 of the photo, hex.
    pub source_sha256: &'a str,
    /// What the network reads from it.
    pub reading: &'a FaceReading,
}

const HEADER: &str =
    "face,synthetic_age_years,quantity,row,column,channel,region,value,source_sha256,weights_sha256,app_version";

/// The table. Rows and columns count from 1 at the top left, channels from 0 in the network's order. Of a channel there
/// are its gate and its mean response to the face; every cell of every channel is in the array. Hashes and version
/// stand in the rows of the whole face, not in thousands more.
pub fn attention_csv(faces: &[TabledFace<'_>], weights_sha256: &str) -> String {
    let mut table = Table { text: format!("{HEADER}\n"), weights_sha256 };
    for face in faces {
        table.face(face);
    }
    table.text
}

/// Where a number belongs: row, column, channel, region; what does not apply is empty.
#[derive(Clone, Copy, Default)]
struct Where {
    cell: Option<[usize; 2]>,
    channel: Option<usize>,
    region: &'static str,
}

struct Table<'a> {
    text: String,
    weights_sha256: &'a str,
}

impl Table<'_> {
    fn face(&mut self, face: &TabledFace<'_>) {
        let maps = &face.reading.attention;
        let age = &face.reading.age;
        self.row(face, "estimated_age_years", Where::default(), age.years);
        self.row(face, "estimated_age_spread_years", Where::default(), age.spread_years);
        self.row(face, "mean_spatial_gate", Where::default(), maps.mean_spatial_gate());
        self.row(face, "channels_to_age", Where::default(), maps.channels_to_age() as f32);
        let (age_share, energy) = (maps.age_share(), maps.cell_energy());
        let cells = [
            ("identity_share", &maps.identity_share),
            ("age_share", &age_share),
            ("spatial_gate", &maps.spatial_gate),
            ("energy", &energy),
        ];
        for (quantity, map) in cells {
            for (row, values) in map.iter().enumerate() {
                for (column, value) in values.iter().enumerate() {
                    let place = Where { cell: Some([row + 1, column + 1]), ..Where::default() };
                    self.row(face, quantity, place, *value);
                }
            }
        }
        for region in maps.regions() {
            let place = Where { region: region.region.label(), ..Where::default() };
            self.row(face, "region_identity_share", place, region.identity_share);
            self.row(face, "region_age_share", place, region.age_share());
            self.row(face, "region_energy", place, region.energy);
        }
        for (channel, gate) in maps.channel_gate.iter().enumerate() {
            let place = Where { channel: Some(channel), ..Where::default() };
            self.row(face, "channel_gate", place, *gate);
            let cells = maps.activity(channel);
            let mean = cells.as_flattened().iter().sum::<f32>() / cells.as_flattened().len() as f32;
            self.row(face, "channel_response", place, mean);
        }
    }

    fn row(&mut self, face: &TabledFace<'_>, quantity: &str, place: Where, value: f32) {
        let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
        let years = face.synthetic_years.map(super::years_text).unwrap_or_default();
        let [row, column] = [0, 1].map(|axis| number(place.cell.map(|cell| cell[axis])));
        let is_whole = place.cell.is_none() && place.channel.is_none() && place.region.is_empty();
        let [source, weights, version] = match is_whole {
            true => [face.source_sha256, self.weights_sha256, env!("CARGO_PKG_VERSION")],
            false => [""; 3],
        };
        let (name, channel, region) = (quoted(face.name), number(place.channel), place.region);
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.text,
            "{name},{years},{quantity},{row},{column},{channel},{region},{value},{source},{weights},{version}"
        );
    }
}

/// A field as RFC 4180 has it: in quotes where it holds what would end it. A name that a spreadsheet would take for a
/// formula begins with an apostrophe.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_field() {
        assert_eq!(quoted("a face.jpg"), "a face.jpg");
        assert_eq!(quoted("two, \"faces\".jpg"), "\"two, \"\"faces\"\".jpg\"");
        assert_eq!(quoted("=1+1.jpg"), "'=1+1.jpg");
    }
}
