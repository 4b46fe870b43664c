//! The password.

use maud::{Markup, html};

use crate::layout;

pub(crate) fn enter(token: &str, trouble: Option<&str>) -> Markup {
    layout::bare(
        "Switchboard",
        &html! {
            @if let Some(trouble) = trouble { p.alarm role="alert" { (trouble) } }
            form.filter method="post" action="/enter" {
                input type="hidden" name="token" value=(token);
                label { "Password " input type="password" name="password" autocomplete="current-password" required autofocus; }
                button { "Come in" }
            }
        },
    )
}
