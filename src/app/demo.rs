//! The photographs that come with the program, so that there is something to look at before a file is chosen.
//! All are works of the United States government; `assets/NOTICES.md` names their sources.

use super::state::PhotoSource;

/// The first face anyone sees.
pub fn first() -> (String, PhotoSource) {
    named("astronaut.jpg", include_bytes!("../../assets/demo/astronaut.jpg"))
}

/// All of them.
pub fn all() -> Vec<(String, PhotoSource)> {
    vec![
        first(),
        named("obama.jpg", include_bytes!("../../assets/demo/obama.jpg")),
        named("obama3.jpg", include_bytes!("../../assets/demo/obama3.jpg")),
        named("biden.jpg", include_bytes!("../../assets/demo/biden.jpg")),
    ]
}

fn named(name: &'static str, bytes: &'static [u8]) -> (String, PhotoSource) {
    (name.to_owned(), PhotoSource::Bundled { name, bytes })
}
