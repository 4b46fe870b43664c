//! The legs of a Dial: phones of the domain, numbers outside, and Asterisk.

use exchange::{Dial, Input, LegCause, LegEnd, LegId, Noun, Party};
use webhook::{Address, encode_user, is_same_domain};

use super::{Call, Caller, Happening, Played, Sound};
use crate::gateway::{DialogId, Invitation, Sip};
use crate::news::Kind;
use crate::proxy::reached_at;
use crate::sound::ring_back;

/// One place where a phone is called: a user may be registered at several.
pub(crate) struct Branch {
    pub(crate) dialog: DialogId,
    pub(crate) sound: Sound,
    /// Whether it responded at all.
    was_heard: bool,
}

/// The kind of a leg.
pub(crate) enum Far {
    /// A phone of the domain.
    Phone {
        /// Where it is called.
        branches: Vec<Branch>,
        /// Its Contact; nothing if it is not registered.
        contact: String,
        /// Where it answered.
        answered: Option<DialogId>,
    },
    /// A number in the lab's telephone network.
    Number {
        /// As it was dialled.
        number: String,
    },
    /// The lab's Asterisk.
    Asterisk {
        /// The context that was dialled.
        context: String,
        /// The keys so far, up to a #.
        keys: String,
    },
}

/// A leg under way.
pub(crate) struct Leg {
    pub(crate) name: String,
    pub(crate) far: Far,
}

impl Leg {
    /// The dialog of the phone that answered.
    pub(crate) fn talking(&self) -> Option<DialogId> {
        match self.far {
            Far::Phone { answered, .. } => answered,
            _ => None,
        }
    }

    pub(crate) fn dialogs(&self) -> impl Iterator<Item = DialogId> + '_ {
        let branches = match &self.far {
            Far::Phone { branches, .. } => branches.as_slice(),
            _ => &[],
        };
        branches.iter().map(|branch| branch.dialog)
    }

    fn sound(&self) -> Option<&Sound> {
        let talking = self.talking()?;
        match &self.far {
            Far::Phone { branches, .. } => {
                branches.iter().find(|branch| branch.dialog == talking).map(|branch| &branch.sound)
            }
            _ => None,
        }
    }
}

impl Call {
    pub(super) async fn dial(&mut self, dial: Dial) {
        let from = dial.caller_id.clone().unwrap_or_else(|| self.shown());
        for leg in dial.legs {
            if let Some(keys) = &leg.send_digits {
                self.teller.tell(
                    Kind::Note,
                    &leg.target,
                    format!("once it answers, it is sent the keys {keys}"),
                );
            }
            let target = Address::parse(&leg.uri);
            match (&leg.noun, target) {
                (Noun::Sip, Address::Sip(uri)) if is_same_domain(uri.host(), &self.lab.domain) => {
                    let user = uri.user().unwrap_or_default().to_owned();
                    self.teller.tell(Kind::Calls, &user, format!("{user} is called"));
                    self.ring_phone(leg.id, &user, &from, &leg.sid, leg.headers).await;
                }
                (Noun::Sip, Address::Sip(uri)) => {
                    let context = uri.user().unwrap_or_default().to_owned();
                    self.ring_asterisk(leg.id, context, &leg.uri, &leg.headers);
                }
                (Noun::Number, _) => {
                    self.ring_number(leg.id, &leg.target, dial.caller_id.as_deref());
                }
                _ => {
                    self.teller.tell(Kind::Note, &leg.target, "the lab does not know how to call this");
                    self.leg_is_over(leg.id, LegEnd::new(LegCause::Failed));
                }
            }
        }
    }

    /// The caller that a called phone sees if the document gives no number.
    fn shown(&self) -> String {
        match &self.caller {
            Caller::Phone { name, .. } | Caller::Outside { name } => name.clone(),
        }
    }

    async fn ring_phone(
        &mut self,
        id: LegId,
        user: &str,
        from: &str,
        sid: &str,
        more: Vec<(String, String)>,
    ) {
        let bindings = self.lab.edge.at(user);
        let mut leg = Leg {
            name: user.to_owned(),
            far: Far::Phone {
                branches: Vec::new(),
                contact: bindings.first().map(|binding| binding.contact.clone()).unwrap_or_default(),
                answered: None,
            },
        };
        if bindings.is_empty() {
            self.legs.insert(id, leg);
            self.teller.tell(Kind::Note, user, "the phone is not registered (32009)");
            return self.leg_is_over(id, LegEnd::new(LegCause::Unregistered));
        }
        let domain = &self.lab.domain;
        let mut headers = vec![("X-Twilio-CallSid".to_owned(), sid.to_owned())];
        headers.extend(more);
        for binding in bindings {
            let here = reached_at(self.lab.edge.address(), binding.flow.peer()).ip();
            let Ok(sound) = Self::sound(&self.lab, &self.happenings, here, false).await else { continue };
            let invitation = Invitation {
                target: binding.contact,
                flow: binding.flow,
                from: format!("<sip:{}@{domain}>", encode_user(from)),
                to: format!("<sip:{}@{domain}>", encode_user(user)),
                headers: headers.clone(),
                media: sound.ear(),
            };
            let dialog = self.lab.switch.open(&self.sip_inbox, |gateway, now| gateway.place(invitation, now));
            if let Far::Phone { branches, .. } = &mut leg.far {
                branches.push(Branch { dialog, sound, was_heard: false });
            }
        }
        self.legs.insert(id, leg);
    }

    /// Handles an event in a leg's dialog.
    pub(super) fn leg_sip(&mut self, event: Sip) {
        let dialog = event.dialog();
        let found = self.legs.iter_mut().find(|(_, leg)| leg.dialogs().any(|known| known == dialog));
        let Some((id, leg)) = found else { return };
        let (id, name) = (*id, leg.name.clone());
        let Far::Phone { branches, answered, .. } = &mut leg.far else { return };
        let Some(branch) = branches.iter_mut().find(|branch| branch.dialog == dialog) else { return };
        match event {
            Sip::Rings(_, code) => {
                if !std::mem::replace(&mut branch.was_heard, true) {
                    self.teller.tell_code(Kind::Rings, name, "the phone rings", Some(code.into()));
                    self.ring_back();
                    self.input(Input::LegRings(id));
                }
            }
            Sip::Answers(_, description) => {
                branch.was_heard = true;
                branch.sound.remote(description);
                *answered = Some(dialog);
                let others: Vec<_> =
                    branches.iter().map(|branch| branch.dialog).filter(|other| *other != dialog).collect();
                for other in others {
                    self.lab.switch.with(|gateway, now| gateway.hang_up(other, now));
                }
                self.teller.tell_code(Kind::Picks, name, "the phone answers", Some(200));
                self.input(Input::LegAnswers(id));
            }
            Sip::Refuses(_, code, headers) => {
                branches.retain(|branch| branch.dialog != dialog);
                if branches.is_empty() {
                    self.leg_is_over(id, LegEnd { headers, ..LegEnd::refused(code) });
                }
            }
            Sip::Silent(_) => {
                branches.retain(|branch| branch.dialog != dialog);
                if branches.is_empty() {
                    self.leg_is_over(id, LegEnd::new(LegCause::Silent));
                }
            }
            Sip::Ends(_, headers) => {
                if *answered == Some(dialog) {
                    self.teller.tell(Kind::HangsUp, name, "the phone hangs up");
                    self.leg_is_over(id, LegEnd { headers, ..LegEnd::with_code(LegCause::Released, 200) });
                }
            }
            Sip::Changes(_, description) => {
                let word = if description.hears { "resumes" } else { "holds" };
                branch.sound.remote(description);
                self.teller.tell(Kind::Holds, name, word);
            }
            Sip::Refers(_, target) => {
                self.teller.tell(Kind::Refers, name, target.clone());
                self.input(Input::Refer { from: Party::Leg(id), target: &target });
            }
            Sip::Calls { .. } | Sip::Info(_) => {}
        }
    }

    /// A caller who is answered already hears that it rings.
    pub(super) fn ring_back(&self) {
        if self.exchange.is_answered()
            && let Some(sound) = self.caller.sound()
        {
            sound.stop(Played::Own);
            sound.play(Played::Own, ring_back().into(), None);
        }
    }

    pub(super) fn end_leg(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(&id) else { return };
        let end = match &leg.far {
            Far::Phone { answered: Some(_), .. } => LegEnd::with_code(LegCause::Released, 200),
            // A phone that never responded is not reached, however the Dial ends.
            Far::Phone { branches, .. } if branches.iter().all(|branch| !branch.was_heard) => {
                LegEnd::new(LegCause::Silent)
            }
            Far::Phone { .. } => LegEnd::with_code(LegCause::Released, 487),
            _ => LegEnd::new(LegCause::Released),
        };
        self.drop_leg(id);
        self.leg_is_over(id, end);
    }

    /// Ends whatever a leg still does.
    pub(super) fn drop_leg(&mut self, id: LegId) {
        let dialogs: Vec<_> = self.legs.get(&id).into_iter().flat_map(Leg::dialogs).collect();
        for dialog in dialogs {
            self.lab.switch.with(|gateway, now| gateway.hang_up(dialog, now));
        }
    }

    pub(super) fn bridge(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(&id) else { return };
        self.bridged = Some(id);
        let who = format!("{} and {}", self.caller.name(), leg.name);
        match (self.caller.sound(), leg.sound()) {
            (Some(caller), Some(callee)) => {
                caller.stop_all();
                caller.connect(Some(callee.link()));
                callee.connect(Some(caller.link()));
            }
            (Some(caller), None) => {
                caller.stop_all();
                self.greet(id);
            }
            (None, Some(callee)) => {
                // Nobody is outside: the phone hears itself.
                callee.connect(Some(callee.link()));
                self.greet_from_outside();
            }
            (None, None) => {}
        }
        self.teller.tell(Kind::Talk, who, "they are connected");
    }

    pub(super) fn play_to_leg(&self, samples: std::sync::Arc<[i16]>, times: Option<u32>) {
        let leg = self.bridged.and_then(|id| self.legs.get(&id));
        if let Some(sound) = leg.and_then(Leg::sound) {
            sound.play(Played::Own, samples, times);
        }
    }

    pub(super) fn happens_later(&self, id: LegId, milliseconds: u64, far: crate::outside::Far) {
        self.later(std::time::Duration::from_millis(milliseconds), Happening::Far(id, far));
    }
}
