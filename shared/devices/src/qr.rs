//! QR codes (ISO/IEC 18004) of addresses.

use qrcode::{Color, EcLevel};
use thiserror::Error;

/// How many light modules the standard wants around a code.
const QUIET_ZONE: usize = 4;

/// The side of a module in an image, in pixels.
const PIXELS: usize = 8;

/// Why there is no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QrError {
    /// A QR code holds 2,331 bytes at the level of error correction that is used.
    #[error("too long for a QR code")]
    TooLong,
    /// The image could not be written.
    #[error("the image cannot be written")]
    Image,
}

/// The QR code of a text.
///
/// Linphone reads the URL of its file from one, as `https://...` from its own camera and as
/// `linphone-config:https://...` from the telephone's. Holds a URL that may be secret, so there is no `Debug`.
pub struct QrCode {
    /// Row by row, quiet zone included.
    is_dark: Vec<bool>,
    width: usize,
}

impl QrCode {
    /// Encodes a text.
    ///
    /// # Errors
    ///
    /// The text is too long.
    pub fn new(text: &str) -> Result<Self, QrError> {
        let code =
            qrcode::QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError::TooLong)?;
        let inner = code.width();
        let width = inner + 2 * QUIET_ZONE;
        let colors = code.to_colors();
        let mut is_dark = vec![false; width * width];
        for (row, modules) in colors.chunks(inner).enumerate() {
            let start = (row + QUIET_ZONE) * width + QUIET_ZONE;
            for (cell, color) in is_dark.iter_mut().skip(start).zip(modules) {
                *cell = *color == Color::Dark;
            }
        }
        Ok(Self { is_dark, width })
    }

    /// The code for a terminal, quiet zone included: each line is two rows of modules, in half blocks.
    ///
    /// The blocks are the light modules, as terminals are dark; on a light one, the code is inverted, which cameras
    /// of telephones read, too.
    #[must_use]
    pub fn text(&self) -> String {
        let light = vec![false; self.width];
        let rows: Vec<_> = self.is_dark.chunks(self.width).collect();
        let mut text = String::new();
        for pair in rows.chunks(2) {
            let (Some(upper), lower) = (pair.first(), pair.get(1)) else { continue };
            let lower = lower.copied().unwrap_or(&light);
            text.extend(upper.iter().zip(lower).map(|(upper, lower)| match (upper, lower) {
                (false, false) => '\u{2588}',
                (false, true) => '\u{2580}',
                (true, false) => '\u{2584}',
                (true, true) => ' ',
            }));
            text.push('\n');
        }
        text
    }

    /// The code as a PNG image in black and white.
    ///
    /// # Errors
    ///
    /// The encoder failed, which it has no reason to.
    pub fn png(&self) -> Result<Vec<u8>, QrError> {
        let side = self.width * PIXELS;
        let size = u32::try_from(side).map_err(|_| QrError::Image)?;
        let mut image = Vec::with_capacity(side * side);
        for row in self.is_dark.chunks(self.width) {
            let line: Vec<u8> = row
                .iter()
                .flat_map(|&is_dark| std::iter::repeat_n(if is_dark { 0 } else { u8::MAX }, PIXELS))
                .collect();
            (0..PIXELS).for_each(|_| image.extend_from_slice(&line));
        }
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, size, size);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|_| QrError::Image)?;
        writer.write_image_data(&image).map_err(|_| QrError::Image)?;
        writer.finish().map_err(|_| QrError::Image)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://192.0.2.17:8083/6pQz_0aB3cD4eF5gH6iJ7k/lobby-linphone.xml";

    fn decoded(width: usize, height: usize, grey: impl FnMut(usize, usize) -> u8) -> String {
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn the_image_is_read_by_another_decoder() {
        for text in [URL.to_owned(), format!("linphone-config:{URL}"), "x".into()] {
            let bytes = QrCode::new(&text).unwrap().png().unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Grayscale, png::BitDepth::Eight));
            let (width, height) = (info.width as usize, info.height as usize);
            assert_eq!(decoded(width, height, |x, y| pixels[y * width + x]), text);
        }
    }

    #[test]
    fn the_text_is_read_by_another_decoder() {
        for text in [URL.to_owned(), format!("linphone-config:{URL}")] {
            let blocks = QrCode::new(&text).unwrap().text();
            let rows: Vec<Vec<bool>> = blocks
                .lines()
                .flat_map(|line| {
                    let halves = |light: [char; 2]| line.chars().map(|c| !light.contains(&c)).collect();
                    [halves(['\u{2588}', '\u{2580}']), halves(['\u{2588}', '\u{2584}'])]
                })
                .collect();
            let width = rows[0].len();
            assert!(rows.iter().all(|row| row.len() == width), "every line is as long");
            // A quiet zone of four modules on every side.
            assert!(rows[..4].iter().chain(&rows[rows.len() - 4..]).flatten().all(|is_dark| !is_dark));
            assert!(rows.iter().all(|row| row[..4].iter().chain(&row[width - 4..]).all(|is_dark| !is_dark)));
            let scale = 4;
            let grey = |x: usize, y: usize| if rows[y / scale][x / scale] { 0 } else { u8::MAX };
            assert_eq!(decoded(width * scale, rows.len() * scale, grey), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(QrCode::new(&"x".repeat(3_000)).err(), Some(QrError::TooLong));
    }
}
