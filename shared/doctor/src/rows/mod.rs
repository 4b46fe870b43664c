//! From what was found to the rows of the report. Pure: nothing is asked here.

pub(crate) mod account;
pub(crate) mod alerts;
pub(crate) mod countries;
pub(crate) mod drill;
pub(crate) mod emergency;
pub(crate) mod events;
pub(crate) mod help;
pub(crate) mod numbers;
pub(crate) mod phones;
pub(crate) mod web;
