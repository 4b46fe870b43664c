//! The board: which page a request gets.

use std::collections::HashMap;
use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, PhoneName};
use network::{Extension, Network, NoPlace, PostalAddress};

use crate::guard::{Guard, Verdict};
use crate::layout::{self, Frame};
use crate::pages;
use crate::request::{Answer, Request};

/// A test of 911 with 933, as `doctor` keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// Whether 933 read back the right number and the right address.
    pub passed: bool,
}

/// Everything that pages are made of.
#[derive(Debug)]
pub struct Board {
    /// The network, by which calls are explained and phones are named.
    pub network: Network,
    /// The events.
    pub ledger: Ledger,
    /// The last drill of each phone, by its user name.
    pub drills: HashMap<String, Drill>,
    /// The guard that decides who may look.
    pub guard: Guard,
}

/// The data that a page sees.
pub(crate) struct View<'b> {
    pub(crate) network: &'b Network,
    pub(crate) ledger: &'b Ledger,
    pub(crate) drills: &'b HashMap<String, Drill>,
    pub(crate) now: Timestamp,
}

impl Board {
    /// Answers a request.
    ///
    /// Pages answer GET; only the password and Explain take a POST, with the token of the visitor's own form.
    pub fn answer(&mut self, request: &Request, now: Timestamp) -> Answer {
        match (request.is_post, request.path.as_str()) {
            (false, "/board.css") => return Answer::file("text/css; charset=utf-8", layout::STYLE),
            (false, "/board.js") => return Answer::file("text/javascript; charset=utf-8", layout::SCRIPT),
            (false, "/icon.svg") => return Answer::file("image/svg+xml", layout::ICON),
            _ => {}
        }
        let clock = Instant::now();
        match self.guard.judge(request, clock) {
            Verdict::Refuse => Answer::page(
                421,
                layout::bare(
                    "Not here",
                    &maud::html! { p { "This page is for this machine: open it by the name localhost." } },
                ),
            ),
            Verdict::Ask { visitor } => self.ask(request, &visitor, clock),
            Verdict::Pass(visitor) => {
                let mut answer = self.page(request, &visitor, now);
                if request.cookie("switchboard") != Some(&visitor) {
                    answer.cookie = Some(self.guard.cookie(&visitor));
                }
                answer
            }
        }
    }

    /// Whether a request for the stream of changes may be let in.
    pub fn may_watch(&mut self, request: &Request) -> bool {
        matches!(self.guard.judge(request, Instant::now()), Verdict::Pass(_))
    }

    fn ask(&mut self, request: &Request, visitor: &str, clock: Instant) -> Answer {
        let mut trouble = None;
        if request.is_post && request.path == "/enter" && self.guard.is_own_form(request, visitor) {
            if !self.guard.may_try(clock) {
                trouble = Some("Too many wrong passwords. Wait a minute.");
            } else if let Some(session) =
                request.field("password").and_then(|password| self.guard.log_in(&password, clock))
            {
                let mut answer = Answer::redirect("/");
                answer.cookie = Some(self.guard.cookie(&session));
                return answer;
            } else {
                trouble = Some("This is not the password.");
            }
        }
        let mut answer = Answer::page(401, pages::enter(&self.guard.token(visitor), trouble));
        answer.cookie = Some(self.guard.cookie(visitor));
        answer
    }

    fn page(&mut self, request: &Request, visitor: &str, now: Timestamp) -> Answer {
        let token = self.guard.token(visitor);
        if request.is_post {
            if !self.guard.is_own_form(request, visitor) {
                return self.framed(visitor, now, 403, "Not this form", "", |_| {
                    Ok(maud::html! { p { "This form is too old, or came from another site. Open the page anew." } })
                });
            }
            return match request.path.as_str() {
                "/explain" => self.framed(visitor, now, 200, "Explain", "/explain", |view| {
                    Ok(pages::explain(view, request, &token))
                }),
                "/leave" => {
                    self.guard.log_out(visitor);
                    Answer::redirect("/")
                }
                _ => self.missing(visitor, now),
            };
        }
        match request.path.as_str() {
            "/" => self.framed(visitor, now, 200, "Now", "/", pages::now),
            "/phones" => {
                self.framed(visitor, now, 200, "Phones", "/phones", |view| pages::phones(view, request))
            }
            "/calls" => self.framed(visitor, now, 200, "Calls", "/calls", |view| pages::calls(view, request)),
            "/why" => self.framed(visitor, now, 200, "Why", "/why", |view| pages::why(view, request)),
            "/help" => self.framed(visitor, now, 200, "Help", "/help", |view| pages::help(view, request)),
            "/explain" => self.framed(visitor, now, 200, "Explain", "/explain", |view| {
                Ok(pages::explain(view, request, &token))
            }),
            path => {
                let name = path.strip_prefix("/phones/").unwrap_or_default();
                let phone = self.network.extensions().iter().find(|phone| phone.endpoint() == name).cloned();
                match phone {
                    Some(phone) => {
                        let title = phone.endpoint().to_owned();
                        self.framed(visitor, now, 200, &title, "/phones", |view| pages::phone(view, &phone))
                    }
                    None => self.missing(visitor, now),
                }
            }
        }
    }

    fn missing(&self, visitor: &str, now: Timestamp) -> Answer {
        self.framed(visitor, now, 404, "No such page", "", |_| {
            Ok(maud::html! { p { "There is no such page." } })
        })
    }

    fn framed(
        &self,
        visitor: &str,
        now: Timestamp,
        status: u16,
        title: &str,
        place: &str,
        content: impl FnOnce(&View<'_>) -> ledger::Result<maud::Markup>,
    ) -> Answer {
        let view = View { network: &self.network, ledger: &self.ledger, drills: &self.drills, now };
        let token = self.guard.needs_password().then(|| self.guard.token(visitor));
        match content(&view).and_then(|content| {
            Ok(layout::page(&Frame {
                view: &view,
                title,
                place,
                content,
                token,
                latest: view.latest_help()?,
            }))
        }) {
            Ok(page) => Answer::page(status, page),
            Err(error) => Answer::page(
                503,
                layout::bare(
                    "The ledger cannot be read",
                    &maud::html! { p { (error.to_string()) "; " (error.remedy()) "." } },
                ),
            ),
        }
    }
}

impl View<'_> {
    /// The zone of every time on a page: the ledger's, so that days are the same everywhere.
    pub(crate) fn zone(&self) -> TimeZone {
        self.ledger.zone().clone()
    }

    pub(crate) fn hours_ago(&self, hours: i64) -> Timestamp {
        self.now - SignedDuration::from_hours(hours)
    }

    /// The latest real or refused or failed call for help of the last day.
    pub(crate) fn latest_help(&self) -> ledger::Result<Vec<ledger::Call>> {
        let filter = ledger::Filter {
            help: true,
            since: Some(self.hours_ago(24)),
            most: 50,
            ..ledger::Filter::default()
        };
        let mut calls = self.ledger.calls(&filter, self.now)?;
        calls.retain(|call| call.help != ledger::Help::Drill);
        Ok(calls)
    }

    /// The phones of the file that events name, each once.
    pub(crate) fn phones(&self) -> Vec<(PhoneName, &Extension)> {
        let phones = self.network.extensions().iter();
        let mut named: Vec<_> = phones
            .map(|phone| (PhoneName::of_event(phone.endpoint()), phone))
            .filter(|(name, _)| name.is_known())
            .collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        named.dedup_by(|one, other| one.0 == other.0);
        named
    }

    /// Where help is sent for a phone, and if it is not, why.
    pub(crate) fn place(&self, phone: &Extension) -> Result<String, NoPlace> {
        self.network.help_goes_to(phone).map(PostalAddress::in_short)
    }
}
