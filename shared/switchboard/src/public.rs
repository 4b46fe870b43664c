//! The public copy: what a community may know of its phones, and nothing that tells who called when.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ledger::Day;
use maud::{DOCTYPE, Markup, html};

use crate::board::Board;
use crate::dots;
use crate::layout;
use crate::pages::{charts, state};
use crate::view::View;

/// A file of the public copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPage {
    /// Its name.
    pub name: &'static str,
    /// Its content.
    pub content: String,
}

/// Makes the public copy: phones with their state and days, and counts by day.
///
/// Single calls, hours, calls for help, addresses and drills are left out: together with what somebody saw in the
/// street they would tell who called.
///
/// # Errors
///
/// The ledger cannot be read.
pub fn public_pages(board: &Board, now: Timestamp) -> ledger::Result<Vec<PublicPage>> {
    let view = View { network: &board.network, ledger: &board.ledger, beside: &board.beside, now };
    let page = |name, title: &str, content: Markup| PublicPage {
        name,
        content: frame(&view, title, name, &content).into_string(),
    };
    Ok(vec![
        page("index.html", "Phones", phones(&view)?),
        page("calls.html", "Calls by day", charts(&view, false)?),
        PublicPage { name: "board.css", content: layout::STYLE.to_owned() },
        PublicPage { name: "icon.svg", content: layout::ICON.to_owned() },
    ])
}

/// Writes the public copy into a folder, which is made if it is not there. Gives the files.
///
/// # Errors
///
/// The folder or a file, which the error names, cannot be written.
pub fn write_public(pages: &[PublicPage], folder: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    std::fs::create_dir_all(folder).map_err(|error| (folder.to_owned(), error))?;
    let write = |page: &PublicPage| {
        let path = folder.join(page.name);
        match files::replace(&path, page.content.as_bytes(), files::Access::Everyone) {
            Ok(()) => Ok(path),
            Err(error) => Err((path, error)),
        }
    };
    pages.iter().map(write).collect()
}

fn phones(view: &View<'_>) -> ledger::Result<Markup> {
    let days = view.ledger.days(view.now, dots::DAYS)?;
    let silent = vec![Day::default(); dots::DAYS];
    let mut rows = Vec::new();
    for (name, _) in view.phones() {
        rows.push((view.ledger.health(&name, view.now)?.state, name));
    }
    rows.sort();
    Ok(html! {
        (dots::legend())
        div.scroll tabindex="0" role="region" aria-label="phones" {
            table {
                thead { tr { th scope="col" { "phone" } th scope="col" { "state" } th scope="col" { "last " (dots::DAYS) " days" } } }
                tbody {
                    @for (state, name) in &rows {
                        tr {
                            th scope="row" { (name) }
                            td.nowrap { (state::badge(*state)) }
                            td { (dots::row(days.get(name).unwrap_or(&silent))) }
                        }
                    }
                }
            }
        }
    })
}

fn frame(view: &View<'_>, title: &str, name: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (layout::head(&format!("{title} · {}", view.network.name()), false))
            body {
                header.top {
                    p.brand { (view.network.name()) }
                    nav aria-label="Pages" {
                        ul {
                            @for (file, text) in [("index.html", "Phones"), ("calls.html", "Calls by day")] {
                                li { a href=(file) aria-current=[(file == name).then_some("page")] { (text) } }
                            }
                        }
                    }
                }
                main #main { h1 { (title) } (content) }
                footer { p { "As of " (view.now.to_zoned(view.zone()).strftime("%d %B %Y")) "." } }
            }
        }
    }
}
