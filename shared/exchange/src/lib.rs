#![doc = include_str!("../README.md")]

mod dialling;
mod document;
mod element;
mod exchange;
mod fields;
mod gathering;
mod io;
mod keys;
mod leg;
mod place;
mod request;
mod rules;
mod state;

pub use element::{DocumentError, Element, Malformed};
pub use exchange::{Exchange, Setup};
pub use fields::{Caller, SipCaller, refer_to};
pub use io::{Dial, End, Input, MOST_PLAYS, Output, Party, Playback, PlaybackId, Sound, TimerId};
pub use keys::{Keys, NoKey, is_key};
pub use leg::{Leg, LegCause, LegEnd, LegId, Noun};
pub use place::{place_at, resolve};
pub use request::{FetchError, Method, Request, Target, is_twiml};
pub use rules::{Rule, Source};
