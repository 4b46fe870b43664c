//! Mails of calls for help, by SMTP.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use notices::{MailError, Mailer};
use thiserror::Error;

/// For how long each step of a conversation with the mail server may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends mails through one server: RFC 5321, with TLS by RFC 8314 (`smtps`) or STARTTLS (`smtp`).
pub struct SmtpMailer {
    transport: SmtpTransport,
    from: Mailbox,
}

/// Why mails cannot be sent at all. No variant prints the URL, which has a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailSetupError {
    /// The server's URL.
    #[error("DIALTONE_SMTP_URL is not smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587")]
    Url,
    /// The sender.
    #[error("DIALTONE_SMTP_FROM is not a mail address")]
    From,
    /// A server elsewhere would be told the password in plain text.
    #[error("DIALTONE_SMTP_URL asks for a connection without TLS to another machine")]
    Plain,
}

impl SmtpMailer {
    /// Sends through the server of a URL: `smtps://USER:PASSWORD@HOST[:PORT]` with TLS from the start (port 465), or
    /// `smtp://USER:PASSWORD@HOST[:PORT]`, where TLS is asked for and nothing is sent without it (port 587). Only a server
    /// on this machine is spoken to in plain text (`smtp://localhost:25`).
    ///
    /// # Errors
    ///
    /// The URL or the sender cannot be understood.
    pub fn new(url: &str, from: &str) -> Result<Self, MailSetupError> {
        let from = from.parse().map_err(|_| MailSetupError::From)?;
        let uri: http::Uri = url.parse().map_err(|_| MailSetupError::Url)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(MailSetupError::Url)?;
        if url.contains("tls=") {
            // lettre's own parameter, which can ask for TLS that gives way.
            return Err(MailSetupError::Plain);
        }
        let builder = SmtpTransport::from_url(url).map_err(|_| MailSetupError::Url)?.timeout(Some(TIMEOUT));
        let builder = match uri.scheme_str() {
            Some("smtps") => builder,
            Some("smtp") if webhook::is_loopback(host) => builder,
            Some("smtp") => {
                let parameters = TlsParameters::new(host.to_owned()).map_err(|_| MailSetupError::Url)?;
                // RFC 6409: submission is port 587.
                builder.port(uri.port_u16().unwrap_or(587)).tls(Tls::Required(parameters))
            }
            _ => return Err(MailSetupError::Url),
        };
        Ok(Self { transport: builder.build(), from })
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, to: &str, subject: &str, body: &str) -> Result<(), MailError> {
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to.parse()?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body.to_owned())?;
        self.transport.send(&mail)?;
        Ok(())
    }
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_sent_in_plain_text_to_another_machine() {
        let from = "Dialtone <phones@example.org>";
        for url in ["smtps://u:p@mail.example.org", "smtp://u:p@mail.example.org", "smtp://localhost:2525"] {
            assert!(SmtpMailer::new(url, from).is_ok(), "{url}");
        }
        for url in ["smtp://u:p@mail.example.org?tls=opportunistic", "smtp://u:p@mail.example.org?tls=none"] {
            assert_eq!(SmtpMailer::new(url, from).unwrap_err(), MailSetupError::Plain, "{url}");
        }
        for url in ["", "mail.example.org", "https://mail.example.org", "smtp://"] {
            assert_eq!(SmtpMailer::new(url, from).unwrap_err(), MailSetupError::Url, "{url}");
        }
        assert_eq!(SmtpMailer::new("smtp://localhost", "phones").unwrap_err(), MailSetupError::From);
    }
}
