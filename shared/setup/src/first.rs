//! The first network file: what is asked, and the file as far as it is known.

mod question;
mod sketch;

pub use question::Question;
pub use sketch::Sketch;
