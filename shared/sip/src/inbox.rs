//! A stream of bytes, cut into messages.

use crate::message::{Message, MessageError};

/// The bytes that came over a connection and were not read yet.
#[derive(Default)]
pub struct Inbox {
    buffer: Vec<u8>,
}

/// The next item in a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A message.
    Message(Message),
    /// Two line breaks: the other side asks whether anyone is there, and gets one line break (RFC 5626, section 4.4.1).
    Ping,
}

impl Inbox {
    /// Takes in what was read from the connection.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next item, once it is whole. A single line break is the answer to a ping, and skipped.
    ///
    /// # Errors
    ///
    /// It is not SIP: the stream cannot be read any further.
    pub fn take(&mut self) -> Result<Option<Next>, MessageError> {
        while self.buffer.starts_with(b"\r\n") {
            if self.buffer.starts_with(b"\r\n\r\n") {
                self.buffer.drain(..4);
                return Ok(Some(Next::Ping));
            }
            // The rest of a ping may still be under way.
            if self.buffer.len() < 4 && b"\r\n\r\n".starts_with(&self.buffer) {
                return Ok(None);
            }
            self.buffer.drain(..2);
        }
        let Some((message, length)) = Message::next(&self.buffer)? else { return Ok(None) };
        self.buffer.drain(..length);
        Ok(Some(Next::Message(message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_between_messages_keep_the_way_open() {
        let ok = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
        let stream = format!("\r\n{ok}\r\n\r\n{ok}");
        let mut inbox = Inbox::default();
        let mut found = Vec::new();
        for byte in stream.bytes() {
            inbox.push(&[byte]);
            found.extend(inbox.take().unwrap().map(|next| next == Next::Ping));
        }
        assert_eq!(found, [false, true, false]);
        inbox.push(b"GET / HTTP/1.1\r\n\r\n");
        assert_eq!(inbox.take(), Err(MessageError::Start));
    }
}
