//! The board: which page a request gets.

use std::time::Instant;

use jiff::Timestamp;
use ledger::Ledger;
use network::Network;

use crate::guard::{Guard, Verdict};
use crate::layout::{self, Frame};
use crate::pages;
use crate::request::{Answer, Request};
use crate::view::{Beside, View};

/// Everything that pages are made of.
#[derive(Debug)]
pub struct Board {
    /// The network, by which calls are explained and phones are named.
    pub network: Network,
    /// The events.
    pub ledger: Ledger,
    /// What lies beside it.
    pub beside: Beside,
    /// The guard that decides who may look.
    pub guard: Guard,
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
        let view = View { network: &self.network, ledger: &self.ledger, beside: &self.beside, now };
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
