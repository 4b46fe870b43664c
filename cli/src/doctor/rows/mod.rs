//! From what was found to what is to be thought of it. Pure: nothing is asked here.

pub(super) mod account;
pub(super) mod countries;
pub(super) mod emergency;
pub(super) mod numbers;
pub(super) mod phones;
pub(super) mod tests_933;
pub(super) mod web;
