//! What stands before a service, so that its public URL is known before it starts.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A port of this machine, and what is behind it.
pub(super) struct Front {
    /// Its origin.
    pub(super) url: String,
    behind: Arc<Mutex<Behind>>,
}

/// What is behind it.
#[derive(Clone, Copy)]
pub(super) enum Behind {
    /// A service.
    Service(SocketAddr),
    /// Something that answers everything with one status.
    Status(u16),
    /// Nothing: connections are dropped.
    Nothing,
    /// Something that takes requests and never answers.
    Silence,
}

impl Front {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behind = Arc::new(Mutex::new(Behind::Nothing));
        let shared = Arc::clone(&behind);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, behind) = (stream.unwrap(), *shared.lock().unwrap());
                thread::spawn(move || pass(stream, behind));
            }
        });
        Self { url, behind }
    }

    pub(super) fn put(&self, behind: Behind) {
        *self.behind.lock().unwrap() = behind;
    }
}

fn pass(mut client: TcpStream, behind: Behind) {
    match behind {
        Behind::Nothing => {}
        Behind::Silence => {
            let _ = copy(&mut client, &mut std::io::sink());
        }
        Behind::Status(status) => {
            let mut request = [0; 4096];
            let _ = client.read(&mut request);
            let head = format!("HTTP/1.1 {status} Odd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = client.write_all(head.as_bytes());
        }
        Behind::Service(address) => {
            let Ok(mut service) = TcpStream::connect(address) else { return };
            let (mut from, mut to) = (client.try_clone().unwrap(), service.try_clone().unwrap());
            let upwards = thread::spawn(move || {
                let _ = copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            let _ = copy(&mut service, &mut client);
            let _ = client.shutdown(Shutdown::Both);
            let _ = upwards.join();
        }
    }
}
