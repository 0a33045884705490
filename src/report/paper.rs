//! A drawing in the form its file is for: SVG, PNG or PDF.

use std::path::Path;

use super::svg;
use crate::error::{Error, Result};

/// What a drawing is written as; the ending of its file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Svg,
    Png,
    Pdf,
}

/// Begins the comment that marks a PDF as ours. It comes after the end of the PDF, which readers look for in the last kilobyte of the file.
const PDF_MARK: &str = "% ";

impl Form {
    pub(super) fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let form = match ending.as_deref() {
            Some("svg") => Self::Svg,
            Some("png") => Self::Png,
            Some("pdf") => Self::Pdf,
            _ => return Err(Error::usage("a drawing is a .svg, .png or .pdf file").at(path)),
        };
        if cfg!(not(feature = "pictures")) && form != Self::Svg {
            let message =
                "this dateline was built without the cargo feature `pictures`, which writes PNG and PDF; .svg works";
            return Err(Error::usage(message).at(path));
        }
        Ok(form)
    }

    /// The bytes of the file; a PNG has `dpi` dots for an inch, which is 96 units of the drawing.
    #[cfg(not(feature = "pictures"))]
    pub(super) fn bytes(self, drawing: String, _dpi: u32) -> Result<Vec<u8>> {
        Ok(drawing.into_bytes())
    }

    /// The bytes of the file; a PNG has `dpi` dots for an inch, which is 96 units of the drawing.
    #[cfg(feature = "pictures")]
    pub(super) fn bytes(self, drawing: String, dpi: u32) -> Result<Vec<u8>> {
        match self {
            Self::Svg => Ok(drawing.into_bytes()),
            Self::Png => rendered::png(&drawing, dpi),
            Self::Pdf => rendered::pdf(&drawing),
        }
    }
}

/// Whether a file that begins and ends like this is a drawing of dateline's.
pub(super) fn is_drawing(head: &[u8], tail: &[u8]) -> bool {
    let has = |bytes: &[u8], mark: &str| memchr::memmem::find(bytes, mark.as_bytes()).is_some();
    head.starts_with(b"<svg ") && has(head, &format!("<desc>{}</desc>", svg::OWN))
        || head.starts_with(b"\x89PNG") && has(head, &format!("Software\0{}", svg::OWN))
        || head.starts_with(b"%PDF") && tail.ends_with(format!("{PDF_MARK}{}\n", svg::OWN).as_bytes())
}

#[cfg(feature = "pictures")]
mod rendered {
    use std::sync::Arc;

    use resvg::tiny_skia::{Pixmap, Transform};
    use svg2pdf::usvg::fontdb::{Database, ID, Weight};
    use svg2pdf::usvg::{FontResolver, Options, Tree};

    use super::{PDF_MARK, svg};
    use crate::error::{Error, Result};

    /// Arimo, whose letters are as wide as Arial's and Helvetica's: Latin, Greek, Cyrillic and Hebrew; see `assets/fonts/README.md`.
    const REGULAR: &[u8] = include_bytes!("assets/fonts/Arimo-Regular.ttf");
    const BOLD: &[u8] = include_bytes!("assets/fonts/Arimo-Bold.ttf");
    /// Units of a drawing in an inch.
    const UNITS: f32 = 96.0;

    pub(super) fn png(drawing: &str, dpi: u32) -> Result<Vec<u8>> {
        let tree = tree(drawing)?;
        let scale = dpi as f32 / UNITS;
        let [width, height] = [tree.size().width(), tree.size().height()].map(|length| (length * scale).ceil() as u32);
        let too_large = || Error::limit(format!("{width} × {height} dots are too many; choose fewer for an inch"));
        let mut dots = Pixmap::new(width, height).ok_or_else(too_large)?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
        let png = dots.encode_png().map_err(|error| Error::limit(format!("the picture cannot be encoded: {error}")))?;
        Ok(with_notes(&png, dpi))
    }

    /// Adds how large a PNG is on paper, and who made it, after the chunk with its size.
    fn with_notes(png: &[u8], dpi: u32) -> Vec<u8> {
        const HEADER: usize = 33;
        let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
        let size = [&per_metre.to_be_bytes()[..], &per_metre.to_be_bytes()[..], &[1]].concat();
        let maker = format!("Software\0{}", svg::OWN);
        let mut noted = png[..HEADER].to_vec();
        for (kind, data) in [(b"pHYs", &size[..]), (b"tEXt", maker.as_bytes())] {
            let chunk = [&kind[..], data].concat();
            noted.extend((data.len() as u32).to_be_bytes());
            noted.extend(&chunk);
            noted.extend(crc32fast::hash(&chunk).to_be_bytes());
        }
        noted.extend(&png[HEADER..]);
        noted
    }

    pub(super) fn pdf(drawing: &str) -> Result<Vec<u8>> {
        let page = svg2pdf::PageOptions { dpi: UNITS };
        let mut pdf = svg2pdf::to_pdf(&tree(drawing)?, svg2pdf::ConversionOptions::default(), page)
            .map_err(|error| Error::limit(format!("the drawing cannot be made into a PDF: {error}")))?;
        pdf.extend(format!("\n{PDF_MARK}{}\n", svg::OWN).bytes());
        Ok(pdf)
    }

    /// The drawing with its texts as glyphs.
    fn tree(drawing: &str) -> Result<Tree> {
        let mut fonts = Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        let own: Vec<(ID, Weight)> = fonts.faces().map(|face| (face.id, face.weight)).collect();
        // Installed fonts are used only for letters that ours does not have: otherwise the result would depend on the machine.
        if missing(drawing, &fonts).is_some() {
            fonts.load_system_fonts();
        }
        if let Some(character) = missing(drawing, &fonts) {
            let message =
                format!("no font on this machine has {character:?}, which a name contains; write a .svg file");
            return Err(Error::usage(message));
        }
        let select_font = Box::new(move |font: &svg2pdf::usvg::Font, _: &mut Arc<Database>| {
            let is_bold = font.weight() >= 600;
            own.iter().find(|(_, weight)| (weight.0 >= 600) == is_bold).map(|(id, _)| *id)
        });
        let options = Options {
            fontdb: Arc::new(fonts),
            font_resolver: FontResolver { select_font, ..FontResolver::default() },
            ..Options::default()
        };
        Tree::from_str(drawing, &options)
            .map_err(|error| Error::limit(format!("the drawing cannot be read again: {error}")))
    }

    /// The first character that no font has.
    fn missing(drawing: &str, fonts: &Database) -> Option<char> {
        let has = |character: char| {
            fonts.faces().any(|face| {
                let glyph = fonts.with_face_data(face.id, |data, index| {
                    ttf_parser::Face::parse(data, index).ok().and_then(|face| face.glyph_index(character))
                });
                glyph.flatten().is_some()
            })
        };
        let mut characters: Vec<char> = drawing.chars().filter(|character| !character.is_ascii()).collect();
        characters.sort_unstable();
        characters.dedup();
        characters.into_iter().find(|character| !has(*character))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_form() {
        assert_eq!(Form::of(Path::new("a/map.SVG")).unwrap(), Form::Svg);
        for path in ["map", "map.svgz", "map.jpg"] {
            let error = Form::of(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains(".svg, .png or .pdf"), "{error}");
        }
    }

    #[test]
    fn only_drawings_are_replaced() {
        let drawing = drawing("Genève");
        assert!(is_drawing(drawing.as_bytes(), drawing.as_bytes()));
        for foreign in
            [&b"<svg xmlns=\"\"><desc>mine</desc></svg>"[..], b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n%%EOF\n", b""]
        {
            assert!(!is_drawing(foreign, foreign));
        }
    }

    fn drawing(text: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 48\" width=\"96\" height=\"48\" font-family=\"{}\">\
             <desc>{}</desc><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><text x=\"2\" y=\"30\">{text}</text></svg>\n",
            svg::FONTS,
            svg::OWN
        )
    }

    #[cfg(feature = "pictures")]
    #[test]
    fn a_png_has_the_size_and_the_dots_that_were_asked_for() {
        let png = Form::Png.bytes(drawing("Genève"), 300).unwrap();
        assert_eq!(png, Form::Png.bytes(drawing("Genève"), 300).unwrap());
        assert!(is_drawing(&png, &png));
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((number(16), number(20)), (300, 150));
        // 300 dots an inch are 11,811 a metre.
        assert_eq!((&png[37..41], number(41), number(45), png[49]), (&b"pHYs"[..], 11_811, 11_811, 1));
        assert_ne!(png, Form::Png.bytes(drawing("Geneve"), 300).unwrap(), "the letters are drawn");
        let error = Form::Png.bytes(drawing("a"), u32::MAX).unwrap_err().to_string();
        assert!(error.contains("too many"), "{error}");
    }

    #[cfg(feature = "pictures")]
    #[test]
    fn a_pdf_is_as_large_as_the_drawing() {
        let pdf = Form::Pdf.bytes(drawing("Ženeva Ελλάδα Москва"), 300).unwrap();
        assert_eq!(pdf, Form::Pdf.bytes(drawing("Ženeva Ελλάδα Москва"), 300).unwrap());
        assert!(is_drawing(&pdf, &pdf));
        let has = |text: &str| memchr::memmem::find(&pdf, text.as_bytes()).is_some();
        // 96 units are an inch, which has 72 points.
        assert!(has("/MediaBox [0 0 72 36]") && has("Arimo"));
    }
}
