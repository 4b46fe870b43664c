//! Calls played against an exchange, without a service.

mod desk;
mod dials;
mod documents;
mod gathers;
mod properties;
