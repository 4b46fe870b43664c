//! Files that a telephone or a person fetches from the lab by HTTP: its certificate, and settings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The longest request that is read.
const MAX_REQUEST: usize = 8 * 1024;

/// For how long a connection may stay open.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file.
#[derive(Debug, Clone)]
pub struct Shelved {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Files by their paths, each with its slash.
pub type Shelf = HashMap<String, Shelved>;

/// Serves files, for ever.
pub(crate) async fn serve(listener: TcpListener, shelf: Arc<Mutex<Shelf>>) {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let shelf = Arc::clone(&shelf);
                tasks.spawn(async move {
                    let _ = tokio::time::timeout(PATIENCE, answer(stream, &shelf)).await;
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn answer(mut stream: TcpStream, shelf: &Mutex<Shelf>) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        if request.len() > MAX_REQUEST || stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let text = String::from_utf8_lossy(&request);
    let mut words = text.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default();
    let found = shelf.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let (status, kind, body) = match (method, found) {
        ("GET" | "HEAD", Some(file)) => ("200 OK", file.content_type, file.bytes),
        ("GET" | "HEAD", None) => ("404 Not Found", "text/plain", b"not found\n".to_vec()),
        _ => ("405 Method Not Allowed", "text/plain", b"GET only\n".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    if method != "HEAD" {
        stream.write_all(&body).await?;
    }
    stream.shutdown().await
}
