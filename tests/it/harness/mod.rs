//! What the tests speak: services, requests, answers, peers.

mod account;
mod binary;
mod golden;
mod line;
pub(crate) mod openapi;
mod paths;
pub(crate) mod peers;
mod random;
mod request;
mod service;
mod telephone;
mod terminal;
mod traffic;

pub(crate) use exchange::Element;

pub(crate) use account::Account;
pub(crate) use binary::dialtone;
pub(crate) use golden::golden;
pub(crate) use line::{Line, dial, twiml};
pub(crate) use paths::{repository, scratch, target, tests};
pub(crate) use random::Random;
pub(crate) use request::{Answer, Request, sha256};
pub(crate) use service::{Record, Service, TOKEN, journal};
pub(crate) use telephone::call_sid;
pub(crate) use terminal::at_a_terminal;
pub(crate) use traffic::{Traffic, Words};
