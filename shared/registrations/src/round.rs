//! The questions about many phones, without clock or socket.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use secret::Secret;
use sip::{Challenge, Credentials, Message, md5};
use webhook::encode_user;

use crate::answer::Registration;
use crate::registrar::Transport;
use crate::transaction::Transaction;

/// How many phones are asked about in a second. Each takes two requests, because a registrar wants a password. Twilio takes
/// five REGISTERs a second for each user (error 32008) and names no limit for an account.
pub const PHONES_PER_SECOND: u32 = 4;

/// How often a password is sent again because its challenge had become too old.
const MOST_STALE: u8 = 2;

/// A phone to ask about.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Its user name, in its exact case.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// The next step of a host.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this to the registrar.
    Send(Vec<u8>),
    /// Listen, until this time at most.
    Listen(Instant),
    /// Every phone has its answer.
    Done,
}

/// The questions about some phones, to one registrar over one connection.
///
/// A host asks for the next [`Step`] until it is told to listen, and hands in what it hears.
pub struct Round<'a> {
    domain: &'a str,
    phones: &'a [Phone],
    via: String,
    is_reliable: bool,
    /// Makes names that nobody can guess: of branches, calls and nonces.
    seed: String,
    names: u32,
    waiting: VecDeque<usize>,
    /// When the next phone is asked about.
    turn: Instant,
    open: Vec<Question>,
    outgoing: VecDeque<Vec<u8>>,
    answers: Vec<Option<Registration>>,
    has_heard: bool,
}

/// The question about one phone.
struct Question {
    phone: usize,
    call: String,
    sequence: u32,
    has_answered: bool,
    stale: u8,
    transaction: Transaction,
}

impl<'a> Round<'a> {
    /// Questions about `phones` of the SIP domain `domain`. `seed` is random.
    #[must_use]
    pub fn new(domain: &'a str, phones: &'a [Phone], seed: [u8; 16], now: Instant) -> Self {
        Self {
            domain,
            phones,
            via: String::new(),
            is_reliable: true,
            seed: webhook::lower_hex(&seed),
            names: 0,
            waiting: (0..phones.len()).collect(),
            turn: now,
            open: Vec::new(),
            outgoing: VecDeque::new(),
            answers: vec![None; phones.len()],
            has_heard: false,
        }
    }

    /// There is a new way to the registrar, from this address. What was under way is asked again.
    pub fn connected(&mut self, transport: Transport, local: SocketAddr) {
        self.via = format!("SIP/2.0/{} {local}", transport.as_str());
        self.is_reliable = transport != Transport::Udp;
        self.outgoing.clear();
        for question in self.open.drain(..).rev() {
            self.waiting.push_front(question.phone);
        }
    }

    /// The next step.
    pub fn step(&mut self, now: Instant) -> Step {
        if let Some(bytes) = self.outgoing.pop_front() {
            return Step::Send(bytes);
        }
        self.give_up(now);
        if self.turn <= now
            && let Some(phone) = self.waiting.pop_front()
        {
            self.turn = now + Duration::from_secs(1) / PHONES_PER_SECOND;
            return Step::Send(self.ask(phone, now));
        }
        let due = self.open.iter_mut().find_map(|question| {
            question.transaction.is_due(now).then(|| question.transaction.bytes().to_vec())
        });
        if let Some(copy) = due {
            return Step::Send(copy);
        }
        let turn = (!self.waiting.is_empty()).then_some(self.turn);
        match self.open.iter().map(|question| question.transaction.next()).chain(turn).min() {
            Some(next) => Step::Listen(next),
            None => Step::Done,
        }
    }

    /// Takes in what was heard. What is no response to an open question is forgotten.
    pub fn hear(&mut self, message: &Message, now: Instant) {
        let at = self.open.iter().position(|question| question.transaction.is_answered_by(message));
        let (Some(at), Some(status)) = (at, message.status()) else { return };
        self.has_heard = true;
        if status < 200 {
            self.open.iter_mut().skip(at).take(1).for_each(|question| question.transaction.proceed());
            return;
        }
        let mut question = self.open.remove(at);
        let registration = match status {
            401 | 407 => match self.password(&mut question, message, now) {
                None => return self.open.push(question),
                Some(registration) => registration,
            },
            _ => Registration::of(message, question.has_answered),
        };
        self.settle(question.phone, registration);
    }

    /// How many phones have their answer.
    #[must_use]
    pub fn count(&self) -> usize {
        self.answers.iter().flatten().count()
    }

    /// The answer about each phone, in their order. Phones without an answer count as silent.
    #[must_use]
    pub fn into_answers(self) -> Vec<Registration> {
        self.answers.into_iter().map(|answer| answer.unwrap_or(Registration::Silent)).collect()
    }

    /// Ends the questions that have waited long enough. If the registrar has never said a word, nobody else is asked about.
    fn give_up(&mut self, now: Instant) {
        let over: Vec<_> = self
            .open
            .iter()
            .filter(|question| question.transaction.is_over(now))
            .map(|question| question.phone)
            .collect();
        if over.is_empty() {
            return;
        }
        self.open.retain(|question| !question.transaction.is_over(now));
        for phone in over {
            self.settle(phone, Registration::Silent);
        }
        if !self.has_heard {
            self.open.clear();
            self.waiting.clear();
        }
    }

    /// The first question about a phone, as it is sent.
    fn ask(&mut self, phone: usize, now: Instant) -> Vec<u8> {
        let (call, sequence) = (self.name(), 1);
        let transaction = self.request(phone, &call, sequence, None, now);
        let bytes = transaction.bytes().to_vec();
        self.open.push(Question { phone, call, sequence, has_answered: false, stale: 0, transaction });
        bytes
    }

    /// Asks again with the password. If that is of no use, what is known of the phone instead.
    fn password(
        &mut self,
        question: &mut Question,
        response: &Message,
        now: Instant,
    ) -> Option<Registration> {
        let challenge = match Challenge::of(response) {
            Ok(challenge) if is_realm_of(challenge.realm(), self.domain) => challenge,
            _ => return Some(Registration::Unanswerable),
        };
        if question.has_answered {
            if !challenge.is_stale() || question.stale == MOST_STALE {
                return Some(Registration::WrongPassword);
            }
            question.stale += 1;
        }
        let Some(Phone { user, password }) = self.phones.get(question.phone) else {
            return Some(Registration::Silent);
        };
        let who = Credentials { user, password: password.expose() };
        let field = challenge.answer(who, "REGISTER", &self.uri(), &self.name());
        question.sequence += 1;
        question.has_answered = true;
        question.transaction =
            self.request(question.phone, &question.call, question.sequence, Some(field), now);
        self.outgoing.push_back(question.transaction.bytes().to_vec());
        None
    }

    /// A REGISTER without Contact and without Expires: a question (RFC 3261, section 10.2.3).
    fn request(
        &mut self,
        phone: usize,
        call: &str,
        sequence: u32,
        password: Option<(&'static str, String)>,
        now: Instant,
    ) -> Transaction {
        // The branch begins as the RFC wants it (section 8.1.1.7).
        let branch = format!("z9hG4bK{}", self.name());
        let user = self.phones.get(phone).map_or("", |phone| &phone.user);
        let address = format!("<sip:{}@{}>", encode_user(user), self.domain);
        let mut request = Message::request("REGISTER", &self.uri())
            .with("Via", format!("{};branch={branch};rport", self.via))
            .with("Max-Forwards", "70")
            .with("From", format!("{address};tag={}", call.get(..8).unwrap_or(call)))
            .with("To", address)
            .with("Call-ID", call)
            .with("CSeq", format!("{sequence} REGISTER"))
            .with("User-Agent", concat!("Dialtone/", env!("CARGO_PKG_VERSION")));
        if let Some((name, value)) = password {
            request = request.with(name, value);
        }
        Transaction::new(branch, &request, self.is_reliable, now)
    }

    /// The Request-URI. It has no user: Twilio refuses a REGISTER that has one (espressif/esp-adf #791).
    fn uri(&self) -> String {
        format!("sip:{}", self.domain)
    }

    fn name(&mut self) -> String {
        self.names += 1;
        md5(&format!("{}:{}", self.seed, self.names))
    }

    fn settle(&mut self, phone: usize, registration: Registration) {
        if let Some(answer) = self.answers.get_mut(phone) {
            *answer = Some(registration);
        }
    }
}

/// Whether a password for the domain may answer a challenge of this realm: the domain itself or one above it, as Twilio's
/// `sip.twilio.com` is. Nobody else gets a digest of a password.
fn is_realm_of(realm: &str, domain: &str) -> bool {
    let (realm, domain) = (realm.to_ascii_lowercase(), domain.to_ascii_lowercase());
    domain.strip_suffix(&realm).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        && realm.contains('.')
}

#[cfg(test)]
mod tests;
