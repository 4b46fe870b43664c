#![doc = include_str!("../README.md")]

mod authority;
mod call;
mod digest;
mod edge;
mod flow;
mod gateway;
mod host;
mod loss;
mod media;
mod names;
mod news;
mod order;
mod outside;
mod proxy;
mod registrar;
mod rtp;
mod running;
mod sdp;
mod service;
mod shelf;
mod sound;
mod srtp;
mod start;
mod switch;
mod transcript;
mod voice;

// Messages are read and written by a crate of their own.
use sip as message;

pub use authority::{Authority, AuthorityError, KeepError};
pub use digest::{Challenges, Verdict};
pub use edge::{Edge, Noticed, Passed};
pub use flow::Flow;
pub use gateway::{DialogId, Gateway, Invitation, Sip};
pub use host::{elsewhere, inside};
pub use loss::{Loss, NoLoss};
pub use media::{Counters, Link, Media, Noted, Wire};
pub use news::{Kind, News};
pub use order::{NoOrder, ORDERS, Order};
pub use outside::{Behaviour, NoBehaviour};
pub use proxy::reached_at;
pub use registrar::{Binding, Registered, Registrar};
pub use rtp::{KeyEar, Packet, event_of, key_of};
pub use running::{CERTIFICATE, Running};
pub use sdp::{Codec, Description, Ear};
pub use service::{Answer, Later, Service};
pub use shelf::{Shelf, Shelved};
pub use sip::{MAX_MESSAGE, Message, MessageError, address, parameter};
pub use sound::{FRAME, RATE, beeps, dial_tone, keys, read_wav, ring_back, share_of, silence, tone};
pub use srtp::{Crypto, MasterKey, Opener, Sealer};
pub use start::{Plan, StartError};
pub use transcript::{Offer, Opening, Told};
pub use voice::{Speaker, Voice};
