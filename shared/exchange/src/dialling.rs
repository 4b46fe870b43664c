//! Plays a `<Dial>`: its legs, the conversation, REFER and the end.

use webhook::{CallStatus, DialStatus, Form};

use crate::element::Element;
use crate::exchange::Exchange;
use crate::fields::{dial_ended, referred};
use crate::io::{Dial, End, Input, Output, Party, TimerId};
use crate::leg::{LegCause, LegEnd, LegId, LegState, Noun, Placed, Stop, nouns};
use crate::place::resolve;
use crate::request::Request;
use crate::rules::Rule;
use crate::state::{Dialling, State};

/// For how long a Dial rings, in seconds: the default, the least and the most.
const TIMEOUT: (u32, u32, u32) = (30, 5, 600);

/// For how long two may talk, in seconds: the default, and the most.
const TIME_LIMIT: u32 = 14_400;

/// How many nouns a Dial may have.
const MOST_NOUNS: usize = 10;

/// How many REFERs a call takes ([`Rule::ReferHops`]).
const MOST_REFERS: u32 = 5;

impl Exchange {
    pub(crate) fn begin_dial(&mut self, dial: &Element) {
        let mut legs = nouns(dial, || self.next_leg());
        if legs.len() > MOST_NOUNS {
            legs.truncate(MOST_NOUNS);
            self.assume(Rule::DialTooMany);
        }
        self.skip_attributes(dial);
        let dialling = Dialling::of(dial, legs);
        if !dialling.answers_on_bridge {
            self.answer();
        }
        self.has_dialled = true;
        self.state = State::Dialling(dialling);
        self.ring();
    }

    /// Rings the legs that are next, or ends the Dial when there are none.
    fn ring(&mut self) {
        let State::Dialling(dialling) = &mut self.state else { return };
        if dialling.is_quiet() {
            dialling.legs.extend(dialling.waiting.pop_front());
        }
        let fresh = |placed: &&Placed| placed.state == LegState::Calling;
        let legs: Vec<_> = dialling.legs.iter().filter(fresh).map(|placed| placed.leg.clone()).collect();
        let (default, least, most) = TIMEOUT;
        let seconds = dialling.timeout.unwrap_or(default).clamp(least, most);
        let dial = Dial {
            caller_id: dialling.caller_id.clone(),
            timeout: dialling.timeout,
            time_limit: dialling.time_limit,
            takes_refer: dialling.refer.is_some(),
            legs,
        };
        if dial.legs.is_empty() {
            self.assume(Rule::DialNobody);
            self.push(Output::Dial(dial));
            return self.end_dial();
        }
        let ids: Vec<_> = dial.legs.iter().map(|leg| leg.id).collect();
        if dial.legs.iter().any(|leg| matches!(leg.noun, Noun::Other(_))) {
            self.assume(Rule::NotPlayed);
        }
        self.push(Output::Dial(dial));
        for id in ids {
            self.report(id, "initiated", CallStatus::Initiated);
        }
        let timer = self.set_timer(seconds);
        if let State::Dialling(dialling) = &mut self.state {
            dialling.ringing = Some(timer);
        }
    }

    pub(crate) fn dial_input(&mut self, input: Input<'_>) {
        match input {
            Input::LegRings(id) => self.leg_rings(id),
            Input::LegAnswers(id) => self.leg_answers(id),
            Input::LegEnds(id, end) => self.leg_ends(id, end),
            Input::Refer { from, target } => self.refer(from, target),
            _ => {}
        }
    }

    fn leg_rings(&mut self, id: LegId) {
        let State::Dialling(dialling) = &mut self.state else { return };
        let Some(placed) = dialling.leg(id) else { return };
        if placed.state == LegState::Calling && !std::mem::replace(&mut placed.rang, true) {
            self.report(id, "ringing", CallStatus::Ringing);
        }
    }

    fn leg_answers(&mut self, id: LegId) {
        let now = self.now;
        let State::Dialling(dialling) = &mut self.state else { return };
        let is_free = dialling.winner.is_none();
        let Some(placed) = dialling.leg(id) else { return };
        match placed.state {
            LegState::Calling if is_free => {
                placed.state = LegState::Talking;
                placed.answered = Some(now);
            }
            // An answer that crossed the end of the leg.
            LegState::Stopping(_) => return self.push(Output::EndLeg(id)),
            _ => return,
        }
        dialling.winner = Some(id);
        dialling.ringing = None;
        dialling.waiting.clear();
        let limit = dialling.time_limit.unwrap_or(TIME_LIMIT).clamp(1, TIME_LIMIT);
        self.stop_legs(Stop::GivenUp, |placed| placed.leg.id != id);
        self.answer();
        self.push(Output::Bridge(id));
        self.report(id, "answered", CallStatus::InProgress);
        let timer = self.set_timer(limit);
        if let State::Dialling(dialling) = &mut self.state {
            dialling.talking = Some(timer);
        }
    }

    fn leg_ends(&mut self, id: LegId, end: LegEnd) {
        let State::Dialling(dialling) = &mut self.state else { return };
        let Some(placed) = dialling.leg(id) else { return };
        let status = match (&placed.state, end.cause) {
            (LegState::Ended(_), _) => return,
            _ if placed.answered.is_some() => CallStatus::Completed,
            (LegState::Stopping(Stop::TimedOut), _) => CallStatus::NoAnswer,
            (LegState::Stopping(Stop::GivenUp), _) => CallStatus::Canceled,
            (_, LegCause::Busy) => CallStatus::Busy,
            (_, LegCause::Failed | LegCause::NoSuchNumber | LegCause::NotOwned) => CallStatus::Failed,
            (_, LegCause::Released | LegCause::NoAnswer | LegCause::Unregistered | LegCause::Silent) => {
                CallStatus::NoAnswer
            }
        };
        let is_reported = placed.callback.is_some();
        let cause = end.cause;
        let is_refused = matches!(placed.state, LegState::Calling)
            && end.sip_code.is_some_and(|code| code >= 300 && !matches!(code, 408 | 480 | 486 | 487 | 600));
        placed.state = LegState::Ended(status);
        placed.end = Some(end);
        if cause == LegCause::Unregistered && is_reported {
            self.assume(Rule::LegUnregisteredReport);
        }
        if cause == LegCause::Silent {
            self.assume(Rule::LegSilent);
        }
        if cause == LegCause::NotOwned {
            self.assume(Rule::LegNotOwned);
        }
        if is_refused {
            self.assume(Rule::LegRefused);
        }
        self.report(id, "completed", status);
        self.settle();
    }

    /// Goes on once every leg is over.
    fn settle(&mut self) {
        let State::Dialling(dialling) = &self.state else { return };
        if !dialling.is_quiet() {
            return;
        }
        if dialling.winner.is_none() && !self.is_gone && !dialling.waiting.is_empty() {
            return self.ring();
        }
        self.end_dial();
    }

    fn end_dial(&mut self) {
        let State::Dialling(dialling) = std::mem::replace(&mut self.state, State::Idle) else { return };
        if let (Some(target), Some((method, url)), false) =
            (&dialling.referred, &dialling.refer, self.is_gone)
        {
            let url = resolve(url, &self.here);
            return self.fetch(*method, url, referred(target));
        }
        let Some((method, url)) = dialling.action.clone() else {
            return if self.is_gone { self.over(End::CallerGone) } else { self.run() };
        };
        let winner = dialling.legs.iter().find(|placed| Some(placed.leg.id) == dialling.winner);
        let status = self.dial_status(&dialling);
        if winner.is_none() && dialling.legs.len() > 1 {
            self.assume(Rule::DialSidUnanswered);
        }
        if dialling.has_callback {
            self.assume(Rule::DialOrder);
        }
        let errors: Option<Vec<_>> =
            dialling.legs.iter().map(|placed| placed.end.as_ref().and_then(LegEnd::error)).collect();
        let error = errors.filter(|_| winner.is_none() && !self.is_gone).and_then(|all| all.first().copied());
        let more = dial_ended(status, winner.or(dialling.legs.first()), winner.is_some(), error, self.now);
        let url = resolve(&url, &self.here);
        if !self.is_gone {
            if !self.is_answered() {
                self.assume(Rule::DialActionStatus);
            }
            return self.fetch_as(CallStatus::InProgress, method, url, more, false);
        }
        self.assume(Rule::DialGone);
        let status = if self.is_answered() { CallStatus::Completed } else { CallStatus::Canceled };
        self.fetch_as(status, method, url, more, true);
    }

    fn dial_status(&mut self, dialling: &Dialling) -> DialStatus {
        if dialling.winner.is_some() {
            return DialStatus::Completed;
        }
        if self.is_gone {
            return DialStatus::Canceled;
        }
        let found: Vec<_> = [
            (CallStatus::Busy, DialStatus::Busy),
            (CallStatus::NoAnswer, DialStatus::NoAnswer),
            (CallStatus::Failed, DialStatus::Failed),
        ]
        .into_iter()
        .filter(|(leg, _)| dialling.ended_as(*leg))
        .collect();
        if found.len() > 1 {
            self.assume(Rule::DialMixed);
        }
        found.first().map_or(DialStatus::Failed, |(_, status)| *status)
    }

    fn refer(&mut self, from: Party, target: &str) {
        let State::Dialling(dialling) = &mut self.state else {
            return self.push(Output::RefuseRefer(from, None));
        };
        let talks = dialling.winner.is_some_and(|winner| from == Party::Leg(winner));
        let refusal = if from == Party::Caller {
            Some(Some(Rule::ReferByCaller))
        } else if !talks || dialling.referred.is_some() || self.is_gone {
            Some(None)
        } else if dialling.refer.is_none() {
            Some(Some(Rule::ReferWithoutUrl))
        } else if self.refers >= MOST_REFERS {
            Some(Some(Rule::ReferHops))
        } else {
            None
        };
        if let Some(why) = refusal {
            if let Some(rule) = why.filter(|rule| rule.is_assumed()) {
                self.assume(rule);
            }
            return self.push(Output::RefuseRefer(from, why));
        }
        self.refers += 1;
        let State::Dialling(dialling) = &mut self.state else { return };
        dialling.referred = Some(target.to_owned());
        let stays = dialling.answers_on_bridge;
        self.push(Output::TakeRefer(from));
        if stays {
            self.assume(Rule::ReferDrops);
        }
        self.end_talk();
    }

    pub(crate) fn dial_timer(&mut self, id: TimerId) {
        let State::Dialling(dialling) = &mut self.state else { return };
        if dialling.ringing == Some(id) {
            dialling.ringing = None;
            self.stop_legs(Stop::TimedOut, |_| true);
        } else if dialling.talking == Some(id) {
            self.end_talk();
        }
    }

    /// Ends the conversation, and with it the Dial.
    pub(crate) fn end_talk(&mut self) {
        self.stop_legs(Stop::GivenUp, |_| true);
    }

    /// The caller is gone: everything ends.
    pub(crate) fn give_up_dial(&mut self) {
        if let State::Dialling(dialling) = &mut self.state {
            dialling.waiting.clear();
        }
        self.stop_legs(Stop::GivenUp, |_| true);
    }

    fn stop_legs(&mut self, why: Stop, chosen: impl Fn(&Placed) -> bool) {
        let State::Dialling(dialling) = &mut self.state else { return };
        let stopped = dialling.stop(why, chosen);
        for id in stopped {
            self.push(Output::EndLeg(id));
        }
    }

    /// Reports the progress of a leg, if the document asks for it.
    fn report(&mut self, id: LegId, event: &str, status: CallStatus) {
        let State::Dialling(dialling) = &mut self.state else { return };
        let caller_id = dialling.caller_id.clone();
        let Some(placed) = dialling.leg(id) else { return };
        if !placed.callback.as_ref().is_some_and(|callback| callback.wants(event)) {
            return;
        }
        let fields = self.setup.caller.leg(&self.sid, placed, status, caller_id.as_deref(), self.now);
        let Some(callback) = &mut placed.callback else { return };
        callback.sent += 1;
        let (method, url) = (callback.method, resolve(&callback.url, &self.here));
        self.push(Output::Report(Request { method, url, form: Form::from_pairs(fields) }));
    }
}
