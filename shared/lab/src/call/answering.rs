//! The caller's side of a call: an answer, a refusal, the end.

use exchange::Party;

use super::legs::Leg;
use super::{Call, Caller};
use crate::news::Kind;
use crate::sdp::Description;

impl Call {
    pub(super) fn answer(&self) {
        if let Caller::Phone { dialog, sound, offer, .. } = &self.caller {
            self.lab.switch.with(|gateway, now| gateway.answer(*dialog, sound.ear(), now));
            sound.remote(Description::clone(offer));
        }
        self.teller.tell_code(Kind::Answered, self.caller.name(), "the call is answered", Some(200));
    }

    pub(super) fn reject(&self, busy: bool) {
        let (code, reason) = if busy { (486, "Busy Here") } else { (404, "Not Found") };
        if self.exchange.is_answered() {
            return self.hang_up();
        }
        if let Caller::Phone { dialog, .. } = &self.caller {
            self.lab.switch.with(|gateway, now| gateway.refuse(*dialog, code, reason, now));
        }
        self.teller.tell_code(Kind::Rejected, self.caller.name(), reason, Some(code.into()));
    }

    pub(super) fn hang_up(&self) {
        if let Caller::Phone { dialog, .. } = &self.caller {
            self.lab.switch.with(|gateway, now| gateway.hang_up(*dialog, now));
        }
        if self.exchange.is_answered() {
            self.teller.tell(Kind::HangsUp, self.caller.name(), "Twilio hangs up");
        } else {
            let what = "a caller who was never answered is sent 480";
            self.teller.tell(Kind::Assumed, "hangup.unanswered", what);
            self.teller.tell_code(Kind::Rejected, self.caller.name(), "Temporarily Unavailable", Some(480));
        }
    }

    pub(super) fn answer_refer(&self, party: Party, is_taken: bool) {
        let who = match party {
            Party::Caller => match &self.caller {
                Caller::Phone { dialog, .. } => {
                    self.lab.switch.with(|gateway, now| gateway.answer_refer(*dialog, is_taken, now));
                    self.caller.name().to_owned()
                }
                Caller::Outside { name } => name.clone(),
            },
            Party::Leg(id) => {
                if let Some(dialog) = self.legs.get(&id).and_then(Leg::talking) {
                    self.lab.switch.with(|gateway, now| gateway.answer_refer(dialog, is_taken, now));
                }
                self.legs.get(&id).map_or("", |leg| leg.name.as_str()).to_owned()
            }
        };
        let (what, code) = if is_taken { ("the REFER is taken", 202) } else { ("the REFER is refused", 603) };
        self.teller.tell_code(Kind::Refers, who, what, Some(code));
    }
}
