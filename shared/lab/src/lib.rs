#![doc = include_str!("../README.md")]

mod call;
mod digest;
mod edge;
mod gateway;
mod loss;
mod media;
mod news;
mod outside;
mod proxy;
mod registrar;
mod rtp;
mod running;
mod sdp;
mod service;
mod sound;
mod switch;
mod voice;

// Messages are read and written by a crate of their own.
use sip as message;

pub use digest::{Challenges, Verdict};
pub use edge::{Edge, Flow, Noticed, Passed};
pub use gateway::{DialogId, Gateway, Invitation, Sip};
pub use loss::{Loss, NoLoss};
pub use media::{Counters, Frame, Link, Media, Noted};
pub use news::{Kind, News};
pub use outside::{Behaviour, NoBehaviour};
pub use proxy::reached_at;
pub use registrar::{Binding, Registered, Registrar};
pub use rtp::{KeyEar, Packet, event_of, key_of};
pub use running::{Plan, Running};
pub use sdp::{Codec, Description};
pub use service::{Answer, Later, Service};
pub use sip::{MAX_MESSAGE, Message, MessageError, address, parameter};
pub use sound::{FRAME, RATE, beeps, dial_tone, keys, read_wav, ring_back, share_of, silence, tone};
pub use voice::{Speaker, Voice};
