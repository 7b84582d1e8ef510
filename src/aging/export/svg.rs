//! Shapes, pictures and text as SVG: what the charts of `evaluation` and the drawing of the attention maps are made of.

use std::fmt::Write as _;

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A picture that grows shape by shape. Places are in pixels from the top left.
#[derive(Debug)]
pub struct Canvas {
    width_px: f64,
    height_px: f64,
    body: String,
}

impl Canvas {
    /// A white picture.
    pub fn new(width_px: f64, height_px: f64) -> Self {
        let mut canvas = Self { width_px, height_px, body: String::new() };
        canvas.rectangle([0.0, 0.0], [width_px, height_px], "#ffffff");
        canvas
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], colour: &str) {
        self.put(&format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\" stroke=\"none\"/>"
        ));
    }

    /// A straight line.
    pub fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], colour: &str, width_px: f64) {
        self.put(&format!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-width=\"{width_px}\"/>"
        ));
    }

    /// A line through points, whole or dashed.
    pub fn polyline(&mut self, points: &[[f64; 2]], colour: &str, is_dashed: bool) {
        let places: Vec<String> = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        let dashes = if is_dashed { " stroke-dasharray=\"6 4\"" } else { "" };
        self.put(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"{dashes}/>",
            places.join(" ")
        ));
    }

    /// A dot.
    pub fn dot(&mut self, [x, y]: [f64; 2], colour: &str) {
        self.put(&format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\" stroke=\"#ffffff\" stroke-width=\"1\"/>"
        ));
    }

    /// A line of text on its baseline.
    pub fn text(&mut self, [x, y]: [f64; 2], text: &str, size_px: f64, colour: &str, anchor: Anchor, bold: bool) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        self.put(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size_px}\" fill=\"{colour}\" stroke=\"none\" text-anchor=\"{anchor}\"{weight}>{}</text>",
            escaped(text)
        ));
    }

    /// A text that reads from below to above, centred on its place.
    pub fn upright_text(&mut self, [x, y]: [f64; 2], text: &str, size_px: f64, colour: &str) {
        self.put(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" transform=\"rotate(-90 {x:.1} {y:.1})\" font-size=\"{size_px}\" fill=\"{colour}\" stroke=\"none\" text-anchor=\"middle\">{}</text>",
            escaped(text)
        ));
    }

    /// A rectangle through which what lies below is seen, `opacity` 0 to 1.
    pub fn veil(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], colour: &str, opacity: f32) {
        self.put(&format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\" opacity=\"{opacity:.2}\" stroke=\"none\"/>"
        ));
    }

    /// A PNG picture, enlarged without changing its pixels' colours. `name` is told to who cannot see it.
    pub fn picture(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], png: &[u8], name: &str) {
        self.put(&format!(
            "<image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,{}\"><title>{}</title></image>",
            base64(png),
            escaped(name)
        ));
    }

    /// What the whole picture is: its title, and a record for machines in its metadata.
    pub fn describe(&mut self, title: &str, record: &str) {
        self.put(&format!("<title>{}</title>\n<metadata>{}</metadata>", escaped(title), escaped(record)));
    }

    /// The whole document.
    pub fn document(self) -> String {
        let (width, height) = (self.width_px.ceil(), self.height_px.ceil());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\">\n{}</svg>\n",
            self.body
        )
    }

    fn put(&mut self, shape: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{shape}");
    }
}

/// About how wide a text is: close enough to leave room for it.
pub fn text_width_px(text: &str, size_px: f64) -> f64 {
    text.chars().count() as f64 * size_px * 0.6
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// Bytes in the letters of RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let padded: [u8; 3] = std::array::from_fn(|index| group.get(index).copied().unwrap_or(0));
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_letters_as_the_standard_has_them() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (bytes, letters) in cases {
            assert_eq!(base64(bytes.as_bytes()), letters);
        }
    }

    #[test]
    fn a_name_cannot_break_the_document() {
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.describe("<a> & \"b\"", "{\"name\": \"</metadata>\"}");
        let document = canvas.document();
        assert!(document.contains("&lt;a&gt; &amp; &quot;b&quot;") && document.matches("</metadata>").count() == 1);
    }
}
