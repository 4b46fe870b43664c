//! Connections of phones: TCP, and TLS on top of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Desk;
use crate::flow::Flow;
use crate::message::Message;

/// How many messages may wait for a phone that does not read.
const WAITING: usize = 64;

/// For how long a phone may take to agree on its keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Takes connections, for ever.
pub(super) async fn accept(desk: Arc<Desk>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) => {
                let desk = Arc::clone(&desk);
                match tls.clone() {
                    None => tasks.spawn(async move { serve(&desk, stream, Flow::Tcp(peer)).await }),
                    Some(tls) => tasks.spawn(async move {
                        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                            Ok(Ok(stream)) => serve(&desk, stream, Flow::Tls(peer)).await,
                            Ok(Err(error)) => desk.no_tls(peer, &error.to_string()),
                            Err(_) => desk.no_tls(peer, "it does not go on"),
                        }
                    }),
                };
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve(desk: &Desk, stream: impl AsyncRead + AsyncWrite, flow: Flow) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (sender, mut outgoing) = mpsc::channel::<Vec<u8>>(WAITING);
    let pong = sender.clone();
    desk.lock().insert(flow, sender);
    let writes = async {
        while let Some(bytes) = outgoing.recv().await {
            if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                return;
            }
        }
    };
    let reads = async {
        let mut buffer = Vec::new();
        loop {
            // A double line break is a question whether anyone is there, a single one the answer (RFC 5626).
            while buffer.starts_with(b"\r\n") {
                if buffer.starts_with(b"\r\n\r\n") {
                    let _ = pong.try_send(b"\r\n".to_vec());
                    buffer.drain(..2);
                }
                buffer.drain(..2);
            }
            match Message::next(&buffer) {
                Ok(Some((message, length))) => {
                    buffer.drain(..length);
                    desk.receive(message, flow).await;
                    continue;
                }
                Ok(None) => {}
                Err(_) => return,
            }
            match reader.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    tokio::select! {
        () = writes => {}
        () = reads => {}
    }
    desk.lock().remove(&flow);
}

impl Desk {
    fn no_tls(&self, peer: SocketAddr, why: &str) {
        let _ = self.notices.send(super::Noticed::NoTls { peer, why: why.to_owned() });
    }
}
