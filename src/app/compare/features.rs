//! The features of a face that two photographs are compared by, one by one. The components follow the list for
//! morphological analysis of the Facial Identification Scientific Working Group (FISWG, "Facial Image Comparison
//! Feature List for Morphological Analysis"); the words are ours. Names are stable: sessions keep them.

/// A part of the face, or something on it.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    /// Its stable name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What of it is compared: stable name, and what to look at.
    pub features: &'static [(&'static str, &'static str)],
}

/// One feature with the component it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// The part of the face.
    pub component: &'static Component,
    /// Its stable name within the component.
    pub name: &'static str,
    /// What to look at.
    pub title: &'static str,
}

impl Feature {
    /// The name by which it is kept, such as `nose.tip`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.component.name, self.name)
    }
}

/// Every component, from the whole face to what is on it.
pub const COMPONENTS: [Component; 18] = [
    Component {
        name: "outline",
        title: "Face and head",
        features: &[("face", "Outline of the face"), ("head", "Shape of the head and crown")],
    },
    Component {
        name: "proportions",
        title: "Proportions",
        features: &[
            ("thirds", "Brow, nose and chin against each other"),
            ("widths", "Eyes, nose and mouth against the face's width"),
            ("symmetry", "Differences between left and right"),
        ],
    },
    Component {
        name: "skin",
        title: "Skin",
        features: &[("texture", "Surface and pores"), ("tone", "Evenness of the tone")],
    },
    Component {
        name: "hairline",
        title: "Hairline",
        features: &[("line", "Shape of the hairline"), ("baldness", "Receding hair and bald places")],
    },
    Component {
        name: "forehead",
        title: "Forehead",
        features: &[("shape", "Height and width"), ("brow", "Brow ridge and slope")],
    },
    Component {
        name: "eyebrows",
        title: "Eyebrows",
        features: &[
            ("shape", "Shape, arch and ends"),
            ("place", "Distance to the eyes and to each other"),
            ("hair", "Thickness and direction of the hair"),
        ],
    },
    Component {
        name: "eyes",
        title: "Eyes",
        features: &[
            ("opening", "Shape and tilt of the opening"),
            ("upper_lid", "Upper lid and its fold"),
            ("lower_lid", "Lower lid and pouches"),
            ("corners", "Inner and outer corners"),
            ("iris", "Iris: size and colour"),
        ],
    },
    Component {
        name: "cheeks",
        title: "Cheeks",
        features: &[("bones", "Cheekbones"), ("fullness", "Fullness, hollows and dimples")],
    },
    Component {
        name: "nose",
        title: "Nose",
        features: &[
            ("size", "Length and width"),
            ("bridge", "Root and bridge"),
            ("tip", "Tip"),
            ("wings", "Wings and nostrils"),
            ("base", "Base and partition"),
        ],
    },
    Component {
        name: "ears",
        title: "Ears",
        features: &[
            ("place", "Size, height and how far they stand out"),
            ("rim", "Outer rim"),
            ("folds", "Inner folds and hollow"),
            ("lobe", "Lobe and how it is attached"),
        ],
    },
    Component {
        name: "mouth",
        title: "Mouth",
        features: &[
            ("size", "Width and place"),
            ("upper_lip", "Upper lip and its bow"),
            ("lower_lip", "Lower lip"),
            ("groove", "Groove below the nose"),
            ("corners", "Corners"),
        ],
    },
    Component {
        name: "chin",
        title: "Chin and jaw",
        features: &[("chin", "Shape of the chin, cleft"), ("jaw", "Line and angle of the jaw")],
    },
    Component {
        name: "neck",
        title: "Neck",
        features: &[("shape", "Width and length"), ("throat", "Larynx and folds")],
    },
    Component {
        name: "facial_hair",
        title: "Facial hair",
        features: &[("shape", "Where it grows"), ("hair", "Density and texture")],
    },
    Component {
        name: "lines",
        title: "Lines",
        features: &[
            ("forehead", "Across the forehead and between the brows"),
            ("eyes", "Beside and below the eyes"),
            ("mouth", "From the nose to the mouth and chin"),
        ],
    },
    Component { name: "scars", title: "Scars", features: &[("place", "Place"), ("shape", "Shape and size")] },
    Component {
        name: "marks",
        title: "Marks",
        features: &[("moles", "Moles, freckles and birthmarks: place"), ("look", "Their shape, size and colour")],
    },
    Component {
        name: "alterations",
        title: "Alterations",
        features: &[("made", "Piercings, tattoos and make-up"), ("medical", "Signs of surgery, injury or illness")],
    },
];

/// Every feature, in the order of the components.
pub fn all() -> impl Iterator<Item = Feature> {
    COMPONENTS
        .iter()
        .flat_map(|component| component.features.iter().map(move |(name, title)| Feature { component, name, title }))
}

/// How many features there are.
pub fn count() -> usize {
    COMPONENTS.iter().map(|component| component.features.len()).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own() {
        let keys: BTreeSet<String> = all().map(|feature| feature.key()).collect();
        assert_eq!(keys.len(), count());
        assert!(keys.contains("ears.lobe") && keys.iter().all(|key| key.is_ascii()));
    }
}
