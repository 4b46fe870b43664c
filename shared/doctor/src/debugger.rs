//! The account's debugger webhook.

use network::Stage;

/// How to set the debugger webhook. Twilio's API has no property for it
/// (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).
pub const DEBUGGER_HOW: &str = "in Twilio's console, Monitor > Debugger (legacy console: Monitor > Logs > Errors > Error \
                                logs), open Webhook & email triggers and set the webhook to this URL; there is one for the \
                                whole account, so choose the stage that matters";

/// The URL of a stage that the debugger webhook should be set to.
#[must_use]
pub fn debugger_url(stage: &Stage) -> String {
    format!("{}{}", stage.public_url, web::Route::Alert.path())
}
