//! The dial plan: what Dialtone decides, and nothing of how it is asked or answered.
//!
//! ```text
//! webhook::Call + Network -> decide -> Plan { reply: TwiML, events }
//! ```
//!
//! Every decision is synchronous and total: no I/O, no clock, no environment, no randomness, no error. An odd
//! caller gets a polite plan. The same code runs on Lambda, in `dialtone serve` and in `dialtone explain`.

mod alert;
mod caller;
mod dialled;
mod ended;
mod event;
mod explained;
mod incoming;
mod message;
mod outgoing;
mod plan;
mod reading;
mod reason;
mod refer;
mod reply;
#[cfg(test)]
mod report_tests;
mod speech;
#[cfg(test)]
mod testing;
mod trail;

pub use alert::alert;
pub use ended::{Dialled, call_progress, dial_ended};
pub use event::{CallFacts, Direction, Event, UserEvent};
pub use explained::explained;
pub use incoming::incoming;
pub use message::Message;
pub use network::{
    Device, DeviceKind, DeviceMode, EmergencyCalling, Extension, Mac, Network, NetworkFile, PostalAddress,
    Problem, Problems, RefusalStyle, Stage, Target,
};
pub use outgoing::{digits, outgoing};
pub use plan::{Decision, Plan};
pub use reason::Reason;
pub use refer::refer;
pub use reply::DialTone;
pub use trail::{Rule, Step, Trail};
