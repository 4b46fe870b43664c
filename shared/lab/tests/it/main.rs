//! The lab and real phones. Nothing leaves this machine.

mod baresip;
mod registering;
mod registrar;
