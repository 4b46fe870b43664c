//! The pages.

mod calls;
mod enter;
mod explain;
mod help;
mod now;
mod parts;
mod phone;
mod phones;
mod why;

pub(crate) use calls::calls;
pub(crate) use enter::enter;
pub(crate) use explain::explain;
pub(crate) use help::help;
pub(crate) use now::now;
pub(crate) use phone::phone;
pub(crate) use phones::{phones, state};
pub(crate) use why::{charts, why};
